import type { Instrument } from '../../domain/instrument.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { EngineState } from '../../projection/engine-state.ts'
import type { CommandPayload, CommandRow } from '../command-catalogue.ts'
import type { Log } from '../log/log.ts'
import type { ReconcileNews } from '../../kernel/input-log.ts'
import type { ReconcileRound } from './reconcile-round.ts'

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

  constructor(round: ReconcileRound, instruments: readonly Instrument[], log: Log, hands: ReconcileHands) {
    this.#round = round
    this.#instruments = instruments
    this.#log = log
    this.#hands = hands
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
    for (const { report, ts } of result.reports) hands.report(report, ts)
    if (record.reconcileId !== this.#told) hands.reconciled(record)
    this.#told = record.reconcileId
    const detail = `${record.status}: ${record.compared} compared, ${record.differences.length} differences`
    hands.ended(record.status === 'OK', detail)
    const answer = result.answer as Readonly<Record<string, unknown>>
    return { outcome: { ok: true, reasonCodes: [], detail, result: answer }, recheckTs: result.recheckTs }
  }
}
