import { AssertionFailed } from '../domain/brand.ts'
import { encodeJsonPayload } from './encode.ts'
import { CATALOGUE, type EventType, SCHEMA_VERSION } from './event.ts'

const NO_BOT = '{"cause_seq":'
const HASH = ',"hash":"'
const PAYLOAD = '","payload":'
const PREV_HASH = ',"prev_hash":"'
const TS = '","ts":'
const TYPE = ',"type":"'
const END = '"}'
const HASH_CHARS = 64

/**
 * Recognises the lines that a sound journal is made of, at about half the cost of reading them: the envelope is held against
 * what it has to be, and only the payload is parsed and written again. What it does not recognise is not wrong for that;
 * `scanLine` says.
 */
export class QuickScan {
  readonly #run: string
  /** How lines of the bot that was seen last begin. */
  #botStart = NO_BOT
  /** Hash that the line carries, and what it has to be the hash of. */
  hash = ''
  body = ''

  constructor(runId: string) {
    this.#run = `","run_id":${JSON.stringify(runId)},`
  }

  /** Remembers a bot that a full reading found to be well written. */
  learn(botId: string | undefined): void {
    if (botId !== undefined) this.#botStart = `{"bot_id":${JSON.stringify(botId)},"cause_seq":`
  }

  /** Whether the line is canonical event `seq` after an event of hash `prevHash`. Its own hash is the caller's to check. */
  recognises(line: string, seq: number, prevHash: string): boolean {
    const causeAt = line.startsWith(NO_BOT)
      ? NO_BOT.length
      : line.startsWith(this.#botStart)
        ? this.#botStart.length
        : -1
    if (causeAt < 0) return false
    const hashAt = line.indexOf(HASH, causeAt)
    const hashEnd = hashAt + HASH.length + HASH_CHARS
    if (!isWhole(line, causeAt, hashAt) || !line.startsWith(PAYLOAD, hashEnd)) return false

    const payloadAt = hashEnd + PAYLOAD.length
    const prevAt = line.lastIndexOf(PREV_HASH)
    const tail = `"schema_version":${SCHEMA_VERSION},"seq":${seq},"trace_id":"t`
    const frame = `${PREV_HASH}${prevHash}${this.#run}${tail}`
    if (prevAt < payloadAt || !line.startsWith(frame, prevAt)) return false

    const traceAt = prevAt + frame.length
    const traceEnd = line.indexOf(TS, traceAt)
    const tsAt = traceEnd + TS.length
    const tsEnd = line.indexOf(TYPE, tsAt)
    if (!isWhole(line, traceAt, traceEnd) || !isWhole(line, tsAt, tsEnd) || !line.endsWith(END)) return false

    const type = line.slice(tsEnd + TYPE.length, -END.length)
    if (!isCanonical(type, line.slice(payloadAt, prevAt))) return false
    this.hash = line.slice(hashAt + HASH.length, hashEnd)
    this.body = `${line.slice(0, hashAt + 1)}${line.slice(hashEnd + 2, prevAt + 1)}${line.slice(traceAt - tail.length)}`
    return true
  }
}

/** Whether a stretch of a line is a whole number from 0 in its shortest form, of a size that a double holds exactly. */
function isWhole(line: string, from: number, to: number): boolean {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = line.charCodeAt(at) - 48
    if (digit < 0 || digit > 9 || (at > from && value === 0)) return false
    value = value * 10 + digit
  }
  return to > from && value <= Number.MAX_SAFE_INTEGER
}

function isCanonical(type: string, payload: string): boolean {
  if (!Object.hasOwn(CATALOGUE, type)) return false
  try {
    return encodeJsonPayload(type as EventType, JSON.parse(payload)) === payload
  } catch (error) {
    if (error instanceof AssertionFailed || error instanceof SyntaxError) return false
    throw error
  }
}
