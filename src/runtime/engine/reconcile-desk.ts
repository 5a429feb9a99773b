import type { Instrument } from '../../domain/instrument.ts'
import { US_PER_MINUTE } from '../../domain/time.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { EngineState } from '../../projection/engine-state.ts'
import type { CommandPayload, CommandRow } from '../command-catalogue.ts'
import type { Log } from '../log/log.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { ReconcileNews } from '../../kernel/input-log.ts'
import type { Resolution } from '../../reconcile/precedence.ts'
import type { ReconcileAnswer, ReconcileRound } from './reconcile-round.ts'

type Scope = NonNullable<CommandPayload<'RECONCILE_RUN'>['scope']>

export interface ReconcileHands {
  state(): EngineState
  /** Engine time, µs. */
  now(): number
  isStopped(): boolean
  begins(): void
  report(report: VenueReport, ts: number): void
  /** A verdict that was not told before. */
  reconciled(record: ReconcileNews): void
  /** What it means to cases; before anything is repaired. */
  seen(sighting: ReconcileAnswer['sighting']): void
  /** One of two records is believed; before the other is corrected. */
  resolved(resolution: Resolution, reconcileId: string): void
  ended(isOk: boolean, detail: string): void
  answer(row: CommandRow, outcome: CommandOutcome): void
}

interface Recheck {
  readonly row: CommandRow
  readonly scope: Scope
  ts: number
}

/** Holds our books against the venue's when it is asked to, and answers who asked when the verdict stands. */
export class ReconcileDesk {
  readonly #round: ReconcileRound
  readonly #instruments: readonly Instrument[]
  readonly #log: Log
  readonly #hands: ReconcileHands
  /** Questions whose verdict has not lasted long enough yet. */
  #rechecks: Recheck[] = []
  #told = ''
  /** When our records lost against the venue's, µs; those of the last ten minutes. */
  #corrected: number[] = []

  constructor(round: ReconcileRound, instruments: readonly Instrument[], log: Log, hands: ReconcileHands) {
    this.#round = round
    this.#instruments = instruments
    this.#log = log
    this.#hands = hands
  }

  /** How often our records lost against the venue's within ten minutes before a time. */
  corrections(now: number): number {
    this.#corrected = this.#corrected.filter((ts) => now - ts < 10 * US_PER_MINUTE)
    return this.#corrected.length
  }

  /** Answers once the verdict stands: what has not lasted long enough is looked at again, once. */
  ask(row: CommandRow, { scope = 'all' }: CommandPayload<'RECONCILE_RUN'>): void {
    void this.run(scope).then(({ outcome, recheckTs }) => {
      const isAgain = this.#rechecks.some((waiting) => waiting.row.id === row.id)
      if (recheckTs !== undefined && !isAgain) {
        this.#rechecks.push({ row, scope, ts: recheckTs })
        return
      }
      this.#rechecks = this.#rechecks.filter((waiting) => waiting.row.id !== row.id)
      this.#hands.answer(row, outcome)
    })
  }

  /** Once a turn: looks again at what is due. */
  look(now: number): void {
    for (const waiting of this.#rechecks) {
      if (now < waiting.ts) continue
      waiting.ts = Number.POSITIVE_INFINITY
      this.ask(waiting.row, { scope: waiting.scope })
    }
  }

  async run(scope: Scope): Promise<{ readonly outcome: CommandOutcome; readonly recheckTs: number | undefined }> {
    const hands = this.#hands
    hands.begins()
    const result = await this.#round.run({
      scope,
      state: () => hands.state(),
      instruments: this.#instruments,
      now: () => hands.now(),
      log: this.#log,
    })
    const { record } = result
    if (hands.isStopped())
      return { outcome: { ok: false, reasonCodes: ['STOPPED'], detail: 'the engine stopped' }, recheckTs: undefined }
    // First what is wrong stands still, then it is repaired. Several may have asked for this round: it is told once.
    if (record.reconcileId !== this.#told) {
      this.#told = record.reconcileId
      hands.reconciled(record)
      hands.seen(result.sighting)
      for (const resolution of result.resolutions) {
        hands.resolved(resolution, record.reconcileId)
        this.#corrected.push(hands.now())
      }
      for (const { report, ts } of result.reports) hands.report(report, ts)
    }
    const detail = `${record.status}: ${record.compared} compared, ${record.differences.length} differences`
    hands.ended(record.status === 'OK', detail)
    const answer = result.answer as Readonly<Record<string, unknown>>
    return { outcome: { ok: true, reasonCodes: [], detail, result: answer }, recheckTs: result.recheckTs }
  }
}

/** As the journal has it. */
export function resolvedFact(
  { entityId, subject, fact, winner, losers, rule, reasonCode, ours, venue }: Resolution,
  reconcileId: string,
): HostFact {
  return {
    type: 'sot.resolved',
    payload: {
      reconcile_id: reconcileId,
      entity_id: entityId,
      subject,
      fact,
      winner,
      losers: [...losers],
      rule,
      reason_code: reasonCode,
      ours,
      venue,
    },
  }
}
