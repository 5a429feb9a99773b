import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CommandQueue } from '../ports.ts'
import { LinkServer } from './link-server.ts'
import { connectEngine, type SocketClient, type SocketClientOptions } from './socket-client.ts'
import type { BotsView } from './views.ts'

let folder: string
let server: LinkServer
let rows: Record<string, unknown>
let pokes = 0
const closing: { close(): void }[] = []

const noCommands = {} as CommandQueue

function options(path: string, more: Partial<SocketClientOptions> = {}): SocketClientOptions {
  return {
    path,
    commands: noCommands,
    actor: 'human:test',
    origin: 'cli',
    isOwner: false,
    stopNow: () => undefined,
    reconnects: true,
    ...more,
  }
}

function serve(path: string): LinkServer {
  const views = { view: (topic: string) => (topic === 'bots' ? { rows: structuredClone(rows) } : undefined) }
  return new LinkServer({ path, pid: 7, runId: 'r', views, poked: () => void pokes++ })
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pf-link-'))
  rows = { a: { x: 1 } }
  pokes = 0
  server = serve(join(folder, 's'))
  await server.listen()
})

afterEach(async () => {
  for (const client of closing.splice(0)) client.close()
  await server.close('test over')
  rmSync(folder, { recursive: true, force: true })
})

async function client(): Promise<SocketClient> {
  const made = await connectEngine(options(join(folder, 's')))
  if (made === undefined) throw new Error('the server answers')
  closing.push(made)
  return made
}

test('the socket is for its owner alone', () => {
  expect(statSync(join(folder, 's')).mode & 0o777).toBe(0o600)
})

test('a watcher gets the view, then what changes, and the same object where nothing did', async () => {
  const told: BotsView[] = []
  const stop = (await client()).watch('bots', (view) => told.push(view))
  await vi.waitFor(() => expect(told).toHaveLength(1))
  rows = { a: { x: 1 }, b: { x: 2 } }
  await vi.waitFor(() => {
    server.publish()
    expect(told.length).toBeGreaterThan(1)
  })
  expect(told.at(-1)).toEqual({ rows: { a: { x: 1 }, b: { x: 2 } } })
  expect(told.at(-1)?.rows['a']).toBe(told[0]?.rows['a'])
  stop()
})

test('after the engine came back the topics are taken up again', async () => {
  const mine = await client()
  const told: BotsView[] = []
  mine.watch('bots', (view) => told.push(view))
  await vi.waitFor(() => expect(told).toHaveLength(1))
  await server.close('restart')
  await vi.waitFor(() => expect(mine.state).toBe('DOWN'))
  rows = { c: {} }
  server = serve(join(folder, 's'))
  await server.listen()
  await vi.waitFor(() => expect(told.at(-1)).toEqual({ rows: { c: {} } }), { timeout: 3_000 })
  expect(mine.state).toBe('UP')
})

test('an engine that says nothing is silent, and its age is told', async () => {
  const mine = await client()
  await vi.waitFor(() => expect(mine.state).toBe('SILENT'), { timeout: 4_000 })
  expect(mine.silentMs).toBeGreaterThan(2_000)
})

test.each([
  ['no JSON', 'hello\n'],
  ['an unknown frame', '{"do":"kill"}\n'],
  ['a field too many', '{"do":"poke","level":"HALT"}\n'],
  ['a line without end', 'x'.repeat(10_000)],
  ['another version', '{"do":"hello","version":99}\n'],
])('%s from outside ends that conversation and no other', async (_, bytes) => {
  const good = await client()
  const bad = connect(join(folder, 's'))
  const ended = new Promise((resolve) => bad.once('close', resolve))
  bad.on('error', () => undefined)
  bad.resume()
  bad.write(bytes)
  await ended
  expect(good.state).toBe('UP')
  expect(pokes).toBe(0)
})

test('a reader that does not read costs nothing and gets the newest when it does', async () => {
  const slow = connect(join(folder, 's'))
  slow.pause()
  await new Promise((resolve) => slow.once('connect', resolve))
  slow.write('{"do":"watch","topic":"bots"}\n')
  for (let at = 0; at < 200; at++) {
    rows = { a: { x: at, text: 'y'.repeat(100_000) } }
    server.publish()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(server.behind).toBeLessThan(1_000_000)
  slow.destroy()
})

test('a second server on the socket is refused while the first lives, and takes over what a dead one left', async () => {
  await expect(serve(join(folder, 's')).listen()).rejects.toMatchObject({ code: 'link.in-use' })
  writeFileSync(join(folder, 'stale'), '')
  const second = serve(join(folder, 'stale'))
  await second.listen()
  await second.close('done')
})
