import { AssertionFailed } from '../domain/brand.ts'
import { encodeHead, encodeJsonPayload, encodeTail } from './encode.ts'
import { CATALOGUE, type EventType, SCHEMA_VERSION } from './event.ts'
import { JournalError, type JournalFaultCode, shown } from './journal-fault.ts'

/** A line of a journal that is canonical and as its schema says, money still as digits. */
export interface ScannedLine {
  readonly seq: number
  readonly ts: number
  readonly type: EventType
  readonly botId: string | undefined
  readonly trace: number
  readonly causeSeq: number
  readonly runId: string
  readonly prevHash: string
  readonly hash: string
  /** As `JSON.parse` gave it. */
  readonly payload: unknown
  /** What the hash covers. */
  readonly body: string
}

type Fields = Readonly<Record<string, unknown>>

const TRACE = /^t(0|[1-9]\d{0,15})$/
const PRINTABLE = /^[\x21-\x7e]{1,128}$/

/**
 * Reads one line strictly: it is written again from what was understood, and the two texts must be the same. So nothing is
 * guessed, defaulted or dropped, and what no schema names is seen.
 *
 * @param line without its line feed
 * @throws JournalError with the event's number and the field where they are known: `journal.malformed`,
 *   `journal.schema-version`, `journal.unknown-type`, `journal.schema`, `journal.not-canonical`
 */
export function scanLine(line: string): ScannedLine {
  const fields = parse(line)
  const seq = wholeOf(fields, 'seq', 1)
  if (fields['schema_version'] !== SCHEMA_VERSION) {
    fail('journal.schema-version', fields, { field: 'schema_version', expected: `${SCHEMA_VERSION}` })
  }
  const type = fields['type'] as EventType
  if (!Object.hasOwn(CATALOGUE, type)) {
    fail('journal.unknown-type', fields, { field: 'type', expected: 'a type of the catalogue' })
  }
  const ts = wholeOf(fields, 'ts', 0)
  const causeSeq = wholeOf(fields, 'cause_seq', 0)
  const trace = Number(textOf(fields, 'trace_id', TRACE).slice(1))
  const botId = fields['bot_id'] === undefined ? undefined : textOf(fields, 'bot_id', PRINTABLE)
  const runId = textOf(fields, 'run_id', PRINTABLE)
  const prevHash = hashOf(fields, 'prev_hash')
  const hash = hashOf(fields, 'hash')
  const { payload } = fields
  const text = payloadText(type, fields)
  const head = encodeHead(botId, causeSeq)
  const tail = encodeTail({ seq, ts, trace, type })
  const canonical = `${head}"hash":"${hash}","payload":${text},"prev_hash":"${prevHash}","run_id":${JSON.stringify(runId)},${tail}`
  if (canonical !== line) throw notCanonical(seq, line, canonical)
  return {
    seq,
    ts,
    type,
    botId,
    trace,
    causeSeq,
    runId,
    prevHash,
    hash,
    payload,
    body: `${head}"payload":${text},${tail}`,
  }
}

function parse(line: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    const fault = { seq: undefined, field: undefined, expected: 'a line of JSON', found: shown(line) }
    throw new JournalError({ what: 'journal.malformed', ...fault }, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  const fault = { seq: undefined, field: undefined, expected: 'a JSON object', found: shown(value) }
  throw new JournalError({ what: 'journal.malformed', ...fault })
}

function fail(what: JournalFaultCode, fields: Fields, where: { field: string; expected: string }): never {
  const { seq } = fields
  const known = typeof seq === 'number' ? seq : undefined
  throw new JournalError({ what, seq: known, ...where, found: shown(fields[where.field]) })
}

function wholeOf(fields: Fields, field: string, least: number): number {
  const value = fields[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  return fail('journal.schema', fields, { field, expected: `a whole number from ${least}` })
}

function textOf(fields: Fields, field: string, pattern: RegExp): string {
  const value = fields[field]
  if (typeof value === 'string' && pattern.test(value)) return value
  return fail('journal.schema', fields, { field, expected: `text like ${pattern.source}` })
}

/** Whether it is hex shows when it is held against the chain, which is cheaper than a pattern on every line. */
function hashOf(fields: Fields, field: string): string {
  const value = fields[field]
  if (typeof value === 'string' && value.length === 64) return value
  return fail('journal.schema', fields, { field, expected: '64 hex digits' })
}

/** The compiled encoder checks as fast as it writes; the schema itself is asked only to say what is wrong. */
function payloadText(type: EventType, fields: Fields): string {
  try {
    return encodeJsonPayload(type, fields['payload'])
  } catch (error) {
    if (!(error instanceof AssertionFailed)) throw error
    throw explained(type, fields, error)
  }
}

function explained(type: EventType, fields: Fields, cause: AssertionFailed): JournalError {
  const { payload } = fields
  const [issue] = CATALOGUE[type].safeParse(payload).error?.issues ?? []
  const path = issue?.path ?? []
  let found: unknown = payload
  for (const step of path) found = (found as Fields | undefined)?.[String(step)]
  const fault = {
    what: 'journal.schema',
    seq: fields['seq'] as number,
    field: ['payload', ...path.map(String)].join('.'),
    expected: issue?.message ?? cause.message,
    found: shown(found),
  } as const
  return new JournalError(fault, { cause })
}

/** Names the first place where a line is not what it would be if this program had written it. */
function notCanonical(seq: number, line: string, canonical: string): JournalError {
  let at = 0
  while (at < line.length && line[at] === canonical[at]) at++
  const names = [...line.matchAll(/"((?:[^"\\]|\\.)*)":/g)].filter(({ index }) => index <= at)
  return new JournalError({
    what: 'journal.not-canonical',
    seq,
    field: names.at(-1)?.[1],
    expected: `${shown(canonical.slice(at, at + 40))} at column ${at + 1}`,
    found: shown(line.slice(at, at + 40)),
  })
}
