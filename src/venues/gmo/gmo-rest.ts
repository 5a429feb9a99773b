import type { z } from 'zod'
import { US_PER_MS } from '../../domain/time.ts'
import type { ConnectorTerms } from '../connector.ts'
import { Pacer } from '../net/pacer.ts'
import { RestClient, type RestRequest } from '../net/rest-client.ts'
import { VenueError } from '../venue-error.ts'
import { gmoFailureKind } from './gmo-errors.ts'
import { gmoSignature } from './gmo-signing.ts'
import { GmoEnvelope } from './gmo-wire.ts'

const HOST = 'api.coin.z.com'
/** Tier 1 of the venue is 20 a second for reading and 20 for writing; we stay below it. */
const PRIVATE = { perSecond: 15, burst: 10 }
/** Unpublished; refused near five a second. */
const PUBLIC = { perSecond: 2, burst: 4 }
const LIMITED_MS = 1_000

export type GmoMethod = RestRequest['method']

/** The venue over HTTP: signed, paced, and its envelope opened. */
export class GmoRest {
  /** `http://127.0.0.1:…` in place of the venue's own address. */
  readonly origin: string
  readonly isPractice: boolean
  readonly #client: RestClient
  readonly #terms: ConnectorTerms
  readonly #reads: Pacer
  readonly #writes: Pacer
  readonly #public: Pacer

  constructor(terms: ConnectorTerms) {
    this.origin = terms.practiceUrl?.replace(/\/$/, '') ?? `https://${HOST}`
    this.isPractice = terms.practiceUrl !== undefined
    this.#terms = terms
    this.#client = new RestClient({ baseUrl: this.origin, hosts: [HOST], clock: terms.clock })
    this.#reads = new Pacer(terms.clock, PRIVATE)
    this.#writes = new Pacer(terms.clock, PRIVATE)
    // A server of our own has nobody to protect.
    this.#public = new Pacer(terms.clock, this.isPractice ? PRIVATE : PUBLIC)
  }

  /** A question that needs no key. @throws VenueError */
  async ask<T extends z.ZodType>(
    path: string,
    shape: T,
    query?: Readonly<Record<string, string>>,
  ): Promise<{ readonly data: z.output<T>; readonly responseTime: string | undefined }> {
    await this.#public.take()
    return this.#send({ method: 'GET', path: `/public${path}`, query }, path, shape, this.#public)
  }

  /** A question about the account. @throws VenueError */
  async read<T extends z.ZodType>(
    path: string,
    shape: T,
    query?: Readonly<Record<string, string>>,
  ): Promise<z.output<T>> {
    await this.#reads.take()
    const request = { method: 'GET', path: `/private${path}`, query, headers: this.#signed('GET', path) } as const
    return (await this.#send(request, path, shape, this.#reads)).data
  }

  /** Something that changes the account. @throws VenueError */
  async write<T extends z.ZodType>(
    method: Exclude<GmoMethod, 'GET'>,
    path: string,
    shape: T,
    body: unknown,
    isUrgent = false,
  ): Promise<z.output<T>> {
    await this.#writes.take(isUrgent)
    const text = JSON.stringify(body)
    const headers = this.#signed(method, path, text)
    const request = { method, path: `/private${path}`, body: text, headers } as const
    return (await this.#send(request, path, shape, this.#writes)).data
  }

  #signed(method: GmoMethod, path: string, body?: string): Readonly<Record<string, string>> {
    const { key, clock } = this.#terms
    if (key === undefined)
      throw new VenueError({
        kind: 'AUTH',
        code: 'NO_KEY',
        question: `${method} ${path}`,
        detail: 'no key is configured',
        hint: 'add one with `profinaut secret add`, and name it in the section [venue]',
        isUnsent: true,
      })
    const { key: id, secret } = key()
    const timestampMs = String(Math.floor(clock.nowUs() / US_PER_MS))
    const sign = gmoSignature(secret, { timestampMs, method, path, ...(body === undefined ? {} : { body }) })
    return { 'API-KEY': id, 'API-TIMESTAMP': timestampMs, 'API-SIGN': sign }
  }

  async #send<T extends z.ZodType>(
    request: RestRequest,
    path: string,
    shape: T,
    pacer: Pacer,
  ): Promise<{ data: z.output<T>; responseTime: string | undefined }> {
    const question = `${request.method} ${path}`
    const { json, retryAfterMs, status } = await this.#client.send(request)
    const envelope = GmoEnvelope.safeParse(json)
    if (!envelope.success)
      throw new VenueError({
        kind: 'PROTOCOL',
        code: `HTTP_${status}`,
        question,
        detail: `HTTP ${status} without the venue's envelope`,
      })
    const { status: verdict, messages, data, responsetime: responseTime } = envelope.data
    if (verdict !== 0) {
      const code = messages?.[0]?.message_code ?? `STATUS_${verdict}`
      const kind = gmoFailureKind(code)
      const pauseMs = retryAfterMs ?? (kind === 'RATELIMITED' ? LIMITED_MS : undefined)
      if (pauseMs !== undefined) pacer.rest(pauseMs)
      const said = messages?.[0]?.message_string
      const detail = said === undefined ? code : `${code} ${said}`
      throw new VenueError({ kind, code, question, detail: detail.slice(0, 200), retryAfterMs: pauseMs })
    }
    const read = shape.safeParse(data)
    if (!read.success) {
      const [issue] = read.error.issues
      const where = issue?.path.join('.') ?? ''
      const detail = `the answer has another shape at ${where === '' ? 'its top' : where}`
      throw new VenueError({ kind: 'PROTOCOL', code: 'SHAPE', question, detail })
    }
    return { data: read.data, responseTime }
  }
}
