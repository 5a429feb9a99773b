import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CommandShell } from '../../fixtures/command-shell.ts'
import { EngineStatusJson } from '../../src/runtime/status-file.ts'

let shell: CommandShell
let path = ''
beforeAll(() => {
  shell = new CommandShell()
  mkdirSync(join(shell.home, 'demo', 'run'), { recursive: true })
  path = join(shell.home, 'demo', 'run', 'status.json')
})
afterAll(() => shell.close())

const at = (ageS: number) => new Date(shell.engine.world.now() / 1_000 - ageS * 1_000).toISOString()

/** What an engine that is well leaves behind. */
function told(ageS = 1): Record<string, unknown> {
  const ts = at(ageS)
  const check = { name: 'disk', status: 'OK', reason_code: 'OK', summary: 'half free', observed_at: ts }
  const feature = { name: 'orders', state: 'DEGRADED', reasons: [{ code: 'FEED_STALE', message: 'feed: old' }] }
  return {
    schema_version: 1,
    ts,
    pid: process.pid,
    run_id: 'r',
    instance_id: 'i',
    ready: true,
    health: { schema_version: 1, overall: 'OK', ts, checks: [check] },
    capabilities: {
      schema_version: 1,
      ts,
      version: '1',
      safe_mode: false,
      allowed_actions: ['OBSERVE', 'CANCEL'],
      capabilities: [feature],
    },
  }
}

const READERS = [['health'], ['ready'], ['capabilities'], ['status']] as const
// oxlint-disable-next-line no-control-regex -- what a terminal would obey is what is looked for
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/
const STACK = /^\s+at .+:\d+:\d+\)?$/m

/** Every reader of the file, with no engine there: what they answer is an answer, and never that all is well. */
async function isToldApart(text: string | Buffer): Promise<void> {
  writeFileSync(path, text)
  const isNow = isFresh(text)
  for (const args of READERS)
    for (const format of [[], ['--format', 'table'], ['--json']]) {
      const { code, out, err } = await shell.say([...args, ...format])
      const shown = `${args.join(' ')} ${format.join(' ')}: exit ${code}\n${out}${err}\nof ${String(text).slice(0, 1_000)}`
      // 6: nobody answers. Only what was told within ten seconds speaks for a living engine.
      if (isNow && (args[0] === 'ready' || args[0] === 'capabilities')) expect([0, 5], shown).toContain(code)
      else expect(code, shown).toBe(6)
      expect(`${out}${err}`, shown).not.toMatch(STACK)
      expect(`${out}${err}`, shown).not.toMatch(OBEYED)
      expect(`${out}${err}`.trim().length, shown).toBeGreaterThan(10)
    }
}

/** Read here in the plainest way: the file is whole, and was written within ten seconds of now, to either side. */
function isFresh(text: string | Buffer): boolean {
  try {
    const { ts } = EngineStatusJson.parse(JSON.parse(String(text)))
    return Math.abs(Date.parse(ts) - shell.engine.world.now() / 1_000) <= 10_000
  } catch {
    return false
  }
}

describe('UGF-0-014: a status file that was whole, with no engine there', () => {
  test('is told with its age and is no health', async () => {
    await isToldApart(JSON.stringify(told(1)))
    await isToldApart(JSON.stringify(told(3_600)))
  })

  test('from a time that is still to come speaks for nobody', async () => {
    for (const ageS of [-11, -3_600, -86_400 * 365]) await isToldApart(JSON.stringify(told(ageS)))
  })

  test('with a byte changed, cut or doubled anywhere says what it says, or that it is unknown', async () => {
    const whole = Buffer.from(JSON.stringify(told()))
    const bites = fc.sample(
      fc.record({
        from: fc.nat(whole.length - 1),
        drop: fc.constantFrom(0, 1, 1, 3, 10_000),
        byte: fc.oneof(fc.nat(255), fc.constantFrom(0x22, 0x2c, 0x7b, 0x7d, 0x00, 0x1b, 0x30, 0x2d, 0x65, 0xff)),
      }),
      { numRuns: 120, seed: 5 },
    )
    for (const { from, drop, byte } of bites)
      await isToldApart(Buffer.concat([whole.subarray(0, from), Buffer.from([byte]), whole.subarray(from + drop)]))
  }, 120_000)

  test('with any field replaced by anything says what it says, or that it is unknown', async () => {
    const paths = [...pathsOf(told())]
    const values = fc.oneof(
      fc.constantFrom<unknown>(
        undefined,
        null,
        true,
        0,
        -1,
        1e308,
        '',
        'OK',
        'HALTED',
        '9999-12-31T23:59:59Z',
        '0001-01-01T00:00:00Z',
        '1969-12-31T23:59:59.999Z',
        '2026-02-30T00:00:00Z',
        '\u001b[2J\u001b]0;owned\u0007',
        '\u009b2J',
        'a\nb\r\u0000',
        'x'.repeat(50_000),
        [],
        {},
      ),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const changes = fc.sample(fc.record({ where: fc.constantFrom(...paths), value: values }), { numRuns: 200, seed: 8 })
    for (const { where, value } of changes) {
      const status = told()
      put(status, where, value)
      await isToldApart(JSON.stringify(status))
    }
  }, 120_000)
})

type Place = readonly (string | number)[]

function* pathsOf(value: unknown, above: Place = []): Generator<Place> {
  if (above.length > 0) yield above
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...above, key])
}

function put(target: Record<string, unknown>, [key = '', ...rest]: Place, value: unknown): void {
  if (rest.length === 0) target[key] = value
  else put(target[key] as Record<string, unknown>, rest, value)
}
