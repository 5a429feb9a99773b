import { AssertionFailed } from '../domain/brand.ts'
import { encodeJsonPayload } from './encode.ts'
import { CATALOGUE, type EventType, SCHEMA_VERSION } from './event.ts'

const NO_BOT = '{"cause_seq":'
const HASH = ',"hash":"'
const PAYLOAD = '","payload":'
const PREV_HASH = ',"prev_hash":"'
const VERSION = `"schema_version":${SCHEMA_VERSION},"seq":`
const TRACE = ',"trace_id":"t'
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
    this.#run = `","run_id":${JSON.stringify(runId)},${VERSION}`
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
    if (wholeAt(line, causeAt, hashAt) < 0 || !line.startsWith(PAYLOAD, hashEnd)) return false

    const payloadAt = hashEnd + PAYLOAD.length
    const prevAt = line.lastIndexOf(PREV_HASH)
    const runAt = prevAt + PREV_HASH.length + HASH_CHARS
    const seqAt = runAt + this.#run.length
    const seqEnd = line.indexOf(TRACE, seqAt)
    const traceAt = seqEnd + TRACE.length
    if (prevAt < payloadAt || !line.startsWith(prevHash, runAt - HASH_CHARS) || !line.startsWith(this.#run, runAt))
      return false

    const traceEnd = line.indexOf(TS, traceAt)
    const tsAt = traceEnd + TS.length
    const tsEnd = line.indexOf(TYPE, tsAt)
    const isNext = wholeAt(line, seqAt, seqEnd) === seq
    if (!isNext || wholeAt(line, traceAt, traceEnd) < 0 || wholeAt(line, tsAt, tsEnd) < 0 || !line.endsWith(END))
      return false

    const type = line.slice(tsEnd + TYPE.length, -END.length)
    if (!isCanonical(type, line.slice(payloadAt, prevAt))) return false
    this.hash = line.slice(hashAt + HASH.length, hashEnd)
    this.body = `${line.slice(0, hashAt + 1)}${line.slice(hashEnd + 2, prevAt + 1)}${line.slice(seqAt - VERSION.length)}`
    return true
  }
}

/** The whole number from 0 that a stretch of a line is in shortest form, or −1. Larger ones than a double holds are none. */
function wholeAt(line: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = line.charCodeAt(at) - 48
    if (digit < 0 || digit > 9 || (at > from && value === 0)) return -1
    value = value * 10 + digit
  }
  return to > from && value <= Number.MAX_SAFE_INTEGER ? value : -1
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
