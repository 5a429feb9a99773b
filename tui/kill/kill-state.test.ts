import { expect, test } from 'vitest'
import { KILL } from '../../fixtures/screen-client.ts'
import {
  KILL_CLOSED,
  type KillContext,
  type KillEffect,
  type KillEvent,
  type KillState,
  killReducer,
  unanswered,
} from './kill-state.ts'

/** Plays events with a clock; each arming gets its own id. */
class Play {
  state: KillState = KILL_CLOSED
  nowMs = 10_000
  view: KillContext['view'] = KILL
  globalLevel: KillContext['globalLevel'] = 'NONE'
  isAllTyped = false
  readonly effects: KillEffect[] = []
  #ids = 0

  do(event: KillEvent): this {
    const { nowMs, view, globalLevel, isAllTyped } = this
    const { state, effect } = killReducer(this.state, event, {
      nowMs,
      view,
      globalLevel,
      isAllTyped,
      positions: 3,
      freshId: `id-${this.#ids++}`,
    })
    this.state = state
    if (effect !== undefined) this.effects.push(effect)
    return this
  }
  keys(...keys: readonly string[]): this {
    for (const key of keys)
      this.do({ type: 'pressed', press: { key, text: key === 'space' ? ' ' : key.length === 1 ? key : undefined } })
    return this
  }
  type(text: string): this {
    return this.keys(...Array.from(text, (char) => (char === ' ' ? 'space' : char)))
  }
  shown(): this {
    this.do({ type: 'shown' })
    this.nowMs += 250
    return this
  }
  after(ms: number): this {
    this.nowMs += ms
    return this.do({ type: 'ticked' })
  }
  get at(): string {
    return this.state.step.at
  }
}
const opened = () => new Play().do({ type: 'opened' })

test('HALT is K h 2 Enter', () => {
  const play = opened().keys('h', '2')
  expect(play.at).toBe('armed')
  play.shown().keys('enter')
  expect(play.effects).toEqual([
    {
      type: 'raise',
      id: expect.any(String),
      level: 'HALT',
      scope: 'global',
      reason: 'runaway bot',
      reviewMinutes: 30,
      confirmation: undefined,
    },
  ])
})

test('what was typed before the arm frame and 250 ms sends nothing, however long it waited', () => {
  const play = opened().keys('h', '2', 'enter')
  expect(play.effects).toEqual([])
  play.nowMs += 5_000
  expect(play.keys('enter').effects).toEqual([])
  play.do({ type: 'shown' })
  play.nowMs += 249
  expect(play.keys('enter').effects).toEqual([])
  play.nowMs += 1
  expect(play.keys('enter').effects).toHaveLength(1)
})

test('ten presses are one command', () => {
  const play = opened()
    .keys('h', '2')
    .shown()
    .keys(...Array.from({ length: 10 }, () => 'enter'))
  expect(play.effects).toHaveLength(1)
})

test('FLATTEN wants its size typed, exactly; full-width letters are letters', () => {
  const play = opened().keys('f', '1').shown()
  expect(play.keys('enter').effects).toEqual([])
  expect(play.type('flatten 2').keys('enter').effects).toEqual([])
  expect(play.state.note).toContain("type flatten 3 exactly, found 'flatten 2'")
  expect(play.keys('ctrl+u').type('ｆｌａｔｔｅｎ 3').keys('enter').effects).toMatchObject([
    { level: 'FLATTEN', confirmation: 'flatten 3' },
  ])
})

test('a paste types nothing, and neither does Enter in one piece with other keys', () => {
  const play = opened().keys('f', '1').shown().do({ type: 'pasted' })
  expect(play.state.note).toContain('paste refused')
  expect(play.keys('enter').effects).toEqual([])
  const halt = opened()
    .keys('h', '1')
    .shown()
    .do({ type: 'pressed', press: { key: 'enter', isBurst: true } })
  expect(halt.effects).toEqual([])
  expect(halt.state.note).toContain('press Enter again')
})

test('an input method is noticed', () => {
  const play = opened()
    .keys('f', '1')
    .shown()
    .do({ type: 'pressed', press: { key: 'ふ', text: 'ふ', isKana: true } })
  expect(play.state.note).toContain('IME is on')
})

test('FLATTEN is void and armed anew when the number of positions changes; HALT means whatever is there', () => {
  const play = opened().keys('f', '1').shown().type('flatten 3')
  play.view = { ...KILL, positions: 4, intentHash: 'aaaa' }
  play.do({ type: 'ticked' })
  expect(play.state.step).toMatchObject({
    at: 'armed',
    phrase: 'flatten 4',
    field: { text: '' },
    shownMs: undefined,
    intentHash: 'aaaa',
  })
  expect(play.keys('enter').effects).toEqual([])
  const halt = opened().keys('h', '1').shown()
  halt.view = { ...KILL, positions: 4 }
  expect(halt.do({ type: 'ticked' }).keys('enter').effects).toHaveLength(1)
})

test('an arming lives 60 s', () => {
  const play = opened().keys('h', '1').shown()
  expect(play.after(59_000).at).toBe('armed')
  expect(play.after(1_000).at).toBe('choosing')
  expect(play.state.note).toContain('expired')
  expect(play.keys('enter').effects).toEqual([])
})

test('Esc disarms, says that nothing was sent, and a stray K costs one Esc', () => {
  const play = opened().keys('h', '1').shown().keys('esc')
  expect([play.at, play.state.note]).toEqual(['choosing', 'disarmed: nothing sent'])
  expect(opened().keys('esc').at).toBe('closed')
})

test('stray keys arm nothing: a reason without a level, letters, Enter', () => {
  const play = opened().keys('2', 'enter', 'x', 'y', 'space')
  expect(play.at).toBe('choosing')
  expect(play.effects).toEqual([])
})

test('scopes and review times turn', () => {
  const play = opened().keys('g', 't', 'h', '3').shown().keys('enter')
  expect(play.effects).toMatchObject([{ scope: 'venue:gmo', reviewMinutes: 60 }])
})

test('a free reason has eight characters', () => {
  const play = opened().keys('h', '6').type('short').keys('enter')
  expect(play.at).toBe('writing')
  expect(play.type(' no more').keys('enter').shown().keys('enter').effects).toMatchObject([{ reason: 'short no more' }])
})

test('with no estimate it still stops: FLATTEN counts by the ribbon', () => {
  const play = opened()
  play.view = undefined
  expect(play.keys('f', '2').state.step).toMatchObject({ phrase: 'flatten 3', intentHash: undefined })
})

test('all levels are typed where the profile says so', () => {
  const play = opened()
  play.isAllTyped = true
  play.keys('h', '2').shown().keys('enter')
  expect(play.effects).toEqual([])
  expect(play.type('halt').keys('enter').effects).toHaveLength(1)
})

test('a stop without an answer cries after 250 ms, until the level is seen or the command answers', () => {
  const play = opened().keys('h', '2').shown().keys('enter')
  expect(unanswered(play.state, play.nowMs + 250)).toBeUndefined()
  expect(unanswered(play.state, play.nowMs + 400)).toBe('HALT SENT, NOT ACKNOWLEDGED 0.4s')
  play.keys('esc')
  expect(play.at).toBe('closed')
  expect(unanswered(play.state, play.nowMs + 400)).toBeDefined()
  play.globalLevel = 'FLATTEN'
  play.view = undefined
  expect(unanswered(play.after(0).state, play.nowMs + 400)).toBeDefined()
  play.globalLevel = 'HALT'
  expect(unanswered(play.after(0).state, play.nowMs + 400)).toBeUndefined()
})

test('a row that still waits is no answer, and a refusal is shown in its words', () => {
  const play = opened().keys('h', '2').shown().keys('enter')
  const id = play.effects[0]?.id ?? ''
  play.do({ type: 'answered', id, row: { status: 'PENDING', message: '' } })
  expect(play.state.awaiting?.id).toBe(id)
  play.do({ type: 'answered', id, row: { status: 'REJECTED_EXPIRED', message: 'too late' } })
  expect(play.state.step).toMatchObject({ refusal: 'REJECTED_EXPIRED: too late' })
})

test('FLATTEN cannot be hidden while legs are open; h escalates at once with an id of its own', () => {
  const play = opened().keys('f', '2').shown().type('flatten 3').keys('enter')
  play.do({ type: 'answered', id: play.effects[0]?.id ?? '', row: { status: 'ACCEPTED', message: '' } })
  expect(play.keys('esc').at).toBe('sent')
  play.keys('h', 'h')
  expect(play.effects.map(({ level }) => level)).toEqual(['FLATTEN', 'HALT'])
  expect(play.effects[0]?.id).not.toBe(play.effects[1]?.id)
  const done = opened().keys('f', '2').shown().type('flatten 3').keys('enter')
  done.do({ type: 'answered', id: done.effects[0]?.id ?? '', row: { status: 'COMPLETED', message: '' } })
  done.view = { ...KILL, legs: [], flatten: { state: 'CHECKING', detail: 'our books are flat: asking the venue' } }
  expect(done.keys('esc').at).toBe('sent')
  done.view = { ...KILL, legs: [], flatten: { state: 'FLAT', detail: 'the venue holds nothing in scope' } }
  expect(done.keys('esc').at).toBe('closed')
})
