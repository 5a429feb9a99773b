import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ActionClass, DECISIONS, type DecisionKind, RUN_MODES, strictness } from '../domain/action.ts'
import { decisionIdAt, orderIdAt } from '../domain/ids.ts'
import { lots } from '../domain/money.ts'
import { ALLOW_CODE, type Decision, Gate, isPermitted, RULES } from './gate.ts'
import { gateInput, TEST_LIMITS } from './gate-input.fixture.ts'
import { EVERY_ACTION, type GateInput, type Rule, type Verdict } from './gate-input.ts'
import { KILL_LEVELS, type KillLevel } from './kill.ts'
import { RESEARCH_LIMITS } from './limits.ts'
import { SAFETY_MODES, type SafetyMode } from './mode.ts'

const gate = new Gate(TEST_LIMITS)

/** A rule that says what it is told to. */
function saying(verdict: Partial<Verdict> & { readonly decision: DecisionKind }, more: Partial<Rule> = {}): Rule {
  const reasonCode = verdict.reasonCode ?? verdict.decision
  return {
    number: 1,
    reasonCodes: [reasonCode],
    judges: EVERY_ACTION,
    atSend: true,
    judge: () => ({ inputs: { code: reasonCode }, ...verdict, reasonCode }),
    ...more,
  }
}

// ---- how verdicts become a decision ------------------------------------------------------------------------------------

test('decisions stand in the order of the spec, mildest first', () => {
  expect(DECISIONS).toEqual(['ALLOW', 'THROTTLE', 'REDUCE_ONLY', 'CLOSE_ONLY', 'FLATTEN', 'BLOCK', 'HALT'])
  expect(DECISIONS.map(strictness)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(DECISIONS.filter(isPermitted)).toEqual(['ALLOW', 'REDUCE_ONLY'])
})

test('judging stops at the first refusal', () => {
  const asked: string[] = []
  const spy = (name: string, rule: Rule): Rule => ({
    ...rule,
    judge: (...given) => {
      asked.push(name)
      return rule.judge(...given)
    },
  })
  const silent: Rule = { ...saying({ decision: 'ALLOW' }), judge: () => undefined }
  for (const decision of ['CLOSE_ONLY', 'FLATTEN', 'BLOCK', 'HALT'] as const) {
    asked.length = 0
    const rules = [
      spy('first', silent),
      spy('second', saying({ decision })),
      spy('third', saying({ decision: 'HALT' })),
    ]
    expect(new Gate(TEST_LIMITS, rules).judge(gateInput())).toEqual({
      decision,
      reasonCodes: [decision],
      inputs: { code: decision },
      clippedQty: undefined,
      retryAfterUs: undefined,
    })
    expect(asked).toEqual(['first', 'second'])
  }
})

test.each<readonly [string, readonly Rule[], Partial<Decision>]>([
  ['nothing said is allowed', [], { decision: 'ALLOW', reasonCodes: [ALLOW_CODE], inputs: undefined }],
  [
    'two waits are one, as long as the longer',
    [
      saying({ decision: 'THROTTLE', reasonCode: 'A', retryAfterUs: 5 }),
      saying({ decision: 'THROTTLE', reasonCode: 'B', retryAfterUs: 9 }),
      saying({ decision: 'THROTTLE', reasonCode: 'C', retryAfterUs: 1 }),
    ],
    { decision: 'THROTTLE', reasonCodes: ['A', 'B', 'C'], retryAfterUs: 9, inputs: { code: 'A' } },
  ],
  [
    'a wait outweighs a clip, because waiting sends nothing',
    [
      saying({ decision: 'REDUCE_ONLY', reasonCode: 'CLIP', clippedQty: 3 }),
      saying({ decision: 'THROTTLE', reasonCode: 'WAIT', retryAfterUs: 5 }),
    ],
    { decision: 'THROTTLE', reasonCodes: ['WAIT', 'CLIP'], retryAfterUs: 5, clippedQty: 3, inputs: { code: 'WAIT' } },
  ],
  [
    'a clip that comes after a wait does not end it',
    [
      saying({ decision: 'THROTTLE', reasonCode: 'WAIT', retryAfterUs: 5 }),
      saying({ decision: 'REDUCE_ONLY', reasonCode: 'CLIP', clippedQty: 3 }),
    ],
    { decision: 'THROTTLE', reasonCodes: ['WAIT', 'CLIP'], retryAfterUs: 5, clippedQty: 3 },
  ],
  [
    'a refusal takes what stood before it along, and neither clips nor waits',
    [
      saying({ decision: 'REDUCE_ONLY', reasonCode: 'CLIP', clippedQty: 3 }),
      saying({ decision: 'THROTTLE', reasonCode: 'WAIT', retryAfterUs: 5 }),
      saying({ decision: 'BLOCK', reasonCode: 'NO' }),
    ],
    {
      decision: 'BLOCK',
      reasonCodes: ['NO', 'WAIT', 'CLIP'],
      clippedQty: undefined,
      retryAfterUs: undefined,
      inputs: { code: 'NO' },
    },
  ],
  [
    'a clip alone lets the clipped quantity through',
    [saying({ decision: 'REDUCE_ONLY', reasonCode: 'CLIP', clippedQty: 3 })],
    { decision: 'REDUCE_ONLY', reasonCodes: ['CLIP'], clippedQty: 3, retryAfterUs: undefined },
  ],
])('%s', (_, rules, decision) => {
  expect(new Gate(TEST_LIMITS, rules).judge(gateInput())).toMatchObject(decision)
})

test('rules after a clip judge the clipped quantity, and the input comes back as it was', () => {
  const seen: number[] = []
  const rules: Rule[] = [
    saying({ decision: 'REDUCE_ONLY', clippedQty: 3 }),
    { ...saying({ decision: 'ALLOW' }), judge: ({ qty }) => void seen.push(qty) },
  ]
  const input = gateInput({ qty: 10 })
  new Gate(TEST_LIMITS, rules).judge(input)
  new Gate(TEST_LIMITS, [...rules, saying({ decision: 'BLOCK' })]).judge(input)
  expect(seen).toEqual([3, 3])
  expect(input.qty).toBe(10)
})

test('a rule that throws refuses, and says which', () => {
  const broken = saying({ decision: 'ALLOW' }, { number: 77 })
  const rules = [
    {
      ...broken,
      judge: () => {
        throw new TypeError('no such field')
      },
    },
  ]
  expect(new Gate(TEST_LIMITS, rules).judge(gateInput())).toMatchObject({
    decision: 'BLOCK',
    reasonCodes: ['GATE_ERROR'],
    inputs: { rule: 77, error: 'TypeError: no such field' },
  })
})

test('UGF-0-004: a rule that throws does not keep an order from being cancelled', () => {
  const rules = RULES.map((rule) => ({
    ...rule,
    judge: () => {
      throw new TypeError('no such field')
    },
  }))
  expect(new Gate(TEST_LIMITS, rules).judge(gateInput({ action: 'CANCEL', qty: 0 }))).toMatchObject({
    decision: 'ALLOW',
  })
})

test('UGF-0-004: what explaining shows is what judging decides, also where a rule clips the order', () => {
  const clips = saying({ decision: 'REDUCE_ONLY', clippedQty: 3 })
  const large: Rule = {
    ...clips,
    judge: ({ qty }) => (qty > 3 ? { decision: 'BLOCK', reasonCode: 'LARGE', inputs: {} } : undefined),
  }
  const clipping = new Gate(TEST_LIMITS, [clips, large])
  const input = gateInput({ qty: 10 })
  expect(clipping.judge(input)).toMatchObject({ decision: 'REDUCE_ONLY', clippedQty: 3 })
  expect(clipping.explain(input).map(({ verdict }) => verdict?.decision)).toEqual(['REDUCE_ONLY', undefined])
  expect(input.qty).toBe(10)
})

test('each rule judges the actions and stages that it names, and no action escapes all of them', () => {
  const asked = (rule: Partial<Rule>, parts: Partial<GateInput>) =>
    new Gate(TEST_LIMITS, [saying({ decision: 'BLOCK' }, rule)]).judge(gateInput(parts)).decision === 'BLOCK'
  for (const action of EVERY_ACTION) {
    expect(asked({ judges: [action] }, { action })).toBe(true)
    for (const other of EVERY_ACTION)
      if (other !== action) expect(asked({ judges: [action] }, { action: other })).toBe(false)
    expect(asked({ atSend: false }, { action, stage: 'send' })).toBe(false)
    expect(asked({ atSend: true }, { action, stage: 'send' })).toBe(true)
    expect(RULES.some((rule) => rule.judges.includes(action))).toBe(true)
  }
  for (const action of ['START', 'APPLY', 'DESTROY', 'OBSERVE'] as const)
    expect(gate.judge(gateInput({ action }))).toMatchObject({ decision: 'BLOCK', reasonCodes: ['UNSUPPORTED_ACTION'] })
})

test('UGF-0-004: explaining lists the verdict of every rule, where judging stops at the first', () => {
  const over = gateInput({ killLevel: 'CLOSE_ONLY', instrumentExposure: 480_000, orderValue: 40_000, waitOrdersUs: 5 })
  const spoke = gate.explain(over).flatMap(({ verdict }) => verdict?.reasonCode ?? [])
  expect(spoke).toEqual(['KILL_CLOSE_ONLY', 'LIMIT_SYMBOL', 'RATE_ORDERS'])
  expect(gate.explain(over).map(({ rule }) => rule)).toEqual(RULES)
  expect(gate.judge(over).reasonCodes).toEqual(['KILL_CLOSE_ONLY'])
  expect(gate.explain(gateInput({ action: 'START' }))).toEqual([])
})

test('only a decision that permits makes an allowed order', () => {
  const instruction = {
    orderId: orderIdAt(1),
    decisionId: decisionIdAt(1),
    instrumentAt: 0,
    side: 'buy',
    type: 'MARKET',
    timeInForce: 'IOC',
    reduceOnly: false,
    qty: lots(1),
    limit: undefined,
    stop: undefined,
    trail: undefined,
  } as const
  for (const decision of DECISIONS) {
    const given = { decision, reasonCodes: [], inputs: undefined, clippedQty: undefined, retryAfterUs: undefined }
    expect(gate.allow(given, instruction) === undefined).toBe(!isPermitted(decision))
    expect(gate.allowAmend(given, instruction) === undefined).toBe(!isPermitted(decision))
  }
})

// ---- safety ------------------------------------------------------------------------------------------------------------

/** UGF-0-004: what becomes of opening, of a strategy's, an operator's and the flatten routine's reducing. */
const MATRIX: Readonly<Record<SafetyMode, Readonly<Record<KillLevel, string>>>> = {
  NORMAL: {
    NONE: 'ALLOW ALLOW ALLOW ALLOW',
    CLOSE_ONLY: 'CLOSE_ONLY ALLOW ALLOW ALLOW',
    FLATTEN: 'FLATTEN FLATTEN FLATTEN ALLOW',
    HALT: 'HALT HALT HALT HALT',
  },
  DEGRADED: {
    NONE: 'THROTTLE ALLOW ALLOW ALLOW',
    CLOSE_ONLY: 'CLOSE_ONLY ALLOW ALLOW ALLOW',
    FLATTEN: 'FLATTEN FLATTEN FLATTEN ALLOW',
    HALT: 'HALT HALT HALT HALT',
  },
  SAFE_MODE: {
    NONE: 'BLOCK BLOCK ALLOW ALLOW',
    CLOSE_ONLY: 'BLOCK BLOCK ALLOW ALLOW',
    FLATTEN: 'BLOCK BLOCK FLATTEN ALLOW',
    HALT: 'HALT HALT HALT HALT',
  },
  HALTED: {
    NONE: 'HALT HALT HALT HALT',
    CLOSE_ONLY: 'HALT HALT HALT HALT',
    FLATTEN: 'HALT HALT HALT HALT',
    HALT: 'HALT HALT HALT HALT',
  },
}

const CLOSING = { action: 'REDUCE', side: 'sell', botPosition: 10_000, accountPosition: 10_000 } as const
const POSTURES = SAFETY_MODES.flatMap((safetyMode) => KILL_LEVELS.map((killLevel) => ({ safetyMode, killLevel })))

test.each(POSTURES)(
  'UGF-0-004: in $safetyMode at kill level $killLevel the matrix holds, and cancelling passes',
  (posture) => {
    const decide = (parts: Partial<GateInput>) => gate.judge(gateInput({ ...posture, ...parts })).decision
    const reducing = (['strategy', 'operator', 'flatten'] as const).map((origin) => decide({ ...CLOSING, origin }))
    expect([decide({}), ...reducing].join(' ')).toBe(MATRIX[posture.safetyMode][posture.killLevel])
    expect(decide({ action: 'AMEND' })).toBe(decide({}))
    for (const origin of ['bracket', 'oco'] as const) expect(decide({ ...CLOSING, origin })).toBe(decide(CLOSING))
    for (const origin of ['strategy', 'operator', 'bracket', 'oco', 'flatten'] as const)
      expect(decide({ action: 'CANCEL', origin, qty: 0 })).toBe('ALLOW')
    for (const parts of [{}, CLOSING]) expect(decide({ ...parts, stage: 'send' })).toBe(decide(parts))
  },
)

const unknowns = ['feed', 'limit', 'reference', 'referenceAgeUs', 'equity', 'botPosition'] as const

test('an order can always be cancelled, whatever is unknown, stale, stopped or over its limit', () => {
  const input = fc.record({
    safetyMode: fc.constantFrom(...SAFETY_MODES),
    killLevel: fc.constantFrom(...KILL_LEVELS),
    feed: fc.constantFrom('OK', 'STALE', 'GAP', 'DOWN'),
    lease: fc.constantFrom('VALID', 'CLOSE_ONLY', 'EXPIRED', 'MISSING'),
    guard: fc.constantFrom('OK', 'STALE', 'MISSING', 'UNKNOWN').map((state) => () => state),
    runMode: fc.constantFrom(...RUN_MODES),
    role: fc.constantFrom('operator', 'admin', undefined),
    origin: fc.constantFrom('strategy', 'operator', 'flatten', 'bracket', 'oco', 'liquidation', 'foreign'),
    ...Object.fromEntries(unknowns.slice(1).map((field) => [field, fc.constantFrom(Number.NaN, 0, -1, 1e9)])),
  }) as unknown as fc.Arbitrary<Partial<GateInput>>
  fc.assert(
    fc.property(input, (parts) => {
      expect(gate.judge(gateInput({ ...parts, action: 'CANCEL', qty: 0 })).decision).toBe('ALLOW')
    }),
  )
})

// ---- properties of the whole list --------------------------------------------------------------------------------------

const figure = fc.oneof(fc.constantFrom(Number.NaN, 0, Infinity), fc.integer({ min: -1_000, max: 3_000_000 }))
const wait = fc.constantFrom(0, 0, 0, 5, 400_000)
const price = fc.oneof(
  fc.constantFrom(99_000, 99_990, 100_000, 100_010, 0, Number.NaN),
  fc.integer({ min: 99_400, max: 100_600 }),
)

const inputs: fc.Arbitrary<GateInput> = fc
  .record(
    {
      stage: fc.constantFrom('accept', 'send'),
      action: fc.constantFrom<ActionClass>('CANCEL', 'REDUCE', 'AMEND', 'OPEN', 'OPEN'),
      origin: fc.constantFrom('strategy', 'operator', 'flatten', 'bracket', 'oco'),
      side: fc.constantFrom('buy', 'sell'),
      type: fc.constantFrom('MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'),
      qty: fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom(0, -1, 0.5, Number.NaN)),
      limit: fc.option(price, { nil: undefined }),
      stop: fc.option(price, { nil: undefined }),
      reduceOnly: fc.boolean(),
      reasonCode: fc.constantFrom('X', 'X', 'X', ''),
      createdTs: fc.integer({ min: 94_000_000, max: 100_000_001 }),
      key: fc.constantFrom('new', 'new', 'new', 'repeated', 'conflict'),
      safetyMode: fc.constantFrom(...SAFETY_MODES),
      killLevel: fc.constantFrom(...KILL_LEVELS),
      feed: fc.constantFrom('OK', 'OK', 'OK', 'STALE', 'GAP', 'DOWN'),
      lease: fc.constantFrom('VALID', 'VALID', 'CLOSE_ONLY', 'EXPIRED', 'MISSING'),
      guard: fc.constantFrom(
        () => 'OK',
        () => 'OK',
        () => 'BAD',
        () => 'STALE',
        () => 'MISSING',
      ),
      runMode: fc.constantFrom('paper', 'live'),
      dayLoss: figure,
      drawdown: figure,
      reference: price,
      referenceAgeUs: figure,
      bid: price,
      ask: price,
      takeableQty: figure,
      botPosition: figure,
      accountPosition: figure,
      ownOpposite: price,
      orderValue: figure,
      orderNotionalQuote: figure,
      openOrders: fc.integer({ min: 0, max: 60 }),
      grossExposure: figure,
      netExposure: figure,
      instrumentExposure: figure,
      venueExposure: figure,
      equity: figure,
      allocation: figure,
      botExposure: figure,
      reserveNeed: figure,
      reserveFree: figure,
      waitOrdersUs: wait,
      waitCancelsUs: wait,
      waitAmendsUs: wait,
      waitStrategyUs: wait,
    },
    { requiredKeys: [] },
  )
  .map((parts) => gateInput(parts as Partial<GateInput>))

test('UGF-0-004: the same input and limits give the same decision, and judging changes nothing', () => {
  const again = new Gate(structuredClone(TEST_LIMITS))
  fc.assert(
    fc.property(inputs, inputs, (input, between) => {
      const before = { ...input }
      const first = gate.judge(input)
      gate.judge(between)
      expect(gate.judge(input)).toEqual(first)
      expect(again.judge({ ...input })).toEqual(first)
      expect(input).toEqual(before)
    }),
    { numRuns: 10_000 },
  )
})

test('a rule that cannot speak under the limits is listed when explained, and changes no decision', () => {
  const asked = RULES.map((rule) => ({ ...rule, inForce: () => true }))
  const everything = new Gate(RESEARCH_LIMITS, asked)
  const spared = new Gate(RESEARCH_LIMITS)
  expect(spared.explain(gateInput()).map(({ rule }) => rule)).toEqual(RULES)
  fc.assert(
    fc.property(inputs, (input) => {
      expect(spared.judge(input)).toEqual(everything.judge(input))
    }),
    { numRuns: 2_000 },
  )
})

test('what is explained is what was judged: refused by the first refusal in the list, allowed only in silence', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const decision = gate.judge(input)
      const spoken = gate.explain(input).flatMap(({ verdict }) => verdict ?? [])
      const refusal = spoken.find((verdict) => !isPermitted(verdict.decision) && verdict.decision !== 'THROTTLE')
      if (decision.decision === 'ALLOW') expect(spoken).toEqual([])
      if (spoken.length === 0) expect(decision.decision).toBe('ALLOW')
      // A clip may spare the order a later refusal, never an earlier one.
      if (refusal !== undefined && decision.clippedQty === undefined && !spoken.some((verdict) => verdict.clippedQty))
        expect(decision).toMatchObject({
          decision: refusal.decision,
          reasonCodes: [refusal.reasonCode, ...decision.reasonCodes.slice(1)],
        })
      for (const { rule, verdict } of gate.explain(input))
        if (verdict !== undefined) expect(rule.reasonCodes).toContain(verdict.reasonCode)
    }),
    { numRuns: 2_000 },
  )
})

test('a worse mode or kill level never permits what a better one refuses', () => {
  const worse = fc.record({ mode: fc.nat(3), kill: fc.nat(3), moreMode: fc.nat(3), moreKill: fc.nat(3) })
  const permitted = (input: GateInput, mode: number, kill: number) =>
    isPermitted(
      gate.judge({
        ...input,
        safetyMode: SAFETY_MODES[Math.min(3, mode)] as SafetyMode,
        killLevel: KILL_LEVELS[Math.min(3, kill)] as KillLevel,
      }).decision,
    )
  fc.assert(
    fc.property(inputs, worse, (input, { mode, kill, moreMode, moreKill }) => {
      if (permitted(input, mode + moreMode, kill + moreKill)) expect(permitted(input, mode, kill)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

/** Of these NaN says that there is none, which is knowledge. */
const NONE_IS_KNOWN: ReadonlySet<string> = new Set(['bid', 'ask', 'ownOpposite'])
/** Not looked at by any rule that judges this action under these limits. */
const UNUSED: ReadonlySet<string> = new Set(['botReducingQty', 'waitCancelsUs', 'waitAmendsUs', 'orderNotionalQuote'])

test('an unknown number opens nothing', () => {
  const numbers = Object.entries(gateInput()).filter(([, value]) => typeof value === 'number')
  expect(numbers.length).toBeGreaterThan(25)
  for (const [field] of numbers) {
    if (NONE_IS_KNOWN.has(field) || UNUSED.has(field)) continue
    const { decision } = gate.judge(gateInput({ [field]: Number.NaN }))
    expect(isPermitted(decision), `${field} unknown gives ${decision}`).toBe(false)
  }
})

test('research keeps the rules that protect the account and lifts the caps', () => {
  const research = new Gate(RESEARCH_LIMITS)
  const huge = { orderValue: 1e12, grossExposure: 1e12, waitOrdersUs: 0, qty: 1_000_000_000 }
  expect(research.judge(gateInput(huge)).decision).toBe('ALLOW')
  for (const parts of [
    { reserveNeed: 10_001 },
    { ownOpposite: 100_000 },
    { killLevel: 'FLATTEN' },
    { reference: Number.NaN },
  ] as const)
    expect(isPermitted(research.judge(gateInput({ ...huge, ...parts })).decision)).toBe(false)
})
