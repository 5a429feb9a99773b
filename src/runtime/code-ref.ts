import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What code a run was made by: the version, and a hash over the files of the built program, which changes with any of
 * them. A program that runs from its sources says so: it is whatever it was at that moment.
 */
export function codeRef(version: string, moduleUrl: string = import.meta.url): string {
  const file = fileURLToPath(moduleUrl)
  if (file.endsWith('.ts')) return `${version}+source`
  const folder = dirname(file)
  const hash = createHash('sha256')
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'))
  for (const name of files.toSorted())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(folder, name)))
      .update('\0')
  return `${version}+${hash.digest('hex').slice(0, 16)}`
}
