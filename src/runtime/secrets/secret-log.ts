import { join } from 'node:path'
import { z } from 'zod'
import { appendSecretLine, readSecretFile } from './secret-file.ts'

/** As long as the journal keeps a text. */
const REASON_MAX = 500

const Line = z.strictObject({
  ts: z.int().nonnegative(),
  id: z.string().min(1),
  action: z.enum(['added', 'rotated', 'revoked', 'resealed']),
  actor: z.string().min(1).max(128),
  reason: z.string().max(REASON_MAX).optional(),
})

/** Who did what to which secret, and when (µs): recorded before it is done. */
export type SecretChange = Readonly<z.infer<typeof Line>>

/** The changes of a profile's secrets, one JSON object a line; it only grows. */
export class SecretLog {
  readonly #file: string

  /** @param folder `secrets/` of the profile */
  constructor(folder: string) {
    this.#file = join(folder, 'secret-log.jsonl')
  }

  append({ reason, ...change }: SecretChange): void {
    appendSecretLine(this.#file, JSON.stringify(Line.parse({ ...change, reason: reason?.slice(0, REASON_MAX) })))
  }

  /** Oldest first; lines that a crash cut off are left out. */
  changes(): readonly SecretChange[] {
    const text = readSecretFile(this.#file)?.toString('utf8') ?? ''
    return text.split('\n').flatMap((line) => {
      const read = Line.safeParse(jsonOf(line))
      return read.success ? [read.data] : []
    })
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
