import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { instrumentId, type OrderId } from '../domain/ids.ts'
import type { KernelEvent } from '../events/event.ts'
import { isTerminal } from '../orders/order.ts'
import { KILL_LEVELS, type KillLevel, type KillScope, killSeverity } from '../risk/kill.ts'
import { gateMatrix } from '../risk/matrix.ts'
import { SAFETY_MODES, type SafetyMode, severity } from '../risk/mode.ts'
import { SAFE_FLATTEN } from './flatten.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig } from './rig.fixture.ts'
import { STORM_LIMITS } from './storms.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const OTHER = testInstrument({ ...PERP, id: instrumentId('ETH/USDT'), symbol: 'ETHUSDT', base: 'ETH' })
const SCOPES: readonly KillScope[] = ['global', 'venue:sim', 'bot:bot-1', `instrument:${PERP.id}`]
const CODES = ['CLOCK', 'DISK', 'VENUE_DOWN'] as const

/** Anything an operator, a bot, the venue, the host or time may do. */
const step = fc.record({
  kind: fc.constantFrom(
    ...(['place', 'place', 'close', 'manual', 'cancel', 'amend', 'accept', 'fill', 'refuse', 'unknown'] as const),
    ...(['raise', 'raise', 'lower', 'mode', 'release', 'condition', 'condition', 'calm', 'resume'] as const),
    ...(['time', 'time', 'long', 'reconciled', 'restart', 'gap'] as const),
  ),
  bot: fc.nat(1),
  which: fc.nat(9),
  qty: fc.integer({ min: 1, max: 12 }),
  sell: fc.boolean(),
  level: fc.constantFrom(...KILL_LEVELS),
  mode: fc.constantFrom(...SAFETY_MODES),
  scope: fc.constantFrom(...SCOPES),
  code: fc.constantFrom(...CODES),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(world: Rig, one: Step): void {
  const { kind, bot, which, qty, sell, level, mode, scope, code } = one
  const side = sell ? 'sell' : 'buy'
  const { working } = world.kernel.orders
  const order = working[which % Math.max(1, working.length)]
  const isFed = world.kernel.bots[bot]?.isFed === true
  const orderId = (order?.id ?? 'o999') as OrderId
  const limit = sell ? 100_500 : 99_500
  switch (kind) {
    case 'place':
      if (isFed)
        world.act((context) => context.place({ side, qty, type: 'LIMIT', limit, reasonCode: 'ENTRY_TEST' }), { bot })
      return
    case 'close':
      if (isFed)
        world.act(
          (context) => context.place({ side, qty, type: 'MARKET', reduceOnly: true, reasonCode: 'EXIT_TEST' }),
          { bot },
        )
      return
    case 'manual':
      return void world.command({
        kind: 'ORDER_PLACE',
        botId: `bot-${bot + 1}`,
        instrumentId: PERP.id,
        side,
        type: 'MARKET',
        qty,
        reduceOnly: which % 2 === 0,
      })
    case 'cancel':
      return void world.command({ kind: 'ORDER_CANCEL', orderId })
    case 'amend':
      if (isFed) world.act((context) => context.amend(orderId, { qty, reasonCode: 'REBALANCE_TEST' }), { bot })
      return
    case 'accept':
      return world.accept(orderId)
    case 'fill':
      if (order !== undefined && !isTerminal(order.state))
        world.fill(orderId, Math.min(qty, order.qty - order.filled) || 1)
      return
    case 'refuse':
      return world.report({ kind: 'cancel-refused', orderId, detail: 'busy', ts: world.now })
    case 'unknown':
      return world.report({ kind: 'unknown', orderId, reasonCode: 'TIMEOUT', detail: '', ts: world.now })
    case 'raise':
      return void (level !== 'NONE' && world.command({ kind: 'KILL_RAISE', scope, level }))
    case 'lower':
      return void (level !== 'HALT' && world.command({ kind: 'KILL_LOWER', scope, level }))
    case 'mode':
      return void ((mode === 'SAFE_MODE' || mode === 'HALTED') && world.command({ kind: 'MODE_RAISE', mode }))
    case 'release': {
      const failedChecks = which < 3 ? ['RECONCILE_NOT_OK'] : []
      const before = world.kernel.safetyMode
      const against = world.command({ kind: 'MODE_RELEASE', failedChecks })
      if (failedChecks.length > 0) expect([world.kernel.safetyMode, against.length > 0]).toEqual([before, true])
      return
    }
    case 'condition':
    case 'calm':
      return world.kernel.onCondition(
        { code, mode: kind === 'calm' || mode === 'NORMAL' ? undefined : mode, detail: 'a test' },
        ++world.now,
      )
    case 'resume':
      return void world.command({ kind: which < 5 ? 'BOT_RESUME' : 'BOT_START', botId: `bot-${bot + 1}` })
    case 'time':
      return world.clock(1_000_000 * qty)
    case 'long':
      return world.clock(310_000_000)
    case 'reconciled':
      return world.kernel.onReconciled(
        {
          reconcileId: `r${++world.now}`,
          venueId: 'sim',
          status: which < 7 ? 'OK' : 'MISMATCH',
          compared: 1,
          differences: [],
        },
        world.now,
      )
    case 'restart':
      return world.restart({ afterUs: 1_000_000 * qty })
    case 'gap':
      return world.quote(100_000 + 100 * (sell ? -qty : qty))
  }
}

/** Follows mode and kill levels through the journal, and holds every change and every decision against the rules. */
class Watcher {
  readonly permitted = new Map(
    gateMatrix(PERP).map((cell) => [
      `${cell.mode} ${cell.kill} ${cell.action} ${cell.origin}`,
      cell.decision === 'ALLOW',
    ]),
  )
  mode: SafetyMode = 'NORMAL'
  readonly reasons = new Map<string, SafetyMode>()
  readonly kills = new Map<string, KillLevel>()
  readonly orders = new Map<
    string,
    { readonly botId: string; readonly instrumentId: string; readonly origin: string }
  >()
  cancels = 0

  take(event: KernelEvent): void {
    const of = <T extends KernelEvent['type']>(type: T) =>
      event.type === type ? (event as unknown as KernelEvent<T>).payload : undefined
    const raised = of('safety.reason_raised')
    if (raised) this.reasons.set(raised.reason_code, raised.mode)
    const cleared = of('safety.reason_cleared')
    if (cleared) this.reasons.delete(cleared.reason_code)
    const changed = of('safety.mode_changed')
    if (changed) this.#changed(changed)
    const kill = of('safety.kill_changed')
    if (kill) {
      expect(kill.from).toBe(this.kills.get(kill.scope) ?? 'NONE')
      // Milder by one step at a time, and only by a command.
      if (killSeverity(kill.to) < killSeverity(kill.from)) {
        expect(killSeverity(kill.from) - killSeverity(kill.to)).toBe(1)
        expect(kill.actor).toBe('operator')
      }
      this.kills.set(kill.scope, kill.to)
    }
    const intent = of('intent.created')
    if (intent && intent.kind === 'PLACE')
      this.orders.set(intent.order_id, {
        botId: event.botId ?? '',
        instrumentId: intent.instrument_id,
        origin: intent.origin,
      })
    const decided = of('policy.decided')
    if (decided) this.#decided(decided)
  }

  #changed({ from, to, reason_code: code }: { from: SafetyMode; to: SafetyMode; reason_code: string }): void {
    expect(from).toBe(this.mode)
    this.mode = to
    if (severity(to) >= severity(from)) return
    // One step, for one of the reasons that there are, and with nothing standing that asks for more.
    expect(`${from}>${to} ${code}`).toMatch(
      /^(DEGRADED>NORMAL HEALED|SAFE_MODE>NORMAL (OPERATOR_RELEASE|WARMUP_ENDED)|HALTED>SAFE_MODE (OPERATOR_RELEASE|KILL_LOWERED))$/,
    )
    for (const [reason, mode] of this.reasons) expect(severity(mode), reason).toBeLessThanOrEqual(severity(to))
  }

  #decided({ action, decision, order_id: id, reason_codes: codes }: KernelEvent<'policy.decided'>['payload']): void {
    if (action === 'CANCEL') {
      this.cancels++
      // Only the pace may ask a cancel to wait, and here it is unlimited.
      expect(decision, codes.join(' ')).toBe('ALLOW')
      return
    }
    const order = this.orders.get(id)
    if (order === undefined || (decision !== 'ALLOW' && decision !== 'REDUCE_ONLY')) return
    const { botId, instrumentId, origin } = order
    const levels = ['global', 'venue:sim', `bot:${botId}`, `instrument:${instrumentId}`].map(
      (scope) => this.kills.get(scope) ?? 'NONE',
    )
    const kill = levels.reduce((a, b) => (killSeverity(a) >= killSeverity(b) ? a : b))
    const asker = origin === 'operator' || origin === 'flatten' ? origin : 'strategy'
    expect(
      this.permitted.get(`${this.mode} ${kill} ${action === 'AMEND' ? 'AMEND strategy' : `${action} ${asker}`}`) ??
        false,
      `${this.mode} ${kill} ${action} ${asker}`,
    ).toBe(true)
  }
}

test('UGF-0-002: whatever operators, bots, the venue, the host and time do, nothing loosens without its checks and nothing passes that the matrix forbids', () => {
  let cancels = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 90 }), (steps) => {
      const world = new Rig({
        instruments: [PERP, OTHER],
        bots: 2,
        flatten: SAFE_FLATTEN,
        storms: STORM_LIMITS,
      })
      world.quote(100_000)
      for (const one of steps) take(world, one)
      const watcher = new Watcher()
      for (const event of world.events) watcher.take(event)
      cancels += watcher.cancels
      checkHistory(world.events)
    }),
    { numRuns: 1_000 },
  )
  expect(cancels).toBeGreaterThan(100)
})
