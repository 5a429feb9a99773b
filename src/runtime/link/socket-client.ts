import { randomUUIDv7 } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { every, monotonicMs, pause, wallTime } from '../clock.ts'
import { COMMAND_LIFE_US, type CommandRequest, type CommandRow, type CommandType } from '../command-catalogue.ts'
import type { CommandQueue } from '../ports.ts'
import type { CommandOptions, EngineClient, LinkState } from './engine-client.ts'
import { isViewLike, patched } from './merge-patch.ts'
import { type ClientFrame, LineCutter, readFrame, SERVER_LINE_MAX, ServerFrame } from './protocol.ts'
import { type Topic, VIEW_VERSION, type ViewOf } from './views.ts'

export interface SocketClientOptions {
  readonly path: string
  /** Where commands go in. */
  readonly commands: CommandQueue
  /** `human:trader`. */
  readonly actor: string
  readonly origin: CommandRequest['origin']
  /** Whether the engine runs in this process. */
  readonly isOwner: boolean
  /** Raises the shared word of an engine in this process, and writes the kill file. */
  readonly stopNow: EngineClient['stopNow']
  /** Goes on trying when the engine goes away; a command gives up instead. */
  readonly reconnects: boolean
}

const SILENT_AFTER_MS = 2_000
const RETRY_MS = 250
const POLL_MS = 20
/** What we say waits for a server that does not read up to this many bytes: it is one frame in an ordinary second. */
const UNREAD_MAX = 262_144
const WAIT_MS = 10_000

type Told = (view: unknown) => void

/** A client of the engine's socket. Reconnects, takes its topics up again, and says how the engine answers. */
export class SocketClient implements EngineClient {
  readonly isOwner: boolean
  readonly #options: SocketClientOptions
  readonly #watched = new Map<string, { view: unknown; n: number; readonly told: Set<Told> }>()
  readonly #stateTold = new Set<(state: LinkState) => void>()
  readonly #stopTimer: () => void
  #socket: Socket | undefined
  #state: LinkState = 'CONNECTING'
  #heardMs = monotonicMs()
  #triedMs = Number.NEGATIVE_INFINITY
  #isClosed = false
  /** Whether the server has said who it is. */
  #isGreeted = false
  #why: string | undefined

  constructor(options: SocketClientOptions) {
    this.#options = options
    this.isOwner = options.isOwner
    this.#connect()
    this.#stopTimer = every(100, () => this.#look())
  }

  get state(): LinkState {
    return this.#state
  }

  get why(): string | undefined {
    return this.#why
  }

  get silentMs(): number {
    return monotonicMs() - this.#heardMs
  }

  watch<T extends Topic>(topic: T, told: (view: ViewOf<T>) => void): () => void {
    const entry = this.#watched.getOrInsertComputed(topic, () => {
      this.#say({ do: 'watch', topic })
      return { view: undefined, n: 0, told: new Set<Told>() }
    })
    const tell = told as Told
    entry.told.add(tell)
    if (entry.view !== undefined) tell(entry.view)
    return () => {
      entry.told.delete(tell)
      if (entry.told.size > 0 || this.#watched.get(topic) !== entry) return
      this.#watched.delete(topic)
      this.#say({ do: 'unwatch', topic })
    }
  }

  async command<T extends CommandType>(type: T, options: CommandOptions<T>): Promise<CommandRow> {
    const { commands, actor, origin } = this.#options
    const id = options.id ?? randomUUIDv7()
    const issuedTs = wallTime()
    const { payload, reason, confirmation } = options
    commands.submit({
      id,
      type,
      payload,
      actor,
      origin,
      reason,
      confirmation,
      issuedTs,
      expiresTs: issuedTs + COMMAND_LIFE_US,
    })
    this.#say({ do: 'poke' })
    const untilMs = monotonicMs() + WAIT_MS
    for (;;) {
      const row = commands.get(id)
      if (row === undefined) throw new Error(`command ${id} was handed in and is not in the queue`)
      const isOver = row.status !== 'PENDING' && row.status !== 'ACCEPTED'
      if (isOver || monotonicMs() > untilMs) return row
      await pause(POLL_MS)
    }
  }

  stopNow(level: 'CLOSE_ONLY' | 'FLATTEN' | 'HALT', reason: string): void {
    this.#options.stopNow(level, reason)
  }

  onState(told: (state: LinkState) => void): () => void {
    this.#stateTold.add(told)
    return () => this.#stateTold.delete(told)
  }

  close(): void {
    this.#isClosed = true
    this.#stopTimer()
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #look(): void {
    if (this.#isClosed) return
    if (this.#state === 'UP' && this.silentMs > SILENT_AFTER_MS) this.#become('SILENT')
    const mayRetry = this.#options.reconnects && monotonicMs() - this.#triedMs >= RETRY_MS
    if (this.#socket === undefined && mayRetry) this.#connect()
  }

  #connect(): void {
    this.#triedMs = monotonicMs()
    const socket = connect(this.#options.path)
    const lines = new LineCutter(SERVER_LINE_MAX)
    this.#socket = socket
    this.#isGreeted = false
    socket.setEncoding('utf8')
    socket.once('connect', () => {
      this.#say({ do: 'hello', version: VIEW_VERSION })
      for (const [topic, entry] of this.#watched) {
        entry.n = 0
        this.#say({ do: 'watch', topic })
      }
    })
    socket.on('data', (text: string) => {
      const complete = lines.push(text)
      if (complete === undefined) return this.#leave(`the server sent a line longer than ${SERVER_LINE_MAX} characters`)
      for (const line of complete) if (!socket.destroyed) this.#hear(line)
    })
    socket.on('error', ({ message }) => this.#leave(message))
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined
      if (!this.#isClosed) this.#become('DOWN')
    })
  }

  #hear(line: string): void {
    const frame = readFrame(ServerFrame, line)
    if (frame === undefined) return this.#leave('the server sent what is no frame of ours')
    if (frame.is === 'hello' && frame.version !== VIEW_VERSION)
      return this.#leave(`the server speaks version ${frame.version}, this program ${VIEW_VERSION}`)
    if (frame.is === 'hello') this.#isGreeted = true
    if (!this.#isGreeted) return this.#leave('the server sent something before its hello')
    this.#heardMs = monotonicMs()
    if (frame.is === 'bye') this.#why = frame.why
    else this.#become('UP')
    if (frame.is !== 'view' && frame.is !== 'patch') return
    const entry = this.#watched.get(frame.topic)
    if (entry === undefined) return
    // A patch is for the view before it: one that is missing would leave a wrong picture, so the topic is asked for again.
    if (frame.is === 'patch' && (entry.n === 0 || frame.n !== entry.n + 1)) {
      entry.n = 0
      this.#say({ do: 'unwatch', topic: frame.topic })
      this.#say({ do: 'watch', topic: frame.topic })
      return
    }
    const content = frame.is === 'view' ? frame.view : frame.patch
    if (!isViewLike(content))
      return this.#leave(`the server sent a ${frame.is} that is no object, or too deep to be one`)
    entry.n = frame.n
    entry.view = frame.is === 'view' ? content : patched(entry.view, content)
    for (const told of entry.told) told(entry.view)
  }

  #say(frame: ClientFrame): void {
    if (this.#socket?.readyState !== 'open') return
    this.#socket.write(`${JSON.stringify(frame)}\n`)
    if (this.#socket.writableLength > UNREAD_MAX) this.#leave('the server does not read what it is asked')
  }

  #leave(why: string): void {
    this.#why = why
    this.#socket?.destroy()
  }

  #become(state: LinkState): void {
    if (state === this.#state) return
    this.#state = state
    if (state === 'UP') this.#why = undefined
    for (const told of this.#stateTold) told(state)
  }
}

/** Connects once; undefined when nobody answers there within `patienceMs`. */
export async function connectEngine(
  options: SocketClientOptions,
  patienceMs = 1_000,
): Promise<SocketClient | undefined> {
  const client = new SocketClient(options)
  const untilMs = monotonicMs() + patienceMs
  while (client.state !== 'UP' && monotonicMs() < untilMs) {
    if (client.state === 'DOWN' && !options.reconnects) break
    await pause(5)
  }
  if (client.state === 'UP') return client
  client.close()
  return undefined
}
