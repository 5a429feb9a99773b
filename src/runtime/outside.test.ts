import { connect } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { COMMANDS, type CommandType } from './command-catalogue.ts'
import { parseConfigFile } from './config-file.ts'
import { layerConfig } from './config-layers.ts'
import { renderDefaultConfig } from './config-template.ts'
import { KillFile } from './engine/kill-file.ts'
import { LinkServer } from './link/link-server.ts'
import { ClientFrame, LineCutter, readFrame, ServerFrame } from './link/protocol.ts'
import { readStatusFile } from './status-file.ts'

/** Text that nobody meant, or that was meant and then damaged: a piece cut out, doubled, or replaced by anything. */
function damaged(text: string): fc.Arbitrary<string> {
  const part = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(40),
    insert: fc.string({ maxLength: 20, unit: 'binary' }),
  })
  return fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) =>
    parts.reduce((now, { at, length, insert }) => {
      const from = Math.floor(at * now.length)
      return now.slice(0, from) + insert + now.slice(from + length)
    }, text),
  )
}
const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.json({ maxDepth: 4 }))
const HOSTILE = [
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '[]',
  'null',
  '1e999',
  '"\\u0000"',
  '{'.repeat(5_000),
]
const isClean = () => expect(Reflect.get({}, 'polluted')).toBeUndefined()

describe('a settings file', () => {
  const read = (text: string) => layerConfig({ file: parseConfigFile('config.toml', text), env: {} })

  test('of any content is settings, or an error that names the file', () => {
    const template = renderDefaultConfig()
    fc.assert(
      fc.property(fc.oneof(anything, damaged(template), fc.constantFrom(...HOSTILE)), (text) => {
        try {
          expect(read(text).config.engine.speed).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^config\./) })
          expect((error as Error).message).toContain('config.toml')
          expect((error as Error).message.length).toBeLessThan(20_000)
        }
        isClean()
      }),
      { numRuns: 500 },
    )
  })

  test('in the environment too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ENGINE_SPEED', 'LIMITS_VENUES', 'DEADMAN_BOT_ACTION', 'ENGINE_NONSENSE', 'X'),
        anything,
        (name, text) => {
          try {
            layerConfig({ file: undefined, env: { [`PROFINAUT_${name}`]: text } })
          } catch (error) {
            expect((error as Error).message).toContain(name)
          }
        },
      ),
    )
  })
})

test('a kill file of any content orders something, and what cannot be understood orders HALT', () => {
  const folder = scratchFolder()
  let n = 0
  fc.assert(
    fc.property(
      fc.oneof(anything, damaged('{"level":"CLOSE_ONLY","reason":"smoke"}'), fc.constantFrom(...HOSTILE)),
      (text) => {
        const path = join(folder, `kill-${n++}`)
        writeFileSync(path, text)
        const order = new KillFile(path).look()
        let level: unknown
        try {
          level = (JSON.parse(text) as { level?: unknown } | null)?.level
        } catch {
          level = undefined
        }
        const isKnown = level === 'CLOSE_ONLY' || level === 'FLATTEN' || level === 'HALT'
        expect(order?.level).toBe(isKnown ? level : 'HALT')
        expect(order?.reason.length).toBeLessThanOrEqual(200)
        isClean()
      },
    ),
    { numRuns: 300 },
  )
})

test('frames of any content are frames or nothing, and no line takes memory without end', () => {
  const frames = [
    '{"do":"hello","version":1}',
    '{"do":"watch","topic":"ribbon"}',
    '{"is":"patch","topic":"a","n":1,"patch":{}}',
  ]
  fc.assert(
    fc.property(fc.oneof(anything, damaged(frames.join('\n')), fc.constantFrom(...HOSTILE)), fc.nat(30), (text, at) => {
      const cutter = new LineCutter(512)
      const lines = [...(cutter.push(text.slice(0, at)) ?? []), ...(cutter.push(`${text.slice(at)}\n`) ?? [])]
      for (const line of lines) {
        const frame = readFrame(ClientFrame, line)
        if (frame !== undefined) expect(['hello', 'watch', 'unwatch', 'poke']).toContain(frame.do)
        readFrame(ServerFrame, line)
      }
      isClean()
    }),
    { numRuns: 1_000 },
  )
})

test('a status file of any content is a status or none', () => {
  const path = join(scratchFolder(), 'status.json')
  fc.assert(
    fc.property(fc.oneof(anything, fc.constantFrom(...HOSTILE)), (text) => {
      writeFileSync(path, text)
      expect(readStatusFile(path, 0)).toBeUndefined()
    }),
  )
})

describe('an engine', () => {
  const world = new EngineWorld({ seed: 4 })
  beforeAll(async () => {
    await world.boot()
    await world.run(5)
  })
  afterAll(() => world.end())

  test('UGF-B-005: is handed any command with any payload: one answer each, and what is refused changes nothing', async () => {
    const types = Object.keys(COMMANDS) as CommandType[]
    // These are obeyed when they are right by chance, and then they are meant to change something.
    const harmless = types.filter(
      (type) =>
        !['ENGINE_STOP', 'KILL_RAISE', 'MODE_RAISE', 'CANCEL_ALL', 'VENUE_FAULT', 'RECONCILE_RUN'].includes(type),
    )
    const samples = fc.sample(
      fc.record({
        type: fc.oneof(
          fc.constantFrom(...harmless),
          fc.string({ maxLength: 20 }),
          fc.constantFrom('__proto__', 'constructor', 'toString'),
        ),
        payload: fc.oneof(
          fc.jsonValue({ maxDepth: 3 }),
          fc.dictionary(
            fc.constantFrom('bot_id', 'params', 'scope', 'level', 'order_id', '__proto__'),
            fc.jsonValue({ maxDepth: 2 }),
          ),
        ),
      }),
      { numRuns: 150, seed: 7 },
    )
    const { kernel } = world.engine
    for (const { type, payload } of samples) {
      const { mode, kill } = kernel.facts
      const stood = [mode.mode, kill.strictest, kernel.bots.map(({ state }) => state).join()]
      const row = await world.command(type as CommandType, payload as never)
      expect(['COMPLETED', 'REJECTED_POLICY'], `${type} ${JSON.stringify(payload)}`).toContain(row.status)
      if (row.status === 'COMPLETED') continue
      expect(row.reasonCodes.length).toBeGreaterThan(0)
      expect([mode.mode, kill.strictest, kernel.bots.map(({ state }) => state).join()]).toEqual(stood)
    }
    isClean()
  })
})

test('a socket that is spoken to in any way answers its next client', async () => {
  const path = join(scratchFolder(), 'engine.sock')
  const server = new LinkServer({ path, pid: 1, runId: '', views: { view: () => undefined }, poked: () => undefined })
  await server.listen()
  try {
    const words = fc.sample(
      fc.oneof(
        anything,
        damaged('{"do":"hello","version":1}\n{"do":"watch","topic":"ribbon"}\n'),
        fc.constant('x'.repeat(100_000)),
      ),
      { numRuns: 60, seed: 3 },
    )
    for (const text of words) await speak(path, `${text}\n`)
    expect(await speak(path, '{"do":"hello","version":1}\n', '"is":"hello"')).toContain('"is":"hello"')
    expect(
      await speak(path, '{"do":"hello","version":1}\n{"do":"watch","topic":"no such thing"}\n', '"refused"'),
    ).toContain('"refused"')
  } finally {
    await server.close('the test is over')
  }
})

/** What the server says to a client that says something and listens for a moment, or until it has heard what it waits for. */
function speak(path: string, text: string, awaited?: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect(path, () => socket.write(text))
    socket.on('data', (data: Buffer) => {
      heard += data.toString()
      if (awaited !== undefined && heard.includes(awaited)) socket.destroy()
    })
    socket.on('error', () => resolve(heard))
    socket.on('close', () => resolve(heard))
    setTimeout(() => socket.destroy(), awaited === undefined ? 40 : 5_000)
  })
}
