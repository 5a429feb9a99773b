import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { parseTime } from '../domain/time.ts'
import { capabilitiesJson, HealthBoard, healthJson } from './health.ts'
import { type EngineStatusJson, readStatusFile, StatusFile } from './status-file.ts'

const scratch = scratchFolder()
let folder = ''
beforeEach(({ task }) => {
  folder = join(scratch, task.id)
  mkdirSync(folder)
})

function status(runId: string): EngineStatusJson {
  return {
    schema_version: 1,
    ts: '2026-09-21T14:13:20Z',
    pid: 5,
    run_id: runId,
    instance_id: 'i',
    ready: true,
    health: healthJson(new HealthBoard({ loop: 1 }).report(0)),
    capabilities: capabilitiesJson([], { ts: 0, version: '1', isSafeMode: false, allowedActions: [] }),
  }
}

test('what was written is read with its age', async () => {
  const path = join(folder, 'status.json')
  const file = new StatusFile(path)
  expect(await file.write(status('r1'))).toBe(true)
  expect(await file.write(status('r2'))).toBe(true)
  const nowTs = (parseTime('2026-09-21T14:13:28Z') ?? 0) as number
  expect(readStatusFile(path, nowTs)).toEqual({ status: status('r2'), ageUs: 8_000_000 })
  expect(readdirSync(folder)).toEqual(['status.json'])
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
})

test('a reader never sees half of it, and a writer never waits in line', async () => {
  const path = join(folder, 'status.json')
  const file = new StatusFile(path)
  await file.write(status('r0'))
  const first = file.write(status('x'.repeat(1_000_000)))
  expect(await file.write(status('r2'))).toBe(false)
  const seen = new Set<number>()
  const look = async () => {
    for (let n = 0; n < 200; n++) {
      seen.add((JSON.parse(readFileSync(path, 'utf8')) as EngineStatusJson).run_id.length)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await Promise.all([first, look()])
  expect([...seen].filter((length) => length !== 2 && length !== 1_000_000)).toEqual([])
  expect(await file.write(status('r3'))).toBe(true)
})

test('no file, half a file and a file of something else are unknown', () => {
  const path = join(folder, 'status.json')
  expect(readStatusFile(path, 0)).toBeUndefined()
  for (const text of ['{"schema_version":1', '{}', 'null']) {
    writeFileSync(path, text)
    expect(readStatusFile(path, 0)).toBeUndefined()
  }
})

test('a folder that is gone is a failure that the caller hears of, and the next write is tried', async () => {
  const file = new StatusFile(join(folder, 'gone', 'status.json'))
  await expect(file.write(status('r1'))).rejects.toThrow('ENOENT')
  await expect(file.write(status('r1'))).rejects.toThrow('ENOENT')
})
