import { type DatasetSummary, type OpenOptions, openDataset } from './dataset.ts'
import { type FaultCode, REPAIRS } from './fault.ts'

export interface Inspection extends DatasetSummary {
  /** Rows that repeat an earlier one. */
  readonly duplicates: number
  /** Rows that come before their time. */
  readonly unsorted: number
  /** Whether the rows are in time order as they are. */
  readonly inOrder: boolean
  /** Codes that would stop a reader who does not repair, with their counts. */
  readonly repairsNeeded: Readonly<Partial<Record<FaultCode, number>>>
}

/**
 * Says what a file holds and what is wrong with it, in one reading. Repairs as it goes, so that it sees all of the file;
 * the file itself is not changed.
 *
 * @throws DatasetError for what cannot be repaired: unknown columns, mixed units, several symbols, an empty file
 */
export async function inspectDataset(path: string, options: Omit<OpenOptions, 'repair'> = {}): Promise<Inspection> {
  // Only what a summary has: the ways to read the file on would be repairing ones, which nobody asked for.
  const {
    chunks: _chunks,
    rawRows: _rawRows,
    mapping: _mapping,
    textIds: _textIds,
    ...summary
  } = await openDataset(path, {
    ...options,
    repair: true,
  })
  const count = (code: FaultCode) => summary.faults[code]?.count ?? 0
  const needed = (Object.keys(summary.faults) as FaultCode[]).filter((code) => REPAIRS[code] !== 'report')
  return {
    ...summary,
    duplicates: count('DUPLICATE'),
    unsorted: count('UNSORTED'),
    inOrder: count('UNSORTED') === 0,
    repairsNeeded: Object.fromEntries(needed.map((code) => [code, count(code)])),
  }
}
