import { chmodSync, existsSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { monotonicMs } from '../clock.ts'
import { patchOf } from './merge-patch.ts'
import { CLIENT_LINE_MAX, ClientFrame, LineCutter, readFrame, type ServerFrame } from './protocol.ts'
import { paceUs, type Topic, VIEW_VERSION } from './views.ts'

/** Makes views when they are asked for. */
export interface ViewSource {
  /** Undefined where there is no such topic, or nothing with that id. */
  view(topic: Topic): unknown
}

export interface LinkServerOptions {
  readonly path: string
  readonly pid: number
  readonly runId: string
  readonly views: ViewSource
  /** A client has written a command and asks us to look. */
  readonly poked: () => void
}

/** A client that reads slower than this many bytes behind gets no more until it has caught up: newest wins. */
const BEHIND_MAX = 262_144
const CLIENTS_MAX = 16
const TOPICS_MAX = 32
const BEAT_MS = 500

interface Watched {
  sent: unknown
  n: number
  dueMs: number
  hasSent: boolean
}

interface Client {
  readonly socket: Socket
  readonly lines: LineCutter
  readonly topics: Map<string, Watched>
  saidMs: number
}

/** Raised when another process listens on the socket, or the folder does not let us. */
export class LinkError extends Error {
  readonly code: 'link.in-use' | 'link.refused'
  readonly hint: string
  constructor(code: LinkError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** Streams views over a local socket that only its owner may open. It never waits for a reader. */
export class LinkServer {
  readonly #options: LinkServerOptions
  readonly #clients = new Set<Client>()
  #server: Server | undefined

  constructor(options: LinkServerOptions) {
    this.#options = options
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Bytes that wait for readers. */
  get behind(): number {
    let sum = 0
    for (const { socket } of this.#clients) sum += socket.writableLength
    return sum
  }

  /** @throws LinkError where a living process listens there already */
  async listen(): Promise<void> {
    const { path } = this.#options
    if (existsSync(path)) {
      if (await isAnswered(path))
        throw new LinkError(
          'link.in-use',
          `${path} is answered by another process`,
          'stop that engine, or use another --profile',
        )
      // What a killed engine left behind.
      rmSync(path, { force: true })
    }
    const server = createServer((socket) => this.#welcome(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(
          new LinkError(
            'link.refused',
            `listen on ${path}: ${error.message}`,
            'check the permissions of the folder and the length of its path',
          ),
        ),
      )
      server.listen(path, resolve)
    })
    chmodSync(path, 0o600)
    server.on('error', () => undefined)
    this.#server = server
  }

  /** Sends whoever watches what has changed. Called every turn; topics that are not due cost nothing. */
  publish(): void {
    const now = monotonicMs()
    for (const client of this.#clients) {
      if (client.socket.writableLength > BEHIND_MAX) continue
      for (const [topic, watched] of client.topics)
        if (now >= watched.dueMs) this.#send(client, topic as Topic, watched, now)
      if (now - client.saidMs >= BEAT_MS) this.#say(client, { is: 'beat' }, now)
    }
  }

  async close(why: string): Promise<void> {
    for (const client of this.#clients) {
      this.#say(client, { is: 'bye', why }, monotonicMs())
      client.socket.end()
    }
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const { socket } of this.#clients) socket.destroySoon()
    })
    rmSync(this.#options.path, { force: true })
  }

  #welcome(socket: Socket): void {
    if (this.#clients.size >= CLIENTS_MAX) {
      socket.destroy()
      return
    }
    const client: Client = { socket, lines: new LineCutter(CLIENT_LINE_MAX), topics: new Map(), saidMs: monotonicMs() }
    this.#clients.add(client)
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#clients.delete(client))
    socket.on('data', (text: string) => {
      const lines = client.lines.push(text)
      if (lines === undefined) return void socket.destroy()
      for (const line of lines) this.#hear(client, line)
    })
    const { pid, runId } = this.#options
    this.#say(client, { is: 'hello', version: VIEW_VERSION, pid, runId }, monotonicMs())
  }

  #hear(client: Client, line: string): void {
    const frame = readFrame(ClientFrame, line)
    // What is no frame of ours ends the conversation and touches nothing else.
    if (frame === undefined) return void client.socket.destroy()
    switch (frame.do) {
      case 'hello':
        return
      case 'poke':
        return this.#options.poked()
      case 'unwatch':
        client.topics.delete(frame.topic)
        return
      case 'watch': {
        if (client.topics.size >= TOPICS_MAX) return void client.socket.destroy()
        const watched: Watched = { sent: undefined, n: 0, dueMs: 0, hasSent: false }
        client.topics.set(frame.topic, watched)
        this.#send(client, frame.topic as Topic, watched, monotonicMs())
      }
    }
  }

  #send(client: Client, topic: Topic, watched: Watched, now: number): void {
    watched.dueMs = now + paceUs(topic) / 1_000
    const view = this.#options.views.view(topic)
    if (view === undefined) {
      if (!watched.hasSent) this.#say(client, { is: 'refused', topic, why: 'there is no such view' }, now)
      watched.hasSent = true
      return
    }
    if (watched.n === 0) this.#say(client, { is: 'view', topic, n: ++watched.n, view }, now)
    else {
      const patch = patchOf(watched.sent, view)
      if (patch === undefined) return
      this.#say(client, { is: 'patch', topic, n: ++watched.n, patch }, now)
    }
    watched.hasSent = true
    watched.sent = view
  }

  #say(client: Client, frame: ServerFrame, now: number): void {
    client.saidMs = now
    if (!client.socket.destroyed) client.socket.write(`${JSON.stringify(frame)}\n`)
  }
}

/** Whether somebody listens on a socket file. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const done = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })
}
