import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { formatPrice, formatQty } from '../../domain/instrument.ts'
import { formatTime, timeUs, US_PER_MS, US_PER_SECOND } from '../../domain/time.ts'
import { maskValue } from '../../events/mask.ts'
import type { OrderRecord } from '../../projection/engine-state.ts'
import type { Log } from '../log/log.ts'
import type { EngineStore } from '../ports.ts'
import type { Engine } from './engine.ts'

/** Source of the alert that stands while the engine is halted. */
export const HALT_ALERT = 'HALT'
const NOTE = 'halt.record'
const EVENTS_KEPT = 50

/** The file that tells of the halt that stands; undefined where none stands, or none could be written. */
export function haltRecordOf({ notes }: Pick<EngineStore, 'notes'>): string | undefined {
  const path = notes.get(NOTE)
  return path === '' ? undefined : path
}

/**
 * Keeps what was there when the engine halted, for whoever looks into it later (UGF-0-005, step 4 of a HALT): one file a
 * halt, also over restarts. It is no part of halting: what cannot be written is logged.
 */
export class HaltRecorder {
  readonly #folder: string
  readonly #log: Log
  /** What the last look found; undefined before the first. */
  #wasHalted: boolean | undefined

  /** @param folder where the profile's logs are */
  constructor(folder: string, log: Log) {
    this.#folder = folder
    this.#log = log
  }

  /** After every turn: costs nothing while nothing changes. */
  look(engine: Engine): void {
    if (!engine.isReady) return
    const isHalted = isHaltedNow(engine)
    if (isHalted === this.#wasHalted) return
    this.#wasHalted = isHalted
    const { store } = engine.parts
    // A halt that an earlier session told of has its file.
    const path = isHalted ? (haltRecordOf(store) ?? this.#write(engine)) : undefined
    if (path !== haltRecordOf(store)) store.notes.set(NOTE, path ?? '')
    if (!isHalted) {
      store.alerts.resolve(HALT_ALERT, engine.now)
      return
    }
    const text = `${HALT_ALERT} ${path === undefined ? 'no record could be written' : basename(path)}: ${causeOf(engine)}`
    const alert = { source: HALT_ALERT, severity: 'P0', text: text.slice(0, 200), command: 'kill status' } as const
    store.alerts.raise(alert, engine.now)
  }

  #write(engine: Engine): string | undefined {
    const wallTs = timeUs(engine.parts.host.wallTs())
    const path = join(this.#folder, `halt-${Math.floor(wallTs / US_PER_SECOND)}.json`)
    try {
      // Each part by itself: a long list of orders must not crowd out what follows it.
      const parts = Object.entries(recordOf(engine)).map(([name, part]) => [name, maskValue(part)])
      const text = JSON.stringify({ as_of: formatTime(wallTs), ...Object.fromEntries(parts) }, null, 2)
      // Never over another: that one tells of another halt.
      writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' })
      this.#log.warn('engine.halt', `what was there is in ${path}`)
      return path
    } catch (error) {
      this.#log.error('engine.halt', `${path} could not be written`, { error })
      return undefined
    }
  }
}

function isHaltedNow({ kernel }: Engine): boolean {
  return kernel.facts.mode.mode === 'HALTED' || kernel.facts.kill.at('global') === 'HALT'
}

function causeOf({ chronicle, kernel }: Engine): string {
  const kill = chronicle.state.safety.kills.find(({ scope, level }) => scope === 'global' && level === 'HALT')
  if (kill !== undefined) return `${kill.actor}: ${kill.reason}`
  return [...kernel.facts.mode.reasons.keys()].join(' ')
}

/** What was there, in the words of the journal: times are RFC 3339, ages seconds, prices and quantities decimals. */
function recordOf(engine: Engine): Readonly<Record<string, unknown>> {
  const { chronicle, kernel, now, runId, journalHash, parts } = engine
  const { safety, working, holdings } = chronicle.state
  const { mode, guards } = kernel.facts
  const ago = (ts: number) => Math.round((now - ts) / US_PER_MS) / 1_000
  const time = (ts: number) => (Number.isFinite(ts) ? formatTime(timeUs(Math.round(ts))) : undefined)
  const instrumentOf = (id: string) => parts.instruments.find((one) => one.id === id)
  const price = ({ instrumentId }: OrderRecord, ticks: OrderRecord['limit']) => {
    const instrument = instrumentOf(instrumentId)
    return instrument === undefined || ticks === undefined ? undefined : formatPrice(instrument, ticks)
  }
  const qty = (instrumentId: string, lots: OrderRecord['qty']) => {
    const instrument = instrumentOf(instrumentId)
    return instrument === undefined ? `${lots} lots` : formatQty(instrument, lots)
  }
  return {
    run_id: runId,
    journal: { events: kernel.events, head: journalHash },
    engine_time: time(now),
    safety: {
      mode: mode.mode,
      mode_since: time(safety.modeSinceTs),
      reasons: safety.reasons.map(({ code, mode: held, sinceTs, detail }) => ({
        code,
        mode: held,
        since: time(sinceTs),
        detail,
      })),
    },
    kills: safety.kills
      .filter(({ level }) => level !== 'NONE')
      .map(({ scope, level, actor, reason, sinceTs }) => ({ scope, level, actor, reason, since: time(sinceTs) })),
    working_orders: working.map((order) => ({
      order_id: order.id,
      bot: order.botId,
      instrument: order.instrumentId,
      side: order.side,
      state: order.state,
      age_s: ago(order.createdTs),
      in_state_s: ago(order.sinceTs),
      qty: qty(order.instrumentId, order.qty),
      filled: qty(order.instrumentId, order.filled),
      limit: price(order, order.limit),
      venue_order_id: order.venueOrderId,
    })),
    frozen_orders: [...chronicle.frozen],
    positions: holdings
      .filter((held) => held.qty !== 0)
      .map((held) => ({ bot: held.botId, instrument: held.instrumentId, qty: qty(held.instrumentId, held.qty) })),
    feeds: parts.instruments.map(({ id }, at) => {
      const heardTs = engine.tapes[at]?.heardTs ?? Number.NaN
      const { gaps, late, isDirty } = engine.feeds.lineOf(at)
      return { instrument: id, silent_s: Number.isNaN(heardTs) ? undefined : ago(heardTs), gaps, late, dirty: isDirty }
    }),
    venue: { venue: parts.venue.venueId, connected: parts.venue.isConnected, trouble: parts.venue.status?.().trouble },
    reconcile: engine.reconcile.last?.status ?? 'never run',
    guards: guards?.required.map((guard) => {
      const ageUs = guards.ageUs(guard, now)
      return { guard, state: guards.state(guard, now), age_s: ageUs === undefined ? undefined : ageUs / US_PER_SECOND }
    }),
    clock: {
      state: engine.skew.state,
      worst_skew_ms: engine.worstSkewUs / US_PER_MS,
      longest_pause_ms: engine.stallUs / US_PER_MS,
    },
    events: chronicle.tail.slice(-EVENTS_KEPT).map(({ seq, ts, type }) => ({ seq, time: time(ts), type })),
  }
}
