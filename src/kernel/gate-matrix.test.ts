import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { instrumentId, type OrderId } from '../domain/ids.ts'
import { gateMatrix, type MatrixCell } from '../risk/matrix.ts'
import { Rig } from './rig.fixture.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const OTHER = testInstrument({ ...PERP, id: instrumentId('ETH/USDT'), symbol: 'ETHUSDT', base: 'ETH' })
/** A kill of one of two instruments: the bot trades the other one and keeps its voice. */
const SCOPE = `instrument:${PERP.id}` as const

/** A bot that holds ten lots and rests an order, in the cell's mode and at its kill level. */
function inState({ mode, kill }: MatrixCell): { readonly world: Rig; readonly resting: OrderId } {
  const world = new Rig({ instruments: [PERP, OTHER] })
  world.fill(world.place({ side: 'buy', qty: 10, type: 'MARKET', reasonCode: 'ENTRY_TEST' }), 10)
  const resting = world.place({ side: 'buy', qty: 5, type: 'LIMIT', limit: 99_000, reasonCode: 'ENTRY_TEST' })
  world.accept(resting)
  if (mode !== 'NORMAL') world.kernel.onCondition({ code: 'TEST', mode, detail: 'a test' }, ++world.now)
  if (kill !== 'NONE') world.command({ kind: 'KILL_RAISE', scope: SCOPE, level: kill })
  // The venue refuses to cancel what the kill wants gone, until nobody asks any more: so there is something to ask about.
  for (let tries = 0; world.order(resting).state === 'CANCEL_REQUESTED' && tries < 9; tries++)
    world.report({ kind: 'cancel-refused', orderId: resting, detail: 'busy', ts: world.now })
  expect(world.order(resting).state).toBe('OPEN')
  return { world, resting }
}

/** Asks for the cell's action by the way that its asker has; false where that way is closed before the gate. */
function ask(world: Rig, resting: OrderId, { action, origin }: MatrixCell): boolean {
  if (origin === 'flatten') return world.events.some(({ payload }) => Reflect.get(payload, 'origin') === 'flatten')
  const where = { botId: 'bot-1', instrumentId: PERP.id }
  if (origin === 'operator') {
    if (action === 'CANCEL') world.command({ kind: 'ORDER_CANCEL', orderId: resting })
    else
      world.command({
        kind: 'ORDER_PLACE',
        ...where,
        ...(action === 'REDUCE'
          ? { side: 'sell', type: 'MARKET', qty: 5, reduceOnly: true }
          : { side: 'buy', type: 'LIMIT', qty: 1, limit: 99_000 }),
      })
    return true
  }
  if (world.kernel.bots[0]?.state !== 'RUNNING') return false
  world.act((context) => {
    if (action === 'CANCEL') return context.cancel(resting, 'EXIT_TEST')
    if (action === 'AMEND') return context.amend(resting, { qty: 9, reasonCode: 'REBALANCE_TEST' })
    if (action === 'REDUCE')
      return context.place({ side: 'sell', qty: 5, type: 'MARKET', reduceOnly: true, reasonCode: 'EXIT_TEST' })
    return context.place({ side: 'buy', qty: 1, type: 'LIMIT', limit: 99_000, reasonCode: 'ENTRY_TEST' })
  })
  return true
}

/** The decision on the last intent of that origin. */
function answer(world: Rig, { origin, action }: MatrixCell): readonly [string, string | undefined] | undefined {
  const intents = new Set(
    world.of('intent.created').flatMap(({ payload }) => (payload.origin === origin ? [payload.intent_id] : [])),
  )
  const decided = world
    .of('policy.decided')
    .findLast(
      ({ payload }) => intents.has(payload.intent_id) && payload.action === action && payload.stage === 'accept',
    )
  return decided && [decided.payload.decision, decided.payload.reason_codes[0]]
}

test('UGF-0-004: every cell of the matrix is what the way through commands, bots and the flatten routine answers', () => {
  const unreached: string[] = []
  for (const cell of gateMatrix(PERP)) {
    const { world, resting } = inState(cell)
    const name = `${cell.mode} ${cell.kill} ${cell.action} ${cell.origin}`
    if (ask(world, resting, cell)) expect(answer(world, cell), name).toEqual([cell.decision, cell.reasonCode])
    else unreached.push(name)
  }
  // HALTED stops the bots, and only a kill flattens: what cannot ask is not answered.
  for (const name of unreached) expect(name).toMatch(/^HALTED .* strategy$|^\w+ (NONE|CLOSE_ONLY|HALT) REDUCE flatten$/)
  expect(unreached).toHaveLength(4 * 4 + 4 * 3)
})
