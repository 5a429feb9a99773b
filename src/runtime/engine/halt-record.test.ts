import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineWorld, SILENT } from '../../../fixtures/engine-world.ts'
import { LogRing } from '../log/log-ring.ts'
import type { Log } from '../log/log.ts'
import { EngineHost } from './engine-host.ts'
import { HALT_ALERT, HaltRecorder, haltRecordOf } from './halt-record.ts'

let made: EngineWorld
let logs: string
beforeEach(async () => {
  made = new EngineWorld()
  logs = join(made.folder, 'logs')
  mkdirSync(logs)
  await made.boot()
})
afterEach(() => made.end())

type Part = Readonly<Record<string, unknown>>
const files = () => readdirSync(logs).toSorted()
const read = (name: string | undefined) =>
  JSON.parse(readFileSync(join(logs, name ?? ''), 'utf8')) as Readonly<Record<string, Part & readonly Part[]>>
const standing = () => made.store.alerts.list(20).find(({ source }) => source === HALT_ALERT)
const halt = (reason: string) => made.command('KILL_RAISE', { scope: 'global', level: 'HALT' }, { reason })

describe('UGF-0-005: the record of a HALT', () => {
  test('tells what was there when somebody raised it, for the owner’s eyes and without secrets', async () => {
    await made.run(120)
    await made.command('ORDER_PLACE', {
      instrument_id: made.engine.parts.instruments[0]?.id ?? '',
      side: 'buy',
      type: 'LIMIT',
      qty: '0.01',
      limit: '20000',
    })
    const { engine } = made
    const recorder = new HaltRecorder(logs, SILENT)
    const turn = engine.turn.bind(engine)
    engine.turn = () => {
      turn()
      recorder.look(engine)
    }
    await made.run(1)
    expect(files()).toEqual([])
    const { working, holdings } = engine.chronicle.state
    expect(working).not.toEqual([])
    await halt('feed lies, token=abcdef0123456789')

    expect(files()).toEqual([expect.stringMatching(/^halt-\d{10}\.json$/)])
    const path = join(logs, files()[0] ?? '')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const told = read(files()[0])
    expect(told).toMatchObject({
      run_id: engine.runId,
      journal: { events: expect.any(Number), head: expect.stringMatching(/^[0-9a-f]{64}$/) },
      safety: { mode: engine.kernel.safetyMode },
      venue: { venue: 'sim', connected: true },
      reconcile: 'OK',
      clock: { state: 'NONE' },
    })
    expect(told['kills']).toEqual([
      expect.objectContaining({ scope: 'global', level: 'HALT', actor: 'human:test', reason: 'feed lies, token=***' }),
    ])
    expect(told['working_orders']?.map((order) => order['order_id'])).toEqual(
      expect.arrayContaining(working.map(({ id }) => id)),
    )
    expect(told['working_orders']?.[0]).toMatchObject({ state: 'CANCEL_REQUESTED', age_s: expect.any(Number) })
    const held = holdings.filter(({ qty }) => qty !== 0)
    expect(held).not.toEqual([])
    expect(told['positions']?.map(({ instrument }) => instrument)).toEqual(held.map((row) => row.instrumentId))
    expect(told['feeds']).toHaveLength(engine.parts.instruments.length)
    expect(told['events']).toHaveLength(50)
    expect(told['events']?.at(-1)).toMatchObject({ seq: told['journal']?.['events'] })
    expect(told['events']?.map(({ type }) => type)).toContain('safety.kill_changed')
    expect(haltRecordOf(made.store)).toBe(path)
    expect(standing()).toMatchObject({
      state: 'OPEN',
      severity: 'P0',
      text: expect.stringContaining(files()[0] ?? '-'),
    })
  })

  test('is one to a HALT, over restarts too, and the next HALT has its own', async () => {
    await made.run(2)
    let recorder = new HaltRecorder(logs, SILENT)
    const run = async (seconds: number) => {
      for (let at = 0; at < seconds; at++) {
        await made.run(1)
        recorder.look(made.engine)
      }
    }
    await halt('first')
    await run(3)
    made.crash()
    made.clock.pass(5_000)
    await made.boot()
    recorder = new HaltRecorder(logs, SILENT)
    await run(2)
    expect(files()).toHaveLength(1)
    expect(standing()).toMatchObject({ state: 'OPEN' })

    await made.confirmed('KILL_LOWER', { scope: 'global', level: 'FLATTEN' })
    await run(1)
    expect(made.engine.kernel.facts.kill.at('global')).toBe('FLATTEN')
    expect([haltRecordOf(made.store), standing()?.state]).toEqual([undefined, 'RESOLVED'])
    await halt('second')
    await run(1)
    expect(files()).toHaveLength(2)
    expect(read(files()[1])['kills']).toEqual([expect.objectContaining({ reason: 'second' })])
  })

  test('that cannot be written is logged, once, and nothing else', async () => {
    await made.run(2)
    const errors: string[] = []
    const log: Log = { ...SILENT, error: (op) => void errors.push(op) }
    const recorder = new HaltRecorder(join(made.folder, 'nowhere'), log)
    await halt('disk is gone')
    for (let at = 0; at < 3; at++) recorder.look(made.engine)
    expect(errors).toEqual(['engine.halt'])
    expect(haltRecordOf(made.store)).toBeUndefined()
    expect(standing()?.text).toContain('no record could be written')
    await made.run(2)
    expect(made.engine.phase).toBe('RUNNING')
  })

  test('is written by the host of an engine, whatever halted it', async () => {
    const { engine, folder, store } = made
    await made.run(2)
    // The engine of this world has started already.
    engine.start = () => Promise.resolve()
    const at = (name: string) => join(folder, name)
    const host = new EngineHost({
      engine,
      store,
      log: SILENT,
      paths: {
        profile: 'demo',
        folder,
        config: at('config.toml'),
        database: at('profinaut.db'),
        simDatabase: at('sim.db'),
        runs: at('runs'),
        logs,
        status: at('status.json'),
        kill: at('kill.json'),
        spool: at('spool.jsonl'),
        secrets: at('secrets'),
        login: at('login'),
        socket: at('engine.sock'),
      },
      recent: new LogRing(),
      droppedLogs: () => 0,
      config: [],
      pid: 1,
      version: '1',
    })
    const ended = host.run()
    made.store.db.exec('DROP TRIGGER events_no_update')
    made.store.db.exec("UPDATE events SET payload = replace(payload, 'paper', 'LIVES') WHERE type = 'run.started'")
    for (let turns = 0; turns < 200 && files().length === 0; turns++) {
      made.clock.pass(1_000)
      await sleep(20)
    }
    host.stop('now')
    await ended
    expect(read(files()[0])).toMatchObject({
      safety: { mode: 'HALTED', reasons: expect.arrayContaining([expect.objectContaining({ code: 'AUDIT_BROKEN' })]) },
    })
  })
})
