import { expect, test } from 'vitest'
import { GUARD_NAMES, type GuardNews, guardAges } from '../../risk/guards.ts'
import { type GuardFacts, GuardFeed } from './guard-feed.ts'

const S = 1_000_000
const WELL: GuardFacts = {
  skewUs: 0,
  skewMaxMs: 1_000,
  stallUs: 20_000,
  audit: { fault: undefined },
  isVenueUp: true,
  venueTrouble: undefined,
  reconciled: { status: 'OK', ts: 0 },
  isPolicyHeld: true,
  drift: undefined,
  live: () => undefined,
  isClockKnown: true,
}

class Scene {
  readonly told: GuardNews[] = []
  readonly feed = new GuardFeed(guardAges(GUARD_NAMES), (news) => this.told.push(news))

  /** What is told of at a moment, in words. */
  look(now: number, facts: Partial<GuardFacts> = {}): readonly string[] {
    this.told.length = 0
    this.feed.look({ ...WELL, ...facts }, now)
    return this.told.map(({ guard, status }) => `${guard} ${status}`)
  }
}

test('what an engine knows is told at the first look, and of what it cannot know nothing is said', () => {
  const scene = new Scene()
  expect(scene.look(5)).toEqual(['clock OK', 'audit OK', 'policy OK', 'dependencies OK', 'metrics OK', 'reconcile OK'])
  expect(scene.told.find(({ guard }) => guard === 'reconcile')?.seenTs).toBe(0)
  expect(new Scene().look(5, { audit: undefined, reconciled: undefined })).toEqual([
    'clock OK',
    'policy OK',
    'dependencies OK',
    'metrics OK',
  ])
})

test.each([
  ['clock', { skewUs: -1_000 * 1_000 }],
  ['audit', { audit: { fault: 'event 7 is another' } }],
  ['dependencies', { isVenueUp: false }],
  ['dependencies', { venueTrouble: 'slow' }],
  ['metrics', { stallUs: 5 * S }],
  ['reconcile', { reconciled: { status: 'MISMATCH', ts: 1 } }],
] as const)('that %s went bad is told at once, and so is that it is well again', (guard, facts) => {
  const scene = new Scene()
  scene.look(0)
  expect(scene.look(1, facts)).toEqual([`${guard} BAD`])
  expect(scene.look(2, facts)).toEqual([])
  expect(scene.look(3, guard === 'reconcile' ? { reconciled: { status: 'OK', ts: 3 } } : {})).toEqual([`${guard} OK`])
})

test('what stays as it is is told again when half of its age has passed', () => {
  const scene = new Scene()
  scene.look(0)
  expect(scene.look(15 * S - 1)).toEqual([])
  expect(scene.look(15 * S)).toEqual(['dependencies OK'])
  expect(scene.look(30 * S)).toEqual(['clock OK', 'audit OK', 'policy OK', 'dependencies OK', 'metrics OK'])
})

test('a verdict on the books is told of as old as it is, and not again until there is another', () => {
  const scene = new Scene()
  scene.look(0)
  const at = (now: number, ts: number) =>
    scene.look(now, { reconciled: { status: 'OK', ts } }).filter((text) => text.startsWith('reconcile'))
  expect(at(299 * S, 240 * S)).toEqual([])
  expect(at(300 * S, 240 * S)).toEqual(['reconcile OK'])
  expect(scene.told.find(({ guard }) => guard === 'reconcile')?.seenTs).toBe(240 * S)
  expect(at(900 * S, 240 * S)).toEqual([])
})

test('an hour of looks four times a second records less than one small input a second', () => {
  const scene = new Scene()
  let told = 0
  for (let ms = 0; ms < 3_600_000; ms += 250) told += scene.look(ms * 1_000).length
  expect(told / 3_600).toBeLessThan(0.25)
})

test('UGF-0-003: limits that differ on disk or in memory are bad, settings that cannot be read hold who knows what', () => {
  const scene = new Scene()
  scene.look(0)
  expect(scene.look(1, { drift: { kind: 'settings', detail: 'log.level' } })).toEqual([])
  expect(scene.look(2, { drift: { kind: 'policy', detail: 'limits.leverage_max' } })).toEqual(['policy BAD'])
  expect(scene.look(3)).toEqual(['policy OK'])
  expect(scene.look(4, { drift: { kind: 'unreadable', detail: '' } })).toEqual(['policy UNKNOWN'])
  expect(scene.look(5)).toEqual(['policy OK'])
  expect(scene.look(6, { isPolicyHeld: false })).toEqual(['policy BAD'])
})
