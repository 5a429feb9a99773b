import type { KillLeg, KillView } from '../../src/runtime/link/views.ts'
import { age, money } from '../paint/numbers.ts'
import type { KillLevel } from './kill-state.ts'

/** What one level would do now, in words. */
export interface KillStage {
  readonly key: string
  readonly level: KillLevel
  readonly orders: string
  readonly positions: string
  readonly bots: string
  readonly cost: string
  readonly time: string
  readonly undo: string
}

const UNKNOWN = 'UNKNOWN'
const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The three levels; what cannot be estimated is UNKNOWN and keeps nobody from pressing. */
export function killStages(view: KillView | undefined, currency: string): readonly KillStage[] {
  const zero = money(0, currency).trim()
  if (view === undefined) {
    const unknown = { cost: UNKNOWN, time: '--' }
    return [
      {
        key: 'c',
        level: 'CLOSE_ONLY',
        orders: 'cancel what adds risk',
        positions: 'keep all',
        bots: 'reduce only',
        undo: 'release T1',
        ...unknown,
      },
      {
        key: 'f',
        level: 'FLATTEN',
        orders: 'cancel all',
        positions: 'close all reduce-only',
        bots: 'paused',
        undo: 'not undoable',
        ...unknown,
      },
      {
        key: 'h',
        level: 'HALT',
        orders: 'cancel all, best effort',
        positions: 'KEEP all, unmanaged',
        bots: 'stopped, latch',
        undo: 'release T0',
        ...unknown,
      },
    ]
  }
  const { orders, reducing, stops, positions, notional, unprotected } = view
  const held = plural(positions, 'position')
  const covered = positions - unprotected.length
  const worth = notional === undefined ? '' : ` (${money(notional, currency)})`
  const stays = Math.max(0, orders - reducing)
  return [
    {
      key: 'c',
      level: 'CLOSE_ONLY',
      orders: `cancel ${stays}/${orders}, keep ${reducing} reducing + ${plural(stops, 'stop')}`,
      positions: `keep ${held}${worth}`,
      bots: 'reduce only',
      cost: zero,
      time: '<1s',
      undo: 'release T1',
    },
    {
      key: 'f',
      level: 'FLATTEN',
      orders: `cancel ${orders}, then ${plural(stops, 'stop')}`,
      positions: `close ${held} reduce-only`,
      bots: 'paused',
      cost: view.cost === undefined ? UNKNOWN : money(view.cost, currency),
      time: view.seconds === undefined ? '--' : `~${Math.round(view.seconds)}s`,
      undo: 'not undoable',
    },
    {
      key: 'h',
      level: 'HALT',
      orders: `cancel ${orders}, best effort`,
      positions: `KEEP ${positions}, ${covered} of ${positions} with a stop${covered < positions ? ' !' : ''}`,
      bots: `stop ${view.bots}, latch`,
      cost: zero,
      time: '<0.1s',
      undo: 'release T0',
    },
  ]
}

/** Legs that a level would run; CLOSE_ONLY and HALT close nothing. */
export function killLegs(view: KillView | undefined, level: KillLevel | undefined): readonly KillLeg[] {
  if (view === undefined) return []
  return level === 'FLATTEN' || level === undefined ? view.legs : view.legs.filter(({ kind }) => kind === 'cancel')
}

/** `2 legs left, 1 at work`. */
export function legSummary(legs: readonly KillLeg[]): string {
  const atWork = legs.filter(({ isAtWork }) => isAtWork).length
  return `${legs.length} ${legs.length === 1 ? 'leg' : 'legs'} left, ${atWork} at work`
}

/** How old the estimate is. */
export function estimateAge(view: KillView | undefined, nowTs: number): string {
  return view === undefined ? 'no estimate: UNKNOWN' : `refreshed ${age((nowTs - view.ts) / 1_000)} ago`
}

/** Ways to stop that need no screen. */
export function otherWays(pid: number | undefined): readonly (readonly [where: string, how: string])[] {
  return [
    ['second terminal', 'profinaut panic            HALT by file: needs no engine, network or database'],
    ['', 'profinaut kill set         any level, by command'],
    ['signal', `kill -USR2 ${pid ?? '<pid>'} = HALT     venue site: cancel and close there, then 4 recovery`],
  ]
}
