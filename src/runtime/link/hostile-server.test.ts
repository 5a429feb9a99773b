import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CommandQueue } from '../ports.ts'
import { SERVER_LINE_MAX } from './protocol.ts'
import { SocketClient } from './socket-client.ts'
import { VIEW_VERSION } from './views.ts'

const HELLO = `${JSON.stringify({ is: 'hello', version: VIEW_VERSION, pid: 7, runId: 'r' })}\n`
const frame = (fields: Readonly<Record<string, unknown>>) => `${JSON.stringify(fields)}\n`
const BEAT = frame({ is: 'beat' })
const MIB = 1_048_576

let folder: string
let server: Server | undefined
let client: SocketClient | undefined
const sockets = new Set<Socket>()
const thrown: unknown[] = []
const note = (error: unknown) => void thrown.push(error)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pf-hostile-'))
  thrown.length = 0
  process.on('uncaughtExceptionMonitor', note)
})

afterEach(async () => {
  client?.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => {
    if (server === undefined) resolve(undefined)
    else server.close(resolve)
  })
  process.off('uncaughtExceptionMonitor', note)
  rmSync(folder, { recursive: true, force: true })
  expect(thrown).toEqual([])
})

/** Serves every connection by that, and connects a client that watches two topics. */
async function against(serve: (socket: Socket) => void, { reconnects = false } = {}): Promise<{ told: unknown[] }> {
  const path = join(folder, 's')
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  })
  await new Promise<void>((resolve) => void server?.listen(path, resolve))
  const commands = {} as CommandQueue
  const said = { actor: 'human:test', origin: 'cli', isOwner: false, stopNow: () => undefined } as const
  client = new SocketClient({ path, commands, ...said, reconnects })
  const told: unknown[] = []
  client.watch('bots', (view) => told.push(view))
  client.watch('ribbon', () => undefined)
  return { told }
}

const down = (patience = 5_000) => vi.waitFor(() => expect(client?.state).toBe('DOWN'), { timeout: patience })

/** Writes for as long as the other side is there, as fast as it reads. @returns bytes written when it went */
function flood(socket: Socket, chunk: string, bytesMax: number): Promise<number> {
  return new Promise((resolve) => {
    let written = 0
    const push = () => {
      while (!socket.destroyed && written < bytesMax) {
        written += chunk.length
        if (!socket.write(chunk)) return void socket.once('drain', push)
      }
      resolve(written)
    }
    socket.once('close', () => resolve(written))
    push()
  })
}

describe('a client of a server that is not what it says', () => {
  test.each([
    ['no JSON', `${HELLO}hello?\n`, 'no frame'],
    ['a frame that nobody knows', `${HELLO}${frame({ is: 'order', side: 'buy' })}`, 'no frame'],
    [
      'a frame with a field of the wrong type',
      `${HELLO}${frame({ is: 'view', topic: 5, n: 1, view: {} })}`,
      'no frame',
    ],
    ['another version', frame({ is: 'hello', version: VIEW_VERSION + 1, pid: 1, runId: '' }), 'version'],
    ['a view before it has said who it is', frame({ is: 'view', topic: 'bots', n: 1, view: { rows: {} } }), 'hello'],
    ['an end', `${HELLO}${frame({ is: 'bye', why: 'upgraded' })}`, 'upgraded'],
  ])('%s: is DOWN and says why', async (_, bytes, why) => {
    const { told } = await against((socket) => void socket.write(bytes, () => bytes.includes('bye') && socket.end()))
    await down()
    expect(client?.why).toContain(why)
    expect(told).toEqual([])
  })

  test('a line without end is given up at its limit, not kept', async () => {
    const written = Promise.withResolvers<number>()
    await against((socket) => {
      socket.write(HELLO)
      written.resolve(flood(socket, 'x'.repeat(65_536), 512 * MIB))
    })
    await down(20_000)
    expect(await written.promise).toBeLessThan(SERVER_LINE_MAX + 16 * MIB)
    expect(client?.why).toContain('longer than')
  })

  test('a patch as deep as a line is long ends that conversation, not the program', async () => {
    const depth = Math.floor(SERVER_LINE_MAX / 8)
    const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    await against((socket) => {
      socket.write(HELLO)
      socket.write(frame({ is: 'view', topic: 'bots', n: 1, view: { rows: {} } }))
      socket.write(`{"is":"patch","topic":"bots","n":2,"patch":${deep}}\n`)
    })
    await down(20_000)
    expect(client?.why).toContain('deep')
  })

  test('a patch without its view is no view: the topic is asked for again', async () => {
    const asked: string[] = []
    const { told } = await against((socket) => {
      socket.setEncoding('utf8')
      socket.on('data', (text: string) => asked.push(text))
      socket.write(HELLO)
      socket.write(frame({ is: 'patch', topic: 'bots', n: 1, patch: { rows: { a: { qty: 5 } } } }))
      socket.write(frame({ is: 'view', topic: 'bots', n: 1, view: { rows: {} } }))
      socket.write(frame({ is: 'patch', topic: 'bots', n: 3, patch: { rows: { b: {} } } }))
      socket.write(frame({ is: 'patch', topic: 'bots', n: 2, patch: { rows: { c: {} } } }))
    })
    await vi.waitFor(() => expect(asked.join('').split('unwatch').length).toBeGreaterThan(3))
    expect(told).toEqual([{ rows: {} }])
  })

  test('a server that makes it ask again and again and never reads is left', async () => {
    await against((socket) => {
      socket.pause()
      socket.write(HELLO)
      void flood(socket, frame({ is: 'patch', topic: 'bots', n: 9, patch: {} }).repeat(2_000), 256 * MIB)
    })
    await down(20_000)
    expect(client?.why).toContain('does not read')
  })

  test('hellos without end take no memory', async () => {
    global.gc?.()
    const before = process.memoryUsage().heapUsed
    const written = Promise.withResolvers<number>()
    await against((socket) => written.resolve(flood(socket, HELLO.repeat(500), 24 * MIB)))
    expect(await written.promise).toBeGreaterThanOrEqual(24 * MIB)
    await vi.waitFor(() => expect(client?.state).toBe('UP'))
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(128 * MIB)
  })

  test('silence is told: never heard of is CONNECTING, no more heard of is SILENT', async () => {
    await against(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(client?.state).toBe('CONNECTING')
    client?.close()
    server?.close()
    rmSync(join(folder, 's'), { force: true })
    await against((socket) => void socket.write(HELLO))
    await vi.waitFor(() => expect(client?.state).toBe('SILENT'), { timeout: 5_000 })
  })

  test('whatever it is sent, torn anywhere, it is up, silent or down, and shows only whole views', async () => {
    const good = [
      HELLO,
      BEAT,
      frame({ is: 'view', topic: 'bots', n: 1, view: { rows: { a: { x: 1 } } } }),
      frame({ is: 'patch', topic: 'bots', n: 2, patch: { rows: { a: { x: 2 } } } }),
      frame({ is: 'refused', topic: 'bots', why: 'no' }),
      frame({ is: 'view', topic: 'nobody asked', n: 1, view: null }),
      frame({ is: 'patch', topic: '__proto__', n: 1, patch: { polluted: 1 } }),
      frame({ is: 'patch', topic: 'bots', n: 3, patch: JSON.parse('{"__proto__":{"polluted":1}}') }),
      '{"is":"view","topic":"bots","n":1,"view":1e999}\n',
    ]
    const scripts = fc.sample(
      fc.record({
        frames: fc.array(
          fc.oneof(
            { weight: 5, arbitrary: fc.constantFrom(...good) },
            { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
          ),
          { maxLength: 8 },
        ),
        cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
      }),
      { numRuns: 60, seed: 21 },
    )
    let at = 0
    const { told } = await against(
      (socket) => {
        const { frames, cuts } = scripts[at++ % scripts.length] ?? { frames: [], cuts: [] }
        const bytes = Buffer.from(HELLO + frames.join(''))
        const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).toSorted((a, b) => a - b), bytes.length]
        void (async () => {
          for (let piece = 1; piece < places.length; piece++) {
            if (socket.destroyed) return
            socket.write(bytes.subarray(places[piece - 1], places[piece]))
            await new Promise((resolve) => setImmediate(resolve))
          }
          socket.end()
        })()
      },
      { reconnects: true },
    )
    await vi.waitFor(() => expect(at).toBeGreaterThanOrEqual(30), { timeout: 30_000 })
    expect(told.length).toBeGreaterThan(5)
    expect(['UP', 'DOWN', 'SILENT', 'CONNECTING']).toContain(client?.state)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  }, 60_000)
})
