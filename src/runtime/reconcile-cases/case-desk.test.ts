import { beforeEach, describe, expect, test } from 'vitest'
import { Reconciler } from '../../../commands/engine/reconcile-port.ts'
import { US_PER_MINUTE, US_PER_SECOND } from '../../domain/time.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { CaseDifference, Sighting } from '../../reconcile/case.ts'
import type { KillLevel } from '../../risk/kill.ts'
import type { SafetyMode } from '../../risk/mode.ts'
import { CaseDesk, type CaseHands } from './case-desk.ts'
import { storedCases } from './case-store.ts'

const MISSED: CaseDifference = {
  category: 'MISSING_LOCAL',
  subject: 'fill:x1',
  reasonCode: 'FILL_MISSED',
  fact: 'a fill was missed',
  instrumentId: 'BTC_JPY',
}
const FOREIGN: CaseDifference = { ...MISSED, subject: 'order:v1', reasonCode: 'ORDER_EXTERNAL' }
const CASH: CaseDifference = {
  ...MISSED,
  subject: 'balance:JPY',
  reasonCode: 'BALANCE_DIFFERS',
  instrumentId: undefined,
}

const { cases: rules } = new Reconciler()

/** A desk in a run that a test chooses, and what it asks for. */
class Bench {
  now = 0
  runMode: ReturnType<CaseHands['runMode']> = 'live'
  readonly #notes = new Map<string, string>()
  readonly notes = {
    get: (name: string) => this.#notes.get(name),
    set: (name: string, value: string) => void this.#notes.set(name, value),
  }
  readonly told: HostFact[] = []
  readonly modes = new Map<string, SafetyMode>()
  readonly kills = new Map<string, KillLevel>()
  readonly alerts = new Map<string, boolean>()
  readonly canceled: string[] = []
  readonly hands: CaseHands = {
    runMode: () => this.runMode,
    now: () => this.now,
    record: (fact) => void this.told.push(fact),
    modeOf: (code) => this.modes.get(code),
    condition: ({ code, mode }) => void (mode === undefined ? this.modes.delete(code) : this.modes.set(code, mode)),
    standing: (scope) => this.kills.get(scope) ?? 'NONE',
    raise: (scope, level) => void this.kills.set(scope, level),
    alert: (source, isOn) => void this.alerts.set(source, isOn),
    canaryBot: () => ({ botId: 'trend', instrumentId: 'BTC_JPY' }),
    cancelForeign: (id) => void this.canceled.push(id),
  }
  desk = new CaseDesk(this.notes, rules, this.hands)

  /** As a new process finds it. */
  restart(): void {
    this.desk = new CaseDesk(this.notes, rules, this.hands)
    this.desk.resume()
  }

  see(verdict: Sighting['verdict'], afterS: number, more: Partial<Sighting> = {}): void {
    this.now += afterS * US_PER_SECOND
    this.desk.heed({
      reconcileId: `r${this.now}`,
      venueId: 'sim',
      ts: this.now,
      verdict,
      isFull: true,
      isUnanswered: false,
      differences: verdict === 'MISMATCH' ? [MISSED] : [],
      repairs: verdict === 'MISMATCH' ? 1 : 0,
      foreign: [],
      ...more,
    })
  }

  get states(): readonly string[] {
    return this.told.flatMap((fact) =>
      fact.type === 'reconcile.case_changed' && fact.payload.to !== fact.payload.from ? [fact.payload.to] : [],
    )
  }

  get last() {
    const fact = this.told.findLast(({ type }) => type === 'reconcile.case_changed')
    if (fact?.type !== 'reconcile.case_changed') throw new Error('a case was told of')
    return fact.payload
  }
}

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})

/** A dropped fill, found, repaired and proven: the canary begins. */
function toCanary(): void {
  bench.see('MISMATCH', 1)
  bench.see('OK', 10)
  bench.see('OK', 10)
}

describe('UGF-0-010: with money at stake', () => {
  test('accept 1: a dropped fill is contained at once, repaired, matched twice, and a canary begins with one bot at a tenth', () => {
    bench.see('MISMATCH', 1)
    expect(bench.states).toEqual(['DETECTED', 'CONTAINED', 'CLASSIFIED', 'REPAIRING'])
    expect(bench.now).toBe(US_PER_SECOND)
    expect(bench.modes.get('CASE_OPEN')).toBe('SAFE_MODE')
    bench.see('OK', 10)
    bench.see('OK', 10)
    expect(bench.states.slice(4)).toEqual(['VERIFYING', 'CANARY'])
    expect(bench.last).toMatchObject({ cap_share: 0.1, cap_bot_id: 'trend', cap_instrument_id: 'BTC_JPY' })
    expect(bench.modes.size).toBe(0)
    expect(bench.desk.holding('global')).toBeUndefined()
  })

  test('accept 2: dropped again during the canary it is contained again, the second time halted', () => {
    toCanary()
    bench.see('MISMATCH', 60)
    expect(bench.desk.current?.state).toBe('REPAIRING')
    expect(bench.states.slice(6, 7)).toEqual(['CONTAINED'])
    expect(bench.modes.get('CASE_OPEN')).toBe('SAFE_MODE')
    expect(bench.kills.get('instrument:BTC_JPY')).toBe('CLOSE_ONLY')
    bench.see('OK', 10)
    bench.see('OK', 10)
    expect(bench.desk.current?.state).toBe('CANARY')
    bench.see('MISMATCH', 60)
    expect(bench.desk.current?.state).toBe('ESCALATED')
    expect(bench.modes.get('CASE_ESCALATED')).toBe('HALTED')
  })

  test('a signature is refused before thirty minutes and five matches, and lets the caps rise after them', () => {
    toCanary()
    const id = bench.desk.current?.id ?? ''
    expect(bench.desk.sign({ case_id: id }, { actor: 'human:ann' })).toMatchObject({ reasonCodes: ['CASE_NOT_READY'] })
    for (let minute = 0; minute < 30; minute++) bench.see('OK', 60)
    expect(bench.desk.sign({ case_id: id }, { actor: 'human:ann' }).ok).toBe(true)
    expect(bench.last).toMatchObject({ to: 'RESTORED', cap_share: 0.25, cap_bot_id: undefined, is_closed: false })
    for (let minute = 0; minute < 9; minute++) bench.see('OK', 60)
    expect(bench.last).toMatchObject({ cap_share: 1, is_closed: true })
    expect(bench.desk.current).toBeUndefined()
  })

  test('UGF-D-005 accept 2: an order of a stranger halts at once and is left alone where nobody wants it cancelled', () => {
    const foreign = [{ venueOrderId: 'v1', instrumentId: 'BTC_JPY' }]
    bench.desk = new CaseDesk(bench.notes, rules, { ...bench.hands, cancelForeign: undefined })
    bench.see('MISMATCH', 1, { differences: [FOREIGN], foreign, repairs: 0 })
    expect(bench.desk.current).toMatchObject({ state: 'ESCALATED', kind: 'external' })
    expect(bench.modes.get('CASE_ESCALATED')).toBe('HALTED')
    expect(bench.kills.get('instrument:BTC_JPY')).toBe('CLOSE_ONLY')
    expect(bench.alerts.get('EXTERNAL_ORDER_DETECTED')).toBe(true)
    expect(bench.canceled).toEqual([])
    bench.see('OK', 60)
    expect(bench.alerts.get('EXTERNAL_ORDER_DETECTED')).toBe(false)
  })

  test('a person ends what escalated after a match, not before', () => {
    bench.see('MISMATCH', 1, { differences: [FOREIGN], foreign: [{ venueOrderId: 'v1', instrumentId: 'BTC_JPY' }] })
    const payload = { case_id: bench.desk.current?.id ?? '' }
    expect(bench.desk.againstSigning(payload)?.reasonCodes).toEqual(['CASE_NOT_READY'])
    bench.see('OK', 10)
    expect(bench.desk.sign(payload, { actor: 'human:ann' }).ok).toBe(true)
    expect(bench.modes.get('CASE_ESCALATED')).toBeUndefined()
    expect(bench.modes.get('CASE_OPEN')).toBe('SAFE_MODE')
  })

  test('a restart goes on with the case, tells the gate its cap again, and holds what was held', () => {
    bench.see('MISMATCH', 1, { differences: [MISSED, CASH] })
    bench.modes.clear()
    bench.restart()
    expect(bench.desk.current?.state).toBe('REPAIRING')
    expect(bench.modes.get('CASE_OPEN')).toBe('SAFE_MODE')
    expect(bench.kills.get('venue:sim')).toBe('CLOSE_ONLY')
    bench.see('OK', 10)
    bench.see('OK', 10)
    const before = bench.told.length
    bench.restart()
    expect(bench.told.slice(before)).toMatchObject([{ payload: { from: 'CANARY', to: 'CANARY', cap_share: 0.1 } }])
    expect(bench.desk.isDue(bench.now + US_PER_MINUTE)).toBe(true)
  })

  test('three rounds without an answer close the venue, and leave nobody in doubt who has a case open', () => {
    bench.see('MISMATCH', 1)
    for (let round = 0; round < 2; round++) bench.see('UNKNOWN', 10, { isUnanswered: true })
    expect(bench.kills.get('venue:sim')).toBeUndefined()
    bench.see('UNKNOWN', 10, { isUnanswered: true })
    expect(bench.kills.get('venue:sim')).toBe('CLOSE_ONLY')
    expect(bench.desk.current?.state).toBe('ESCALATED')
  })
})

describe('UGF-0-010: on paper', () => {
  beforeEach(() => {
    bench.runMode = 'paper'
  })

  test('the canary is not applicable, and it is over', () => {
    toCanary()
    expect(bench.last).toMatchObject({ from: 'VERIFYING', to: 'RESTORED', canary: 'not_applicable', is_closed: true })
    expect(storedCases(bench.notes)).toMatchObject([{ state: 'RESTORED' }])
  })

  test('an order of a stranger is cancelled where the settings want it, and closes its instrument', () => {
    bench.see('MISMATCH', 1, {
      differences: [FOREIGN],
      foreign: [{ venueOrderId: 'v1', instrumentId: 'BTC_JPY' }],
      repairs: 0,
    })
    expect(bench.canceled).toEqual(['v1'])
    expect(bench.desk.current?.state).toBe('CLASSIFIED')
    expect(bench.kills.get('instrument:BTC_JPY')).toBe('CLOSE_ONLY')
  })

  test('what reaches one instrument closes nothing else, what reaches the account closes the venue', () => {
    bench.see('MISMATCH', 1)
    expect([...bench.kills]).toEqual([])
    expect(bench.desk.holding('instrument:ETH_USDT')).toBeUndefined()
    expect(bench.desk.holding('global')?.state).toBe('REPAIRING')
    bench.see('MISMATCH', 10, { differences: [CASH] })
    expect([...bench.kills]).toEqual([['venue:sim', 'CLOSE_ONLY']])
    expect(bench.desk.holding('instrument:ETH_USDT')).toBeDefined()
  })

  test('a second one in the same place within a day has a high radius', () => {
    toCanary()
    bench.see('MISMATCH', 60)
    expect(bench.desk.current?.radius).toBe('high')
  })

  test('a person corrects the class and asks for another look', () => {
    bench.see('MISMATCH', 1, { repairs: 0 })
    const payload = { case_id: bench.desk.current?.id ?? '' }
    expect(bench.desk.classify({ ...payload, class: 'delay' }, { actor: 'human:ann' }).ok).toBe(true)
    expect(bench.last).toMatchObject({ class: 'delay', detail: 'delay, says human:ann' })
    expect(bench.desk.repair(payload, { actor: 'human:ann' }).ok).toBe(true)
    expect(bench.desk.isDue(bench.now)).toBe(true)
    expect(bench.desk.isDue(bench.now)).toBe(false)
    expect(bench.desk.repair({ case_id: 'another' }, { actor: 'human:ann' }).reasonCodes).toEqual(['CASE_UNKNOWN'])
  })

  test('what a case that is over left standing is withdrawn by the next start', () => {
    toCanary()
    bench.modes.set('CASE_OPEN', 'SAFE_MODE')
    bench.restart()
    expect(bench.modes.get('CASE_OPEN')).toBeUndefined()
  })
})
