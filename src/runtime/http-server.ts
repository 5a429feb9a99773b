import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monotonicMs } from './clock.ts'
import { isLoopback } from './config-schema.ts'
import type { CapabilitiesJson, HealthJson } from './health.ts'

/** What is served; asked for at most once a second. */
export interface HttpSnapshot {
  readonly health: HealthJson
  /** Lock held, migrations done, warm-up over. */
  readonly isReady: boolean
  readonly capabilities: CapabilitiesJson
  /** Prometheus text. */
  readonly metrics: string
}

/** Thrown when nothing can be served where it was asked for. */
export class HttpServerError extends Error {
  readonly code: 'http.not-loopback' | 'http.port-in-use' | 'http.failed'
  readonly hint: string
  constructor(code: HttpServerError['code'], message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}

export interface HttpServer {
  readonly port: number
  readonly close: () => Promise<void>
}

const CACHE_MS = 1_000
const REQUEST_MS_MAX = 5_000
const CONNECTIONS_MAX = 32

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * Serves `/healthz`, `/readyz`, `/capabilities` and `/metrics` to this machine, read-only.
 *
 * @param port 0 for any free one
 * @throws HttpServerError `http.not-loopback` for a host that others can reach, `http.port-in-use`, `http.failed`
 */
export async function serveHttp(
  { host, port }: { readonly host: string; readonly port: number },
  snapshot: () => HttpSnapshot,
): Promise<HttpServer> {
  if (!isLoopback(host))
    throw new HttpServerError(
      'http.not-loopback',
      `${host} can be reached by others; health is served to this machine alone`,
      'set http.host to 127.0.0.1',
    )
  const cached = cache(snapshot)
  const server = createServer(
    { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX, maxHeaderSize: 8_192 },
    (request, response) => {
      send(request, response, answerTo(request, cached))
    },
  )
  server.maxConnections = CONNECTIONS_MAX
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // For good: a failure later on has nobody to tell and must not end the process.
  server.on('error', reject)
  server.listen({ host, port, exclusive: true }, resolve)
  try {
    await promise
  } catch (error) {
    throw listenFailed(error as NodeJS.ErrnoException, host, port)
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      return closed.promise
    },
  }
}

function listenFailed(error: NodeJS.ErrnoException, host: string, port: number): HttpServerError {
  if (error.code === 'EADDRINUSE')
    return new HttpServerError(
      'http.port-in-use',
      `port ${port} of ${host} is in use by another program`,
      'set http.port to a free one, or http.enabled to false',
      error,
    )
  return new HttpServerError('http.failed', `${host}:${port}: ${error.message}`, 'set http.port above 1023', error)
}

function cache(snapshot: () => HttpSnapshot): () => HttpSnapshot {
  let kept: { readonly at: number; readonly value: HttpSnapshot } | undefined
  return () => {
    const at = monotonicMs()
    if (kept === undefined || at - kept.at >= CACHE_MS) kept = { at, value: snapshot() }
    return kept.value
  }
}

const TEXT = 'text/plain; charset=utf-8'
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'

function answerTo({ method, url = '/', headers }: IncomingMessage, snapshot: () => HttpSnapshot): Answer {
  const says = (status: number, body: string): Answer => ({ status, type: TEXT, body: `${body}\n` })
  if (method !== 'GET' && method !== 'HEAD') return says(405, 'only GET and HEAD: this server changes nothing')
  // A page in a browser can be made to ask us under a name of its own; only our own names are answered.
  if (!isOurName(headers.host)) return says(403, 'only this machine is answered, by its own name')
  const [path = ''] = url.split('?')
  try {
    switch (path) {
      case '/healthz': {
        const { health } = snapshot()
        const isUp = health.overall === 'OK' || health.overall === 'DEGRADED'
        return json(isUp ? 200 : 503, health)
      }
      case '/readyz': {
        const { isReady } = snapshot()
        return json(isReady ? 200 : 503, { schema_version: 1, ready: isReady })
      }
      case '/capabilities':
        return json(200, snapshot().capabilities)
      case '/metrics':
        return { status: 200, type: PROMETHEUS, body: snapshot().metrics }
      default:
        return says(404, 'there are /healthz, /readyz, /capabilities and /metrics')
    }
  } catch {
    // Whoever asks for the health of a process must not be what ends it; not knowing is an answer of its own.
    return says(500, 'the state of the process cannot be told now')
  }
}

function isOurName(host: string | undefined): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` }
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(method === 'HEAD' ? undefined : body)
}
