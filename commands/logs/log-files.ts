import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LogLine } from '../../src/runtime/log/log-line.ts'

const NEWLINE = 0x0a

/** Put-away files first: their names carry the time, and sort by it. */
export function logFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  return names.toSorted().map((name) => join(folder, name))
}

/**
 * Reads whole lines from an offset; what is no line of ours is passed over.
 *
 * @returns the offset behind the last whole line
 */
export async function readLines(path: string, from: number, take: (line: LogLine) => void): Promise<number> {
  const stream = createReadStream(path, { start: from })
  let read = from
  let end = from
  stream.on('data', (chunk: Buffer | string) => {
    const bytes = Buffer.from(chunk)
    const last = bytes.lastIndexOf(NEWLINE)
    if (last >= 0) end = read + last + 1
    read += bytes.length
  })
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = parseLine(text)
    if (line !== undefined) take(line)
  }
  return end
}

function parseLine(text: string): LogLine | undefined {
  try {
    return LogLine.safeParse(JSON.parse(text)).data
  } catch {
    // Half a line of a process that died, or one that is being written: the next look has all of it.
    return undefined
  }
}
