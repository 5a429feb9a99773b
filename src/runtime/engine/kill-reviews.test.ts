import { expect, test } from 'vitest'
import { US_PER_MINUTE } from '../../domain/time.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import { KillReviews } from './kill-reviews.ts'

class Scene {
  readonly standing = new Set(['global'])
  readonly facts: HostFact[] = []
  readonly alerts = new Map<string, string>()
  readonly #kept = new Map<string, string>()
  reviews = this.#begin()

  /** The same books, another process. */
  restart(): void {
    this.reviews = this.#begin()
  }

  #begin(): KillReviews {
    return new KillReviews({
      notes: { get: (name) => this.#kept.get(name), set: (name, value) => void this.#kept.set(name, value) },
      isStanding: (scope) => this.standing.has(scope),
      record: (fact) => void this.facts.push(fact),
      alert: (source, isOn, text) => void (isOn ? this.alerts.set(source, text) : this.alerts.delete(source)),
    })
  }
}

const actor = 'human:trader'
const SOURCE = 'KILL_REVIEW global'

test('UGF-0-005: a review reminds when it is due and never releases the kill; over a restart too', () => {
  const scene = new Scene()
  scene.reviews.set('global', 30, { actor, now: 0 })
  const payload = { scope: 'global', review_ts: 30 * US_PER_MINUTE, actor }
  expect(scene.facts).toEqual([{ type: 'safety.kill_review_set', payload }])
  scene.reviews.look(30 * US_PER_MINUTE - 1)
  expect(scene.alerts.size).toBe(0)
  scene.restart()
  expect(scene.reviews.dueTs('global')).toBe(30 * US_PER_MINUTE)
  scene.reviews.look(30 * US_PER_MINUTE)
  expect(scene.alerts.get(SOURCE)).toBe('is due')
  scene.reviews.look(33 * US_PER_MINUTE)
  expect(scene.alerts.get(SOURCE)).toBe('is overdue 3m')
  expect(scene.standing.has('global')).toBe(true)
})

test.each(['release', 'new time'])('a reminder ends with a %s', (how) => {
  const scene = new Scene()
  scene.reviews.set('global', 1, { actor, now: 0 })
  scene.reviews.look(US_PER_MINUTE)
  expect(scene.alerts.has(SOURCE)).toBe(true)
  if (how === 'release') scene.standing.clear()
  else scene.reviews.set('global', 5, { actor, now: US_PER_MINUTE })
  scene.reviews.look(US_PER_MINUTE)
  expect(scene.alerts.size).toBe(0)
  expect(scene.reviews.dueTs('global')).toBe(how === 'release' ? undefined : 6 * US_PER_MINUTE)
})
