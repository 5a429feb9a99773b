import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { stored } from './fault.ts'

/** A stretch of one session's events in a file of its own. */
export interface Segment {
  readonly file: string
  readonly runNo: number
  /** Number of its first event. */
  readonly fromSeq: number
}

const NAME = /^(\d{8})-(\d{10})\.jsonl$/

/** What a segment that is whole is signed with: its ends, and how many events stand between them. */
export const Seal = z.strictObject({
  run_id: z.string().min(1),
  session: z.int().positive(),
  from_seq: z.int().positive(),
  to_seq: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Seal = z.infer<typeof Seal>

/** The text that a seal's signature is over. */
export function sealedText({ run_id, session, from_seq, to_seq, hash }: Omit<Seal, 'mac'>): string {
  return JSON.stringify({ run_id, session, from_seq, to_seq, hash })
}

/** A segment by its place: names sort as their events do. */
export function segmentAt(folder: string, runNo: number, fromSeq: number): Segment {
  const name = `${String(runNo).padStart(8, '0')}-${String(fromSeq).padStart(10, '0')}.jsonl`
  return { file: join(folder, name), runNo, fromSeq }
}

export function sealFile({ file }: Segment): string {
  return file.replace(/\.jsonl$/, '.seal.json')
}

/** Segments of a folder, in the order of their events; none where there is no folder. */
export function segmentsOf(folder: string): readonly Segment[] {
  const names = stored(`list ${folder}`, () => {
    try {
      return readdirSync(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  })
  return names.toSorted().flatMap((name) => {
    const [, runNo, fromSeq] = NAME.exec(name) ?? []
    return runNo === undefined ? [] : [segmentAt(folder, Number(runNo), Number(fromSeq))]
  })
}
