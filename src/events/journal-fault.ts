/** What can be wrong with a stored journal. The codes are stable: people grep for them and scripts branch on them. */
export type JournalFaultCode =
  | 'journal.malformed'
  | 'journal.not-utf8'
  | 'journal.torn'
  | 'journal.line-too-long'
  | 'journal.schema-version'
  | 'journal.unknown-type'
  | 'journal.schema'
  | 'journal.not-canonical'
  | 'journal.gap'
  | 'journal.run-changed'
  | 'journal.chain-broken'
  | 'journal.hash-wrong'
  | 'journal.empty'
  | 'journal.cut'

const TAMPERED = 'the line was changed after it was written: restore the journal from a copy, and distrust its run'

/** What to do about each, for the operator. */
export const JOURNAL_HINTS: Readonly<Record<JournalFaultCode, string>> = {
  'journal.malformed': TAMPERED,
  'journal.not-utf8': TAMPERED,
  'journal.torn': 'the writer was stopped in the middle of a line: the lines before it are good, the run is incomplete',
  'journal.line-too-long': 'no event is that long: check that the file is a journal',
  'journal.schema-version': 'read the journal with the version of profinaut that wrote it, or a newer one',
  'journal.unknown-type': 'read the journal with the version of profinaut that wrote it, or a newer one',
  'journal.schema': TAMPERED,
  'journal.not-canonical': TAMPERED,
  'journal.gap': 'events were removed, added or moved: restore the journal from a copy',
  'journal.run-changed': 'lines of another run were mixed in: restore the journal from a copy',
  'journal.chain-broken': 'events before this line were changed: restore the journal from a copy',
  'journal.hash-wrong': TAMPERED,
  'journal.empty': 'the run wrote no event, or the file was emptied: restore the journal from a copy',
  'journal.cut': 'events are missing at the end: restore the journal from a copy, or treat its run as incomplete',
}

/** Where a journal is wrong, and how. */
export interface JournalFault {
  readonly what: JournalFaultCode
  /** The event's number as far as it is known. */
  readonly seq: number | undefined
  /** Which field, as a dotted path (`payload.qty`), where one can be named. */
  readonly field: string | undefined
  readonly expected: string
  readonly found: string
}

/** Thrown for a line that is no stored event, or is one of a version that this program cannot read. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly code: JournalFaultCode
  readonly fault: JournalFault
  readonly hint: string

  constructor(fault: JournalFault, options?: { cause: unknown }) {
    const { what, seq, field, expected, found } = fault
    const where = `${seq === undefined ? '' : ` event ${seq}`}${field === undefined ? '' : ` ${field}`}`
    super(`${what}${where}: expected ${expected}, found ${found}`, options)
    this.code = what
    this.fault = fault
    this.hint = JOURNAL_HINTS[what]
  }
}

/** A found value for a message: its JSON, cut short. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
