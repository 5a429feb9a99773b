import { assert } from '../domain/brand.ts'
import type { RunId } from '../domain/ids.ts'
import { chainHash, GENESIS } from './chain.ts'
import { encodeHead, encodePayload, encodeTail } from './encode.ts'
import type { KernelEvent } from './event.ts'

/** One event as it is stored: what the kernel made, whose run it is of, and its place in the chain. */
export interface StoredEvent {
  readonly event: KernelEvent
  readonly runId: RunId
  readonly prevHash: string
  readonly hash: string
}

/** A stored event as one line of a journal, without the line feed: canonical JSON, keys in code-unit order. */
export function encodeLine({ event, runId, prevHash, hash }: StoredEvent): string {
  const payload = encodePayload(event.type, event.payload)
  return `${encodeHead(event.botId, event.causeSeq)}"hash":"${hash}","payload":${payload},"prev_hash":"${prevHash}","run_id":${JSON.stringify(runId)},${encodeTail(event)}`
}

/** Where a chain stands: the number and hash of its last event. */
export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

/**
 * Links a run's events, one at a time and in order, into its hash chain. After {@link link} the fields describe the event
 * just linked: every journal writes from them, and no object is made per event.
 */
export class ChainLinker {
  readonly #runId: string
  #head = ''
  #tail = ''
  /** Number of the last event, 0 before the first. */
  seq: number
  prevHash = GENESIS
  hash: string
  /** The payload's canonical JSON. */
  payload = ''

  /** @param from where the chain stands already; a new one by default */
  constructor(runId: RunId, from: ChainHead = { seq: 0, hash: GENESIS }) {
    this.#runId = JSON.stringify(runId)
    this.seq = from.seq
    this.hash = from.hash
  }

  /** Takes the next event. Asserts that it is the next, and that its payload is what its schema says. */
  link(event: KernelEvent): void {
    const { seq, ts, trace, causeSeq } = event
    if (seq !== this.seq + 1) assert(false, `events are numbered without gaps: ${this.seq + 1} is next, was ${seq}`)
    const isWhole = Number.isSafeInteger(ts) && Number.isSafeInteger(trace) && Number.isSafeInteger(causeSeq)
    if (!isWhole || ts < 0 || trace < 0 || causeSeq < 0 || causeSeq >= seq) {
      assert(false, `event ${seq}: ts, trace and cause are whole and in range, were ${ts}, ${trace}, ${causeSeq}`)
    }
    const payload = encodePayload(event.type, event.payload)
    const head = encodeHead(event.botId, event.causeSeq)
    const tail = encodeTail(event)
    const { hash } = this
    this.hash = chainHash(hash, `${head}"payload":${payload},${tail}`)
    this.prevHash = hash
    this.seq = seq
    this.payload = payload
    this.#head = head
    this.#tail = tail
  }

  /** The event just linked as its line, without the line feed. */
  line(): string {
    return `${this.#head}"hash":"${this.hash}","payload":${this.payload},"prev_hash":"${this.prevHash}","run_id":${this.#runId},${this.#tail}`
  }
}
