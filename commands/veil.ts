import { MASK } from '../src/events/mask.ts'
import { cellOf } from '../src/runtime/authority/roles.ts'
import { type Caller, deniedTo } from './caller.ts'
import type { Sheet, SheetCell } from './sheet.ts'

/** Columns and facts that are an amount, a price, a quantity or a balance. Shares and percentages tell none of them. */
const FIGURES: ReadonlySet<string> = new Set(
  'qty filled limit stop average fee fees price realised unrealised notional equity total free mark value left total_pnl today week month all clipped_qty'.split(
    ' ',
  ),
)
/** Columns and facts whose text may hold some: a payload, or words. */
const TEXTS: ReadonlySet<string> = new Set(
  'payload inputs params limits detail reason command_reason explanation'.split(' '),
)

/** Names of numbers in a payload that are no figures; whatever has another name is one. */
const PLAIN_NUMBER = /^(?:seq|events|rows|version|count)$|_(?:seq|ts|us|ms|s|version|count|no)$/
/** Names of texts that may be all digits and are no figures: a venue numbers its orders. */
const PLAIN_TEXT = /_(?:id|ids|sha256|version)$/
/** Names of texts that say in words what the figures are. */
const WORDS = new Set(['detail', 'reason', 'explain', 'message'])
const DECIMAL = /^-?\d+(?:\.\d+)?$/
/** A word that is a name, a code, a time or a hash: its digits tell nothing. In any other word each number is a figure. */
const NAME = /^[a-z_][\w-]*(?:[:/][a-z_][\w-]*)*[.,;:)]*$/i
const TIME = /^\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?[.,;]?$/
const HASH = /^[0-9a-f]{12,64}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const NUMBER = /\d(?:[\d,.]*\d)?/g

/** What one reader sees of balances and of the details of orders (UGF-B-001, UGF-J-002). */
export interface Veil {
  readonly sheet: (from: Sheet) => Sheet
  /** One value by the name of its field. */
  readonly value: (name: string, value: unknown) => unknown
  /** A figure within a sentence. */
  readonly figure: (text: string) => string
}

const OPEN: Veil = { sheet: (from) => from, value: (_, value) => value, figure: (text) => text }
const DRAWN: Veil = { sheet: veiledSheet, value: veiled, figure: () => MASK }

/**
 * How much of the restricted figures whoever asks may see: all, or everything but the figures.
 *
 * @throws CommandError `ROLE_DENIED`, exit 3, for a role that may see nothing of them
 */
export function veilFor(caller: Caller): Veil {
  const { identity } = caller
  const cell = identity.ok ? cellOf(identity.role, 'restricted') : 'no'
  if (cell === 'no') throw deniedTo(caller, 'restricted')
  return cell === 'masked' ? DRAWN : OPEN
}

function veiledSheet(from: Sheet): Sheet {
  const rows = from.rows.map((row) =>
    from.kind === 'facts'
      ? row.map((cell, at) => (at === 0 ? cell : veiledCell(String(row[0]?.exact), cell)))
      : row.map((cell, at) => veiledCell(from.names[at] ?? '', cell)),
  )
  return { ...from, rows }
}

function veiledCell(name: string, cell: SheetCell): SheetCell {
  if (cell.exact === undefined) return cell
  if (FIGURES.has(name)) return { exact: MASK, shown: MASK }
  if (!TEXTS.has(name) || typeof cell.exact !== 'string') return cell
  const exact = veiledText(cell.exact)
  return { exact, shown: exact }
}

/** JSON stays JSON. */
function veiledText(text: string): string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return veiledWords(text)
  }
  return typeof json === 'object' ? JSON.stringify(veiled('', json)) : veiledWords(text)
}

function veiledWords(text: string): string {
  return text.replaceAll(/\S+/g, (word) =>
    [NAME, TIME, HASH].some((shape) => shape.test(word)) ? word : word.replaceAll(NUMBER, MASK),
  )
}

/** A copy in which no figure is left, whatever it is called. */
function veiled(name: string, value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return PLAIN_NUMBER.test(name) ? value : MASK
    case 'bigint':
      return MASK
    case 'string':
      // What a strategy keeps in mind is JSON within JSON.
      if (/^[{[]/.test(value)) return veiledText(value)
      if (DECIMAL.test(value)) return PLAIN_TEXT.test(name) ? value : MASK
      return WORDS.has(name) ? veiledWords(value) : value
    case 'object':
      if (value === null) return null
      if (Array.isArray(value)) return value.map((inner) => veiled(name, inner))
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, veiled(key, inner)]))
    default:
      return value
  }
}
