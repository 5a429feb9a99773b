import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { eventually } from '../../../fixtures/venues/contract-kit.ts'
import { REAL_CLOCK } from '../../../fixtures/venues/real-clock.ts'
import type { VenueError } from '../venue-error.ts'
import { VenueSocket } from './venue-socket.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

async function stream(onSocket: (socket: WebSocket) => void, autoPong = true) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong })
  server.on('connection', onSocket)
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const { port } = server.address() as AddressInfo
  const texts: string[] = []
  const downs: VenueError[] = []
  const socket = await VenueSocket.open({
    url: `ws://127.0.0.1:${port}/token-1`,
    name: 'account stream',
    clock: REAL_CLOCK,
    pingMs: 30,
    onText: (text) => texts.push(text),
    onDown: (error) => downs.push(error),
  })
  closing.push(
    () => socket.close(),
    () => {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  )
  return { socket, texts, downs }
}

test('what is sent arrives, what arrives is told in order', async () => {
  const { socket, texts } = await stream((server) => {
    server.on('message', (data: Buffer) => server.send(`re: ${data.toString()}`))
  })
  for (const text of ['a', 'b']) socket.send(text)
  await eventually('both', () => texts.length === 2)
  expect(texts).toEqual(['re: a', 're: b'])
})

test('a connection that answers no ping is found dead, a quiet one that pongs is alive', async () => {
  const dead = await stream(() => {}, false)
  await eventually('its end', () => dead.downs.length > 0)
  expect(dead.downs).toMatchObject([{ kind: 'TRANSIENT' }])
  const quiet = await stream(() => {})
  await pause(300)
  expect(quiet.downs).toEqual([])
})

test('an end of theirs is told once and without the token, ours is not told', async () => {
  const theirs = await stream((server) => server.close(1011))
  await eventually('its end', () => theirs.downs.length > 0)
  theirs.socket.close()
  await pause(50)
  expect(theirs.downs.map(({ message }) => message)).toEqual(['account stream: closed with 1011'])
  const ours = await stream(() => {})
  ours.socket.close()
  await pause(100)
  expect(ours.downs).toEqual([])
})

test('a frame beyond the limit ends the stream instead of the memory', async () => {
  const { downs, texts } = await stream((server) => server.send('x'.repeat(5_000_000)))
  await eventually('its end', () => downs.length > 0)
  expect(texts).toEqual([])
})

test.each([
  [401, 'AUTH'],
  [503, 'TRANSIENT'],
] as const)('a handshake that is refused with %s is %s', async (status, kind) => {
  const server = createServer()
  server.on('upgrade', (_, socket) =>
    socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
  )
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closing.push(() => server.close())
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/token-1`
  const terms = { url, name: 'account stream', clock: REAL_CLOCK, pingMs: 30, onText: () => {}, onDown: () => {} }
  const refusal = await VenueSocket.open(terms).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ kind })
  expect(String(refusal)).not.toContain('token-1')
})
