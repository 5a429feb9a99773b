import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { capabilitiesJson, HealthBoard, healthJson } from './health.ts'
import { type HttpServer, type HttpSnapshot, serveHttp } from './http-server.ts'

const open: HttpServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

function snapshot(status: 'OK' | 'DEGRADED' | 'FAILED' = 'OK', isReady = true): HttpSnapshot {
  const board = new HealthBoard({ loop: 1 })
  board.observe('loop', { status, reasonCode: status, summary: 'x' }, 1)
  return {
    health: healthJson(board.report(1)),
    isReady,
    capabilities: capabilitiesJson([], { ts: 1, version: '1', isSafeMode: false, allowedActions: ['OPEN'] }),
    metrics: '# TYPE profinaut_a_b gauge\nprofinaut_a_b 1\n',
  }
}

async function serve(told: () => HttpSnapshot): Promise<number> {
  const server = await serveHttp({ host: '127.0.0.1', port: 0 }, told)
  open.push(server)
  return server.port
}

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly body: string
}

function ask(port: number, path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { method = 'GET', host = `127.0.0.1:${port}` } = options
  const asked = request({ host: '127.0.0.1', port, path, method, headers: { host }, agent: false }, (response) => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (part: string) => (body += part))
    response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], body }))
  })
  asked.on('error', reject)
  asked.end()
  return promise
}

test('four things are served, read-only', async () => {
  const port = await serve(snapshot)
  expect(await ask(port, '/healthz?verbose')).toMatchObject({ status: 200, type: 'application/json' })
  expect(JSON.parse((await ask(port, '/healthz')).body)).toEqual(snapshot().health)
  expect(JSON.parse((await ask(port, '/readyz')).body)).toEqual({ schema_version: 1, ready: true })
  expect(JSON.parse((await ask(port, '/capabilities')).body)).toMatchObject({ allowed_actions: ['OPEN'] })
  expect(await ask(port, '/metrics')).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: snapshot().metrics,
  })
  expect(await ask(port, '/healthz', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  expect((await ask(port, '/')).status).toBe(404)
  for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(port, '/healthz', { method })).status).toBe(405)
})

test.each([
  ['OK', 200],
  ['DEGRADED', 200],
  ['FAILED', 503],
] as const)('health %s answers %d', async (status, code) => {
  expect((await ask(await serve(() => snapshot(status, false)), '/healthz')).status).toBe(code)
})

test('what is not ready answers 503, and what cannot be told 500', async () => {
  expect((await ask(await serve(() => snapshot('OK', false)), '/readyz')).status).toBe(503)
  const failing = await serve(() => {
    throw new Error('database password: x')
  })
  expect(await ask(failing, '/healthz')).toMatchObject({
    status: 500,
    body: expect.not.stringContaining('password') as string,
  })
})

test('the process is asked at most once a second', async () => {
  let asked = 0
  const port = await serve(() => {
    asked++
    return snapshot()
  })
  for (let n = 0; n < 5; n++) await ask(port, '/healthz')
  expect(asked).toBe(1)
})

test('a page that calls us by a name of its own is not answered', async () => {
  const port = await serve(snapshot)
  expect((await ask(port, '/metrics', { host: 'evil.example' })).status).toBe(403)
  for (const host of [`localhost:${port}`, `[::1]:${port}`, '127.0.0.1'])
    expect((await ask(port, '/metrics', { host })).status).toBe(200)
})

test.each(['0.0.0.0', '::', '192.168.1.2', 'example.com', ''])('host %s is refused', async (host) => {
  await expect(serveHttp({ host, port: 0 }, snapshot)).rejects.toMatchObject({ code: 'http.not-loopback' })
})

test('a port in use is told as that', async () => {
  const port = await serve(snapshot)
  await expect(serveHttp({ host: '127.0.0.1', port }, snapshot)).rejects.toMatchObject({
    code: 'http.port-in-use',
    message: `port ${port} of 127.0.0.1 is in use by another program`,
  })
})
