import { WebSocket } from 'ws'
import type { VenueClock } from '../connector.ts'
import { VenueError } from '../venue-error.ts'

const FRAME_BYTES_MAX = 4_194_304
const OPEN_TIMEOUT_MS = 10_000

export interface SocketTerms {
  readonly url: string
  /** What it is for, without anything secret: addresses of streams may hold a token. */
  readonly name: string
  readonly clock: VenueClock
  /** We ping so often, and hang up when no frame, ping or pong came for three times as long. */
  readonly pingMs: number
  readonly onText: (text: string) => void
  /** It is over, by whoever's will but ours. Told once. */
  readonly onDown: (error: VenueError) => void
}

/** A WebSocket that knows when nobody is there any more. */
export class VenueSocket {
  readonly #terms: SocketTerms
  readonly #socket: WebSocket
  #heardMs: number
  #forget: () => void = () => undefined
  #isOver = false

  private constructor(terms: SocketTerms, socket: WebSocket) {
    this.#terms = terms
    this.#socket = socket
    this.#heardMs = terms.clock.monotonicMs()
    socket.on('message', (data, isBinary) => {
      this.#heard()
      // oxlint-disable-next-line typescript/no-base-to-string -- one Buffer, as the socket was not told to give others
      if (!isBinary && !this.#isOver) terms.onText(data.toString())
    })
    socket.on('ping', () => this.#heard())
    socket.on('pong', () => this.#heard())
    socket.on('close', (code) => this.#down(`closed with ${code}`))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#down(error.code ?? 'failed'))
    this.#watch()
  }

  /** @throws VenueError where it does not open */
  static open(terms: SocketTerms): Promise<VenueSocket> {
    const { url, name, clock } = terms
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, {
        handshakeTimeout: OPEN_TIMEOUT_MS,
        maxPayload: FRAME_BYTES_MAX,
        followRedirects: false,
      })
      const fail = (detail: string, kind: VenueError['kind'] = 'TRANSIENT') => {
        forget()
        socket.removeAllListeners()
        socket.on('error', () => undefined)
        socket.terminate()
        reject(new VenueError({ kind, code: 'STREAM', question: name, detail }))
      }
      const forget = clock.after(OPEN_TIMEOUT_MS, () => fail('the stream did not open in time'))
      socket.once('open', () => {
        forget()
        socket.removeAllListeners()
        resolve(new VenueSocket(terms, socket))
      })
      socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
        const isRefused = statusCode === 401 || statusCode === 403
        fail(`the stream was refused with HTTP ${statusCode}`, isRefused ? 'AUTH' : 'TRANSIENT')
      })
      socket.once('error', (error: NodeJS.ErrnoException) => fail(`the stream failed: ${error.code ?? 'unknown'}`))
      socket.once('close', () => fail('the stream closed before it was open'))
    })
  }

  send(text: string): void {
    if (!this.#isOver) this.#socket.send(text)
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    this.#isOver = true
    this.#forget()
    this.#socket.terminate()
  }

  #heard(): void {
    this.#heardMs = this.#terms.clock.monotonicMs()
  }

  #watch(): void {
    const { clock, pingMs } = this.#terms
    this.#forget = clock.after(pingMs, () => {
      if (this.#isOver) return
      const silentMs = clock.monotonicMs() - this.#heardMs
      if (silentMs > 3 * pingMs) return this.#down(`nothing for ${Math.round(silentMs / 1_000)} s`)
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
      this.#watch()
    })
  }

  #down(detail: string): void {
    if (this.#isOver) return
    this.close()
    this.#terms.onDown(new VenueError({ kind: 'TRANSIENT', code: 'STREAM', question: this.#terms.name, detail }))
  }
}
