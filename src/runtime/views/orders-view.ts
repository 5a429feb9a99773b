import { formatPrice, formatQty } from '../../domain/instrument.ts'
import { moneyToNumber } from '../../domain/money.ts'
import { formatTime, type TimeUs } from '../../domain/time.ts'
import type { KernelEvent } from '../../events/event.ts'
import type { OrderRecord } from '../../projection/engine-state.ts'
import { hasEnded, slippage } from '../engine/chronicle.ts'
import type { Engine } from '../engine/engine.ts'
import { dayStart } from '../engine/periods.ts'
import type { ChainStep, OrderRow, OrdersView, OrderView } from '../link/views.ts'
import { known, quantile } from './known.ts'

const ENDED_SHOWN = 200

export function orderRow(engine: Engine, order: OrderRecord): OrderRow {
  const instrument = engine.parts.instruments.find(({ id }) => id === order.instrumentId)
  const average = order.filled > 0 ? order.filledTicks / order.filled : undefined
  return {
    id: order.id,
    ts: order.createdTs,
    botId: order.botId,
    venueId: instrument?.venueId ?? '',
    instrumentId: order.instrumentId,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    reduceOnly: order.reduceOnly,
    origin: order.origin,
    reasonCode: order.reasonCode,
    limit: order.limit,
    stop: order.stop,
    qty: order.qty,
    filled: order.filled,
    average,
    state: order.state,
    endCode: order.endCode,
    sinceTs: order.sinceTs,
    answerMs:
      order.sentTs === undefined || order.answeredTs === undefined
        ? undefined
        : (order.answeredTs - order.sentTs) / 1_000,
    fee: order.filled > 0 ? moneyToNumber(order.fees) : undefined,
    slippageBps:
      average === undefined
        ? undefined
        : known(slippage({ side: order.side, price: average, arrivalPrice: order.arrivalPrice })),
    venueOrderId: order.venueOrderId,
    isWorking: !hasEnded(order.state),
    isFrozen: engine.chronicle.frozen.has(order.id) ? true : undefined,
  }
}

export function ordersView(engine: Engine): OrdersView {
  const { chronicle, now } = engine
  const all = [...chronicle.orders]
  const working = all.filter(({ state }) => !hasEnded(state))
  const ended = all.filter(({ state }) => hasEnded(state)).slice(-ENDED_SHOWN)
  const rows: Record<string, OrderRow> = {}
  for (const order of [...ended, ...working]) rows[order.id] = orderRow(engine, order)
  const today = dayStart(now, engine.dayOffsetUs)
  const answers = all.flatMap(({ sentTs, answeredTs }) =>
    sentTs === undefined || answeredTs === undefined ? [] : [(answeredTs - sentTs) / 1_000],
  )
  const makers = chronicle.fills.filter(({ liquidity }) => liquidity === 'maker').length
  return {
    rows,
    counts: {
      working: working.length,
      today: all.filter(({ createdTs }) => createdTs >= today).length,
      fills: chronicle.fillsSince(today),
      rejects: all.filter(({ state }) => state === 'REJECTED' || state === 'BLOCKED').length,
      unknown: working.filter(({ state }) => state === 'UNKNOWN').length,
    },
    fills: chronicle.fills.slice(-100).reverse(),
    latency: [
      {
        name: 'input -> sent',
        p50Ms: known(quantile(engine.orderMs, 0.5)),
        p95Ms: known(quantile(engine.orderMs, 0.95)),
      },
      { name: 'sent -> answer', p50Ms: known(quantile(answers, 0.5)), p95Ms: known(quantile(answers, 0.95)) },
    ],
    fillsPerHour: chronicle.fillsPerHour(now),
    makerPct: chronicle.fills.length === 0 ? undefined : (100 * makers) / chronicle.fills.length,
  }
}

/** An order explained back to what caused it. */
export function orderView(engine: Engine, id: string): OrderView | undefined {
  const order = engine.chronicle.order(id)
  const events = engine.chronicle.chain(id)
  if (order === undefined) return undefined
  const instrument = engine.parts.instruments.find((known) => known.id === order.instrumentId)
  const find = <T extends KernelEvent['type']>(type: T) =>
    events.find((event): event is KernelEvent<T> => event.type === type)
  const last = <T extends KernelEvent['type']>(type: T) =>
    events.findLast((event): event is KernelEvent<T> => event.type === type)
  const price = (ticks: number | undefined) =>
    ticks === undefined || instrument === undefined
      ? ''
      : formatPrice(instrument, ticks as Parameters<typeof formatPrice>[1])
  const lots = (qty: number) =>
    instrument === undefined ? String(qty) : formatQty(instrument, qty as Parameters<typeof formatQty>[1])
  const steps: ChainStep[] = []
  const none = (step: ChainStep['step'], fact: string) => steps.push({ step, mark: 'NONE', fact })
  const intent = find('intent.created')
  const decided = find('policy.decided')
  if (order.arrivalPrice === undefined) none('market', 'no price was known')
  else
    steps.push({
      step: 'market',
      mark: 'OK',
      ts: order.createdTs,
      fact: `${order.instrumentId} at ${price(Math.round(order.arrivalPrice))} when decided`,
    })
  if (intent === undefined) none('intent', 'too long ago: `profinaut journal show` has it')
  else {
    const { explain, evidence, reason_code: code } = intent.payload
    steps.push({
      step: 'signal',
      mark: 'OK',
      id: `t${order.trace}`,
      ts: intent.ts,
      fact: explain ?? said(evidence) ?? code,
    })
    const limit = order.limit ?? order.stop
    const at = limit === undefined ? order.type.toLowerCase() : `@ ${price(limit)}`
    steps.push({
      step: 'intent',
      mark: 'OK',
      id: order.intentId,
      ts: intent.ts,
      fact: `${order.side} ${lots(order.qty)} ${at} ${order.timeInForce} ${code} by ${order.botId} (${order.origin})`,
    })
  }
  steps.push({
    step: 'safety',
    mark: engine.kernel.safetyMode === 'NORMAL' ? 'OK' : 'NONE',
    fact: `now ${engine.kernel.safetyMode}, kill ${engine.kernel.facts.kill.strictest}`,
  })
  if (decided === undefined) none('gate', 'not asked')
  else {
    const told = decided.payload
    const passed = told.decision === 'ALLOW' || told.decision === 'REDUCE_ONLY'
    steps.push({
      step: 'gate',
      mark: passed ? 'OK' : 'BAD',
      id: told.decision_id,
      ts: decided.ts,
      fact: `${told.decision} ${told.reason_codes.join(' ')} ${said(told.inputs) ?? ''}`.trim(),
    })
  }
  const sent = find('order.sent')
  if (sent === undefined) none('send', 'not sent')
  else
    steps.push({ step: 'send', mark: 'OK', id, ts: sent.ts, fact: `handed to ${instrument?.venueId ?? 'the venue'}` })
  const open = find('order.open')
  const refused = find('order.rejected')
  const unknown = last('order.unknown')
  if (refused !== undefined) {
    const told = refused.payload
    steps.push({ step: 'venue', mark: 'BAD', ts: refused.ts, fact: `${told.reason_code} ${told.detail}`.trim() })
  } else if (order.state === 'UNKNOWN' && unknown !== undefined)
    steps.push({
      step: 'venue',
      mark: 'BAD',
      ts: unknown.ts,
      fact: `UNKNOWN: ${unknown.payload.reason_code}; counted as working`,
    })
  else if (open !== undefined)
    steps.push({
      step: 'venue',
      mark: 'OK',
      id: order.venueOrderId,
      ts: open.ts,
      fact: `accepted as ${order.venueOrderId ?? '?'}`,
    })
  else none('venue', sent === undefined ? '--' : order.filled > 0 ? 'filled at once' : 'no answer yet')
  const fill = last('fill.recorded')
  if (fill === undefined) none('fill', '--')
  else {
    const average = order.filled > 0 ? price(Math.round(order.filledTicks / order.filled)) : ''
    steps.push({
      step: 'fill',
      mark: 'OK',
      id: fill.payload.trade_id,
      ts: fill.ts,
      fact: `${lots(order.filled)} of ${lots(order.qty)} at ${average} on average`,
    })
  }
  const booked = last('portfolio.updated')
  if (booked === undefined) none('ledger', 'no entry; position unchanged')
  else {
    const told = booked.payload
    steps.push({
      step: 'ledger',
      mark: 'OK',
      ts: booked.ts,
      fact: `${told.postings.length} postings, position ${lots(told.position)}`,
    })
  }
  const lastEvent = events.at(-1)
  if (lastEvent !== undefined)
    steps.push({
      step: 'audit',
      mark: 'OK',
      id: `#${lastEvent.seq}`,
      ts: lastEvent.ts,
      fact: `${events.length} events in the journal, the last at ${formatTime(lastEvent.ts as TimeUs)}`,
    })
  return {
    id,
    row: orderRow(engine, order),
    chain: steps,
    advice: adviceOf(order),
    rules: rulesOf(engine, order, decided),
  }
}

/** The gate's rules in their order, and what the one that decided said. */
function rulesOf(
  engine: Engine,
  order: OrderRecord,
  decided: KernelEvent<'policy.decided'> | undefined,
): OrderView['rules'] {
  if (decided === undefined) return []
  const told = decided.payload
  const passed = told.decision === 'ALLOW'
  return engine.ruleNames.map(({ number, reasonCodes }) => {
    const spoke = reasonCodes.some((code) => told.reason_codes.includes(code))
    return {
      rule: `${number} ${reasonCodes[0] ?? ''}`,
      verdict: spoke ? told.decision : passed || order.state !== 'BLOCKED' ? 'pass' : '-',
      fact: spoke ? (said(told.inputs) ?? '') : '',
    }
  })
}

function adviceOf(order: OrderRecord): string[] {
  switch (order.state) {
    case 'BLOCKED':
      return [
        `${order.endCode ?? 'BLOCK'} is final for this intent: it was never sent.`,
        'Change what the rule measured, or its limit in config.toml, and let the bot ask again.',
      ]
    case 'REJECTED':
      return [`The venue refused it: ${order.endCode ?? 'no reason given'}. Nothing is open.`]
    case 'UNKNOWN':
      return [
        'Its fate is not known: it counts as full exposure and is never sent again.',
        'It settles by what the venue says: `profinaut reconcile`.',
      ]
    case 'OPEN':
    case 'PARTIAL':
      return ['It works at the venue. X cancels it.']
    default:
      return []
  }
}

function said(evidence: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (evidence === undefined) return undefined
  return Object.entries(evidence)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(8)) : String(value)}`)
    .join('  ')
}
