import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { US_PER_SECOND } from '../../domain/time.ts'
import { type KillLevel, killSeverity } from '../../risk/kill.ts'
import { type Breach, Escalation } from './escalation.ts'

const LOSS: Breach = { rule: 'DAY_LOSS', scope: 'global', over: 0.1, text: '3.3 % >= 3 %', first: 'CLOSE_ONLY' }

class Scene {
  level: KillLevel = 'NONE'
  isHeld = true
  now = 0
  readonly raised: string[] = []
  readonly ladder = new Escalation(60, {
    standing: () => this.level,
    isHeld: () => this.isHeld,
    raise: (scope, level) => {
      this.level = level
      this.raised.push(`${scope} ${level}`)
    },
  })
  look(breaches: readonly Breach[], afterSeconds = 0): void {
    this.now += afterSeconds * US_PER_SECOND
    this.ladder.look(breaches, this.now)
  }
}

test('UGF-D-004: a breach is CLOSE_ONLY at once, and one rung more after a minute without improvement', () => {
  const scene = new Scene()
  scene.look([LOSS])
  expect(scene.raised).toEqual(['global CLOSE_ONLY'])
  scene.look([LOSS], 59)
  expect(scene.raised).toHaveLength(1)
  scene.look([LOSS], 1)
  expect(scene.raised).toEqual(['global CLOSE_ONLY', 'global FLATTEN'])
  scene.look([LOSS], 59)
  expect(scene.raised).toHaveLength(2)
  scene.look([LOSS], 1)
  expect(scene.raised.at(-1)).toBe('global HALT')
  scene.look([LOSS], 600)
  expect(scene.raised).toHaveLength(3)
})

test('what becomes better by a twentieth gets another minute, what is flat climbs no further', () => {
  const scene = new Scene()
  scene.look([LOSS])
  scene.look([{ ...LOSS, over: 0.094 }], 50)
  scene.look([{ ...LOSS, over: 0.094 }], 59)
  expect(scene.raised).toEqual(['global CLOSE_ONLY'])
  scene.isHeld = false
  scene.look([{ ...LOSS, over: 0.2 }], 600)
  expect(scene.raised).toEqual(['global CLOSE_ONLY'])
})

test('a level that somebody lowers while the breach stands is raised again; one that somebody raised is where it goes on', () => {
  const scene = new Scene()
  scene.look([LOSS])
  scene.level = 'NONE'
  scene.look([LOSS], 1)
  expect(scene.raised).toEqual(['global CLOSE_ONLY', 'global CLOSE_ONLY'])
  const flattening = new Scene()
  flattening.level = 'FLATTEN'
  flattening.look([LOSS])
  flattening.look([LOSS], 60)
  expect(flattening.raised).toEqual(['global HALT'])
})

test('a breach that was gone begins anew', () => {
  const scene = new Scene()
  scene.look([LOSS])
  scene.look([], 30)
  scene.level = 'NONE'
  scene.look([LOSS], 40)
  scene.look([LOSS], 59)
  expect(scene.raised).toEqual(['global CLOSE_ONLY', 'global CLOSE_ONLY'])
})

test('whatever happens, it never loosens and never skips a rung', () => {
  const step = fc.record({
    over: fc.option(fc.double({ min: 0.01, max: 2, noNaN: true })),
    seconds: fc.nat(90),
    isHeld: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const scene = new Scene()
      for (const { over, seconds, isHeld } of steps) {
        const before = scene.level
        scene.isHeld = isHeld
        scene.look(over === null ? [] : [{ ...LOSS, over }], seconds)
        const climbed = killSeverity(scene.level) - killSeverity(before)
        expect([0, 1]).toContain(climbed)
      }
    }),
  )
})
