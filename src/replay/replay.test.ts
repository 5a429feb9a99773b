import { expect, test } from 'vitest'
import { World, walkBars } from '../../fixtures/world.ts'
import { runId } from '../domain/ids.ts'
import type { KernelEvent } from '../events/event.ts'
import { MemoryJournal } from '../events/memory-journal.ts'
import { smaCross } from '../strategy/builtin/sma-cross.ts'
import { ReplayJournal } from './replay.ts'

const RUN = runId('run')

async function events(params: object): Promise<readonly KernelEvent[]> {
  const world = new World({ bots: [{ strategy: smaCross as never, params }], feeds: [{ columns: [walkBars(2_000)] }] })
  return (await world.play()).events
}

function recordedLines(of: readonly KernelEvent[]): string[] {
  const journal = new MemoryJournal(RUN)
  for (const event of of) journal.append(event)
  return [...journal.lines()]
}

function replayed(lines: readonly string[], produced: readonly KernelEvent[]) {
  const journal = new ReplayJournal(lines.values(), { runId: RUN, describeInput: () => 'the input' })
  for (const event of produced) journal.append(event)
  return journal.finish()
}

test('a run replays to the same events and the same hash', async () => {
  const first = await events({ fast: 5, slow: 20 })
  const lines = recordedLines(first)
  const outcome = replayed(lines, await events({ fast: 5, slow: 20 }))
  expect(outcome).toMatchObject({ verdict: 'VALID', events: first.length, divergence: undefined })
  expect(lines.at(-1)).toContain(`"hash":"${outcome.hash}"`)
})

test('UGF-0-004: ten thousand recorded decisions are decided the same again, every one', async () => {
  const world = () =>
    new World({
      bots: [{ strategy: smaCross as never, params: { fast: 1, slow: 2 } }],
      feeds: [{ columns: [walkBars(26_000, { seed: 7, step: 0.0001 })] }],
    }).play()
  const first = (await world()).events
  expect(first.filter(({ type }) => type === 'policy.decided').length).toBeGreaterThan(10_000)
  expect(replayed(recordedLines(first), (await world()).events).verdict).toBe('VALID')
})

test('another parameter is named as the first difference, with both versions and the input', async () => {
  const outcome = replayed(recordedLines(await events({ fast: 5, slow: 20 })), await events({ fast: 6, slow: 20 }))
  expect(outcome.verdict).toBe('DIVERGED')
  expect(outcome.divergence?.recorded?.['type']).toBe('run.bot_registered')
  expect(outcome.divergence?.fields).toEqual([{ field: 'payload.params.fast', recorded: 5, produced: 6 }])
  expect(outcome.divergence?.input).toBe('the input')
})

test('a line that was taken out, added or edited is found where it is', async () => {
  const made = await events({ fast: 5, slow: 20 })
  const lines = recordedLines(made)
  expect(replayed(lines.toSpliced(40, 1), made).divergence?.seq).toBe(41)
  expect(replayed(lines.toSpliced(40, 0, lines[40] ?? ''), made).divergence?.seq).toBe(42)
  const edited = lines.with(40, (lines[40] ?? '').replace('"payload":{', '"payload":{"x":1,'))
  expect(replayed(edited, made).divergence).toMatchObject({ seq: 41, fields: [{ field: 'payload.x', recorded: 1 }] })
})

test('recorded events that do not come again are a difference after the last input', async () => {
  const made = await events({ fast: 5, slow: 20 })
  const outcome = replayed(recordedLines(made), made.slice(0, -2))
  expect(outcome.divergence).toMatchObject({ seq: made.length - 1, produced: undefined })
})
