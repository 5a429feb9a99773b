import type { VenueClock } from '../connector.ts'
import { VenueError } from '../venue-error.ts'
import { jsonDepth } from './json-depth.ts'

const BYTES_MAX = 1_048_576
const DEPTH_MAX = 32
const TIMEOUT_MS = 5_000

export interface RestTerms {
  /** `https://api.coin.z.com`; http only for a server on this machine. */
  readonly baseUrl: string
  /** Hosts that may be spoken to besides this machine. */
  readonly hosts: readonly string[]
  readonly clock: VenueClock
  readonly timeoutMs?: number | undefined
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | undefined
  /** The very bytes that were signed. */
  readonly body?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export interface RestReply {
  readonly status: number
  readonly json: unknown
  readonly retryAfterMs: number | undefined
}

/** Errors of a connection that was never made: nothing was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Asks a venue over HTTP and reads what it says as JSON, whatever the status. What cannot be read within the time, the size
 * and the depth that a venue's answers have is a {@link VenueError}; nothing of a header, a body or a query is in it.
 */
export class RestClient {
  readonly #terms: RestTerms

  /** @throws VenueError `SAFETY` for an address that may not be spoken to */
  constructor(terms: RestTerms) {
    this.#terms = terms
    requireHost(terms.baseUrl, terms.hosts)
  }

  async send(request: RestRequest): Promise<RestReply> {
    const { method, path, query, body, headers } = request
    const question = `${method} ${path}`
    const url = new URL(this.#terms.baseUrl + path)
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
    const abort = new AbortController()
    const timeoutMs = this.#terms.timeoutMs ?? TIMEOUT_MS
    const forget = this.#terms.clock.after(timeoutMs, () => abort.abort(new Error('timeout')))
    try {
      const response = await fetch(url, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body }),
        redirect: 'error',
        signal: abort.signal,
      })
      const text = await readText(response, question)
      return { status: response.status, json: parse(text, response.status, question), retryAfterMs: pauseOf(response) }
    } catch (error) {
      if (error instanceof VenueError) throw error
      if (abort.signal.aborted)
        throw failure('TRANSIENT', 'TIMEOUT', question, `no answer within ${timeoutMs / 1_000} s`)
      const code = codeOf(error)
      throw failure('TRANSIENT', code, question, `the connection failed: ${code}`, NEVER_CONNECTED.has(code))
    } finally {
      forget()
    }
  }
}

/** @throws VenueError `SAFETY` unless it is https to a known host, or this machine */
export function requireHost(url: string, hosts: readonly string[]): void {
  const { protocol, hostname } = new URL(url)
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  const isSecure = protocol === 'https:' || protocol === 'wss:'
  if (isHere || (isSecure && hosts.includes(hostname))) return
  const detail = isSecure ? `${hostname} is no host of this venue` : `${protocol}//${hostname} is not encrypted`
  throw failure('SAFETY', 'HOST', 'connect', detail)
}

async function readText(response: Response, question: string): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels what is still to come.
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > BYTES_MAX)
      throw failure('PROTOCOL', 'TOO_LARGE', question, `the answer has more than ${BYTES_MAX} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parse(text: string, status: number, question: string): unknown {
  const kind = status >= 500 ? 'TRANSIENT' : status === 429 ? 'RATELIMITED' : 'PROTOCOL'
  if (jsonDepth(text) > DEPTH_MAX) throw failure('PROTOCOL', 'TOO_DEEP', question, 'the answer is nested too deeply')
  try {
    return JSON.parse(text) as unknown
  } catch {
    const what = /^\s*</.test(text) ? 'a page of HTML' : text === '' ? 'nothing' : 'no JSON'
    throw failure(kind, `HTTP_${status}`, question, `HTTP ${status} with ${what}`)
  }
}

/** What `Retry-After` asks for, ms (RFC 9110, 10.2.3: seconds). */
function pauseOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}

function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } }
  const code = cause?.code ?? (error as { code?: unknown }).code
  return typeof code === 'string' ? code : 'CONNECTION'
}

function failure(
  kind: VenueError['kind'],
  code: string,
  question: string,
  detail: string,
  isUnsent = false,
): VenueError {
  return new VenueError({ kind, code, question, detail, isUnsent })
}
