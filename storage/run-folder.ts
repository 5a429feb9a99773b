import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from './durable.ts'
import { stored } from './fault.ts'

export const MANIFEST = 'manifest.json'

/** What a run's folder holds, by hash: whoever changes a file changes what it says here. */
const Manifest = z.strictObject({
  schema_version: z.literal(1),
  run_id: z.string(),
  kind: z.string(),
  run_key: z.string(),
  status: z.enum(['complete', 'cancelled', 'incomplete']),
  final_hash: z.string().nullable(),
  events: z.int().nonnegative().nullable(),
  /** Inputs that the kernel had taken in when a cancelled run ended. */
  inputs: z.int().nonnegative().nullable(),
  refs: z.record(z.string(), z.string()),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int().nonnegative(), sha256: z.string() })),
})
export type Manifest = z.infer<typeof Manifest>

/** Writes the manifest of a folder: hashes the named files, then puts it there at once. */
export function writeManifest(
  folder: string,
  manifest: Omit<Manifest, 'files' | 'schema_version'>,
  files: readonly string[],
): Manifest {
  const entries = files.map((name) => ({
    name,
    bytes: statSync(join(folder, name)).size,
    sha256: fileHash(join(folder, name)),
  }))
  const whole: Manifest = {
    schema_version: 1,
    ...manifest,
    files: entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
  writeWhole(join(folder, MANIFEST), `${JSON.stringify(whole, undefined, 2)}\n`)
  return whole
}

/** Reads the manifest of a folder. @returns undefined where there is none, or none that can be understood */
export function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, MANIFEST)
  if (!existsSync(path)) return undefined
  try {
    const parsed = Manifest.safeParse(JSON.parse(stored(`read ${path}`, () => readFileSync(path, 'utf8'))))
    return parsed.success ? parsed.data : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function fileHash(path: string): string {
  return stored(`read ${path}`, () => {
    const hash = createHash('sha256')
    const fd = openSync(path, 'r')
    try {
      const block = Buffer.allocUnsafe(1 << 20)
      for (let read = readSync(fd, block); read > 0; read = readSync(fd, block)) hash.update(block.subarray(0, read))
    } finally {
      closeSync(fd)
    }
    return hash.digest('hex')
  })
}
