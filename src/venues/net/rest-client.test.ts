import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { REAL_CLOCK } from '../../../fixtures/venues/real-clock.ts'
import { VenueError } from '../venue-error.ts'
import { jsonDepth } from './json-depth.ts'
import { RestClient, requireHost } from './rest-client.ts'

const CANARY = 'canary-0f3b'
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function against(listener: RequestListener): Promise<RestClient> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return clientAt((server.address() as AddressInfo).port)
}

function clientAt(port: number): RestClient {
  return new RestClient({ baseUrl: `http://127.0.0.1:${port}`, hosts: [], clock: REAL_CLOCK, timeoutMs: 300 })
}

async function failureOf(client: RestClient): Promise<VenueError> {
  const asked = {
    method: 'POST',
    path: '/v1/x',
    query: { sign: CANARY },
    headers: { 'x-key': CANARY },
    body: CANARY,
  } as const
  const failure = await client.send(asked).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof VenueError)) throw new Error('it was answered')
  expect(`${failure.message} ${failure.stack} ${failure.hint} ${String(failure.cause)}`).not.toContain(CANARY)
  return failure
}

test('an answer in JSON is handed back whatever its status', async () => {
  const client = await against((_, response) => response.writeHead(404, { 'retry-after': '3' }).end('{"status":2}'))
  expect(await client.send({ method: 'GET', path: '/v1/x' })).toEqual({
    status: 404,
    json: { status: 2 },
    retryAfterMs: 3_000,
  })
})

test.each([
  ['a connection that breaks', 'TRANSIENT', (_, response) => void response.destroy()],
  ['an answer that never comes', 'TRANSIENT', () => {}],
  [
    'an answer that stops half way',
    'TRANSIENT',
    (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"a":'),
  ],
  ['an error page', 'TRANSIENT', (_, response) => void response.writeHead(502).end('<html>')],
  ['torn JSON', 'PROTOCOL', (_, response) => void response.end('{"status":0,"da')],
  ['an answer that is too large', 'PROTOCOL', (_, response) => void response.end(' '.repeat(2 ** 21))],
  [
    'an answer that is nested too deep',
    'PROTOCOL',
    (_, response) => void response.end('['.repeat(33) + ']'.repeat(33)),
  ],
  ['another address', 'TRANSIENT', (_, response) => void response.writeHead(302, { location: '/' }).end()],
  ['too many requests', 'RATELIMITED', (_, response) => void response.writeHead(429).end('slow down')],
] satisfies readonly (readonly [string, string, RequestListener])[])(
  '%s is %s, may have been carried out, and tells no secret',
  async (_, kind, listener) => {
    expect(await failureOf(await against(listener))).toMatchObject({ kind, isUnsent: false })
  },
)

test('what met no listener was not sent, and says so', async () => {
  const free = createServer()
  await new Promise<void>((resolve) => {
    free.listen(0, '127.0.0.1', resolve)
  })
  const { port } = free.address() as AddressInfo
  await new Promise((resolve) => {
    free.close(resolve)
  })
  expect(await failureOf(clientAt(port))).toMatchObject({ kind: 'TRANSIENT', isUnsent: true })
})

test('brackets in texts are no depth', () => {
  expect(jsonDepth(JSON.stringify({ a: '[{"\\['.repeat(50) }))).toBe(1)
  expect(jsonDepth('[[{"a":[1]}]]')).toBe(4)
})

test.each([
  ['https://api.coin.z.com', true],
  ['wss://api.coin.z.com/ws', true],
  ['http://127.0.0.1:80', true],
  ['http://api.coin.z.com', false],
  ['https://api.coin.z.com.evil.example', false],
  ['https://api.coin.z.com@evil.example', false],
  ['http://127.0.0.1@evil.example', false],
  ['http://127.0.0.1.evil.example', false],
])('%s may be spoken to: %s', (url, isAllowed) => {
  const ask = () => requireHost(url, ['api.coin.z.com'])
  if (isAllowed) expect(ask).not.toThrow()
  else expect(ask).toThrow(expect.objectContaining({ kind: 'SAFETY' }))
})
