import { afterEach, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { AuditCheckpoints } from '../../../storage/audit-checkpoints.ts'
import { verifyMirror } from '../../../storage/verify-mirror.ts'

let made: EngineWorld
afterEach(() => made.end())

async function world(): Promise<EngineWorld> {
  made = new EngineWorld()
  await made.boot()
  await made.run(3)
  return made
}

const checkpoints = () => new AuditCheckpoints(`${made.folder}/run`).all().valid

/** Somebody with a database tool, who first takes the triggers away. */
function tamper(sql: string): void {
  const { db } = made.store
  for (const name of ['events_no_update', 'events_no_delete']) db.exec(`DROP TRIGGER IF EXISTS ${name}`)
  db.exec(sql)
}

test('UGF-J-002: a byte of the journal that is changed while the engine runs halts it within a minute, and it stays halted', async () => {
  await world()
  expect(made.engine.kernel.safetyMode).toBe('NORMAL')
  tamper("UPDATE events SET payload = replace(payload, 'paper', 'LIVES') WHERE type = 'run.started'")
  await made.run(60)
  expect(made.engine.kernel.safetyMode).toBe('HALTED')
  expect(made.store.alerts.list(9)).toContainEqual(
    expect.objectContaining({ source: 'AUDIT_BROKEN', severity: 'P0', state: 'OPEN' }),
  )
  const released = await made.command('MODE_RELEASE', {})
  expect(released.status).toBe('REJECTED_POLICY')
  expect(made.engine.kernel.safetyMode).toBe('HALTED')
})

test('what was verified is signed at the start, each minute and at a stop, and a sound engine is not troubled', async () => {
  await world()
  expect(checkpoints()).toHaveLength(1)
  await made.run(62)
  expect(checkpoints()).toHaveLength(2)
  expect(made.engine.kernel.safetyMode).toBe('NORMAL')
  made.engine.requestStop('now')
  const last = made.store.db.prepare('SELECT hash FROM events ORDER BY position DESC LIMIT 1').pluck().get()
  expect(checkpoints().at(-1)?.hash).toBe(last)
})

test('the last events gone between two runs halt the next at once', async () => {
  await world()
  made.engine.requestStop('now')
  tamper('DELETE FROM events WHERE position > (SELECT max(position) - 3 FROM events)')
  made.store.close()
  await made.boot()
  await made.run(2)
  expect(made.engine.kernel.safetyMode).toBe('HALTED')
})

test('UGF-J-002: a mirror of the journal grows beside it each minute, and a crash leaves it to the next start', async () => {
  await world()
  await made.run(62)
  made.crash()
  await made.boot()
  await made.run(3)
  made.engine.requestStop('now')
  const { db } = made.store
  const checkpoints = new AuditCheckpoints(`${made.folder}/run`)
  const events = db.prepare('SELECT count(*) FROM events').pluck().get()
  expect(verifyMirror(db, `${made.folder}/run/audit`, checkpoints)).toEqual({ result: 'VALID', segments: 2, events })
})
