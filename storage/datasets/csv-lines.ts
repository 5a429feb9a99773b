/** Longest line: beyond it the file is not the text that it seems to be. */
const LINE_MAX = 1 << 20
/** Most fields of a line that are told apart. */
const FIELDS_MAX = 512

const NEWLINE = 10
const RETURN = 13
const QUOTE = 34

/**
 * Cuts CSV text into lines and fields in place: after {@link next} the field `i` is `bytes[starts[i] .. ends[i])`,
 * without quotes around it. Nothing is copied or allocated a line. A field may be quoted, and then hold delimiters;
 * it may not hold a line break, because no market data does and a lost quote would swallow the file.
 */
export class CsvLines {
  bytes: Uint8Array = new Uint8Array(1 << 19)
  readonly starts = new Int32Array(FIELDS_MAX)
  readonly ends = new Int32Array(FIELDS_MAX)
  /** Fields of the present line; 0 for a blank one. */
  count = 0
  /** Number of the present line, from 1. */
  line = 0
  /** Whether quotes of the present line do not match, or it is longer than any line is. */
  broken = false
  /** Whether the present line ends with the file instead of a line break. */
  unended = false
  readonly #delimiter: number
  #at = 0
  #end = 0
  #last = false

  /** @param delimiter one ASCII character */
  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** Adds a block behind what is not yet read. It is copied: one buffer for ever keeps the reading loops fast. */
  add(block: Uint8Array): void {
    const rest = this.#end - this.#at
    if (rest + block.length > this.bytes.length) {
      const larger = new Uint8Array(2 * (rest + block.length))
      larger.set(this.bytes.subarray(this.#at, this.#end))
      this.bytes = larger
    } else this.bytes.copyWithin(0, this.#at, this.#end)
    this.bytes.set(block, rest)
    this.#at = 0
    this.#end = rest + block.length
  }

  /** Says that no more blocks come, so that what is left is the last line. */
  finish(): void {
    this.#last = true
  }

  /** Moves to the next line. @returns whether there is a whole one; if not, add a block or finish */
  next(): boolean {
    const { bytes, starts, ends } = this
    const delimiter = this.#delimiter
    const end = this.#end
    const from = this.#at
    if (from === end) return false
    let start = from
    let at = from
    let count = 0
    let quoted = false
    for (; at < end; at++) {
      const byte = bytes[at]
      if (byte === delimiter) {
        if (count < FIELDS_MAX) {
          starts[count] = start
          ends[count] = at
        }
        count++
        start = at + 1
      } else if (byte === NEWLINE) break
      else if (byte === QUOTE) quoted = true
    }
    if (at === end && !this.#last && at - from < LINE_MAX) return false
    this.unended = at === end
    this.#at = at === end ? end : at + 1
    this.line++
    const stop = at > from && bytes[at - 1] === RETURN ? at - 1 : at
    if (stop === from) {
      this.count = 0
      this.broken = false
      return true
    }
    if (quoted) {
      this.#split(from, stop)
      return true
    }
    if (count < FIELDS_MAX) {
      starts[count] = start
      ends[count] = stop
    }
    count++
    this.count = Math.min(count, FIELDS_MAX)
    this.broken = count > FIELDS_MAX || at - from >= LINE_MAX
    return true
  }

  /** Cuts a line with quotes in it, `[from, stop)`. */
  #split(from: number, stop: number): void {
    const { bytes, starts, ends } = this
    let count = 0
    let at = from
    this.broken = false
    for (;;) {
      const quoted = bytes[at] === QUOTE && at < stop
      const start = quoted ? at + 1 : at
      if (quoted) {
        at++
        // A doubled quote is part of the field.
        while (at < stop && (bytes[at] !== QUOTE || (at + 1 < stop && bytes[at + 1] === QUOTE))) {
          at += bytes[at] === QUOTE ? 2 : 1
        }
        if (at >= stop) this.broken = true
      }
      const close = quoted ? Math.min(at, stop) : 0
      if (quoted) at = Math.min(at + 1, stop)
      const after = at
      while (at < stop && bytes[at] !== this.#delimiter) at++
      if (quoted && at > after) this.broken = true
      if (count === FIELDS_MAX) {
        this.broken = true
        break
      }
      starts[count] = start
      ends[count] = quoted ? close : at
      count++
      if (at >= stop) break
      at++
    }
    this.count = count
  }

  /** The field as text, doubled quotes undone. */
  text(field: number): string {
    const raw = Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString(
      'utf8',
      this.starts[field],
      this.ends[field],
    )
    return raw.includes('""') ? raw.replaceAll('""', '"') : raw
  }
}
