import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { z } from 'zod'
import { parseTime } from '../domain/time.ts'
import { CapabilitiesJson, HealthJson } from './health.ts'

/** What `run/status.json` says: readable without the database, and while the engine hangs or is gone. */
export const EngineStatusJson = z.object({
  schema_version: z.literal(1),
  /** When it was written, RFC 3339. */
  ts: z.iso.datetime(),
  pid: z.int().positive(),
  run_id: z.string(),
  instance_id: z.string(),
  ready: z.boolean(),
  health: HealthJson,
  capabilities: CapabilitiesJson,
})
export type EngineStatusJson = z.infer<typeof EngineStatusJson>

/** Writes the status of this process; readers see the old one or the new one, never half of either. */
export class StatusFile {
  readonly #path: string
  #isWriting = false

  constructor(path: string) {
    this.#path = path
  }

  /**
   * One write at a time: while the disk is busy with the last one, this one is skipped.
   *
   * @returns whether it was written
   */
  async write(status: EngineStatusJson): Promise<boolean> {
    if (this.#isWriting) return false
    this.#isWriting = true
    const next = `${this.#path}.next`
    try {
      const file = await open(next, 'w', 0o600)
      try {
        await file.writeFile(`${JSON.stringify(status)}\n`)
      } finally {
        await file.close()
      }
      await rename(next, this.#path)
      return true
    } finally {
      this.#isWriting = false
    }
  }
}

/** The last status that an engine wrote. */
export interface LastStatus {
  readonly status: EngineStatusJson
  /** Against the given time, µs. */
  readonly ageUs: number
}

/** @returns undefined where there is none, or none that can be read: unknown either way */
export function readStatusFile(path: string, nowTs: number): LastStatus | undefined {
  try {
    const status = EngineStatusJson.parse(JSON.parse(readFileSync(path, 'utf8')))
    const ts = parseTime(status.ts)
    return ts === undefined ? undefined : { status, ageUs: nowTs - ts }
  } catch {
    return undefined
  }
}
