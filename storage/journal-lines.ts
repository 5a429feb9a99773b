import { isUtf8 } from 'node:buffer'
import { closeSync, openSync, readSync } from 'node:fs'
import { JournalError, shown } from '../src/events/journal-fault.ts'
import { stored } from './fault.ts'

const CHUNK_BYTES = 1 << 20
/** The largest event is a strategy's state of 64 Ki characters; evidence is small. Anything near this is no journal. */
const LINE_BYTES_MAX = 1 << 24
const LINE_FEED = 0x0a

/**
 * Reads a journal's lines in order, a mebibyte at a time, without their line feeds.
 *
 * @throws StorageError when the file cannot be read
 * @throws JournalError `journal.not-utf8`, `journal.line-too-long`, and `journal.torn` for a last line without its end
 */
export function* readJournal(path: string): Generator<string, void, void> {
  for (const block of readBlocks(path)) yield* block
}

/** {@link readJournal} in blocks of lines, for readers in a hurry. */
export function* readBlocks(path: string): Generator<readonly string[], void, void> {
  const fd = stored(`open ${path}`, () => openSync(path, 'r'))
  try {
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    let held = 0
    for (;;) {
      if (held === buffer.length) buffer = grown(buffer)
      const into = buffer
      const from = held
      const read = stored(`read ${path}`, () => readSync(fd, into, from, into.length - from, null))
      if (read === 0) break
      const end = buffer.subarray(0, held + read).lastIndexOf(LINE_FEED)
      held += read
      if (end < 0) continue
      yield* linesOf(buffer.subarray(0, end))
      buffer.copyWithin(0, end + 1, held)
      held -= end + 1
    }
    if (held > 0) throw torn(buffer.subarray(0, held))
  } finally {
    closeSync(fd)
  }
}

/** Bytes that are no UTF-8 would be replaced in silence, and another text would be judged than the one that stands there. */
function* linesOf(bytes: Buffer): Generator<readonly string[], void, void> {
  if (isUtf8(bytes)) {
    yield bytes.toString('utf8').split('\n')
    return
  }
  for (let from = 0; from <= bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, from)
    const to = feed < 0 ? bytes.length : feed
    const line = bytes.subarray(from, to)
    if (!isUtf8(line)) {
      const what = { what: 'journal.not-utf8', seq: undefined, field: undefined } as const
      throw new JournalError({ ...what, expected: 'text in UTF-8', found: shown(line.toString('latin1')) })
    }
    yield [line.toString('utf8')]
    from = to + 1
  }
}

function grown(buffer: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  if (buffer.length >= LINE_BYTES_MAX) {
    const what = { what: 'journal.line-too-long', seq: undefined, field: undefined } as const
    const expected = `a line feed within ${LINE_BYTES_MAX} bytes`
    throw new JournalError({ ...what, expected, found: shown(buffer.toString('latin1', 0, 100)) })
  }
  const larger = Buffer.allocUnsafe(buffer.length * 2)
  buffer.copy(larger)
  return larger
}

function torn(rest: Buffer): JournalError {
  const found = shown(rest.toString('latin1', 0, 200))
  const what = { what: 'journal.torn', seq: undefined, field: undefined } as const
  return new JournalError({ ...what, expected: 'a line feed at the end of the file', found })
}
