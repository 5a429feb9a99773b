import type { RunId } from '../domain/ids.ts'
import type { Journal } from '../events/event.ts'
import type { BarColumns } from '../market/columns.ts'
import type { EngineState, FillRecord } from '../projection/engine-state.ts'
import type { ApprovalStore } from './approvals/approval-store.ts'
import type { Challenge, ChallengeState } from './authority/challenge.ts'
import type { FlagChange, FlagRow } from './authority/flags.ts'
import type { OperatorStore } from './authority/operator-store.ts'
import type { CommandRequest, CommandRow, CommandStatus } from './command-catalogue.ts'
import type { ProcessMark } from './process.ts'

/** The answer to a command, stored in the same transaction as the events that it caused. */
export interface CommandAnswer {
  readonly id: string
  readonly status: Exclude<CommandStatus, 'PENDING'>
  readonly resultCode: string
  readonly reasonCodes: readonly string[]
  readonly message: string
  readonly result?: unknown
  readonly ts: number
}

/**
 * One start-to-stop of the engine being written. Events, the projections they change, the inputs that led to them and the
 * answers to commands become durable together or not at all.
 */
export interface SessionWriter extends Journal {
  /** Number of the session in the journal. */
  readonly runNo: number
  /** Hash of the last committed event. */
  readonly hash: string
  /** Hands over inputs that the kernel took since the last call; kept with the next commit, in order. */
  record(inputs: Uint8Array): void
  answer(answer: CommandAnswer): void
  /** @throws StorageError after which nothing that waited may be acted on and the engine must stop */
  commit(): void
  /** Whether {@link commit} would write anything. */
  readonly isDirty: boolean
}

/** Who owns the profile. */
export interface LeaseHolder extends ProcessMark {
  readonly instanceId: string
  readonly acquiredTs: number
  /** Last sign of life. */
  readonly renewedTs: number
}

export interface EngineLease {
  /** @returns the living holder when it is not us */
  acquire(mark: ProcessMark, ts: number): { readonly ok: true } | { readonly ok: false; readonly holder: LeaseHolder }
  renew(ts: number): void
  release(): void
  holder(): LeaseHolder | undefined
}

/** How often an id was handed in again. */
export interface CommandRepeats {
  readonly count: number
  /** Of them, those that asked for something else. */
  readonly others: number
}

export interface CommandQueue {
  /** Whether another connection has written since the last call; costs microseconds. */
  hasChanged(): boolean
  /** Commands that wait, urgent first, then by issue time. */
  pending(): readonly CommandRow[]
  /** @returns false when the id is known already: the row that stands is the answer */
  submit(request: CommandRequest): boolean
  get(id: string): CommandRow | undefined
  /** Wishes that came again under this id, and were not carried out. */
  repeats(id: string): CommandRepeats
  list(options: { readonly limit: number; readonly status?: CommandStatus }): readonly CommandRow[]
  /** Withdraws one that still waits. */
  cancel(id: string, ts: number): boolean
}

/** Bars of one minute, for charts and warm-up; a series, not a projection: losing it loses no money. */
export interface BarStore {
  append(instrumentId: string, bar: BarColumns, row: number): void
  /** The last bars before a time, oldest first. */
  last(instrumentId: string, count: number, beforeTs: number): BarColumns
}

/** Marks that outlive a session: the highest equity, the equity at the start of the day, the equity curve. */
export interface EquitySeries {
  append(ts: number, equity: number): void
  since(ts: number): readonly { readonly ts: number; readonly equity: number }[]
  peak(): number | undefined
}

export interface AlertRow {
  readonly id: string
  readonly source: string
  readonly severity: 'P0' | 'P1' | 'P2' | 'P3'
  readonly text: string
  readonly state: 'OPEN' | 'ACKED' | 'RESOLVED'
  readonly firstTs: number
  readonly lastTs: number
  readonly count: number
  /** First command to look with. */
  readonly command: string
}

export interface AlertStore {
  /** Opens an alert or counts it again: one open alert per source. */
  raise(alert: Pick<AlertRow, 'source' | 'severity' | 'text' | 'command'>, ts: number): AlertRow
  acknowledge(id: string, ts: number): boolean
  resolve(source: string, ts: number): boolean
  list(limit: number): readonly AlertRow[]
}

/** Checks the journal while it is being written, and signs what it found sound. */
export interface AuditGuard {
  /**
   * Goes on checking, a few milliseconds at a time.
   *
   * @param now.ms monotonic; `ts` is engine time, µs
   * @returns what is wrong with the journal, from then on always; undefined while nothing is known to be
   */
  look(now: { readonly ms: number; readonly ts: number }): string | undefined
  /** Checks to the end and signs it: what a clean stop does. */
  seal(ts: number): void
  /** The last end that was found sound. */
  readonly verified: { readonly events: number; readonly hash: string } | undefined
}

/** A challenge and what became of it. */
export interface ConfirmationRow extends Challenge {
  readonly state: ChallengeState
  readonly endedTs: number | undefined
}

/** Dangerous operations that wait for their confirmation; written at once, before anything is done because of them. */
export interface ConfirmationStore {
  open(challenge: Challenge): void
  get(id: string): ConfirmationRow | undefined
  /** @returns false when it has ended before: what it stood for must not be done */
  end(id: string, state: Exclude<ChallengeState, 'OPEN'>, ts: number): boolean
  /** Newest first. */
  list(limit: number): readonly ConfirmationRow[]
}

export interface FlagStore {
  /** As they stand; what makes no sense is handed over all the same. @throws StorageError when they cannot be read */
  rows(): readonly FlagRow[]
  /** The flag and its history together or neither. */
  change(change: FlagChange): void
  /** Oldest first. */
  history(): readonly FlagChange[]
}

/** Everything that the engine keeps in its profile's database. */
/** How far our clock was off, as one source saw it. */
export interface ClockSample {
  /** Wall time, µs. */
  readonly ts: number
  readonly source: string
  readonly offsetUs: number
  readonly uncertaintyUs: number
}

/** Samples of other clocks, kept for a month. */
export interface ClockSampleStore {
  add(sample: ClockSample): void
  /** Oldest first, `[fromTs, toTs)`. */
  between(fromTs: number, toTs: number): readonly ClockSample[]
}

export interface EngineStore {
  /** Stamped at the first start of the profile. */
  readonly instanceId: string
  /** The books as of the last commit: read from the projections, after the journal's tail was applied. */
  state(): EngineState
  /** Whether the last session, before any is begun here, has no end: the engine died. */
  readonly wasCutOff: boolean
  beginSession(session: { readonly runId: RunId; readonly openedTs: number; readonly spec: unknown }): SessionWriter
  readonly commands: CommandQueue
  readonly lease: EngineLease
  readonly bars: BarStore
  readonly equity: EquitySeries
  /** The last fills of all sessions, oldest first. */
  lastFills(count: number): readonly FillRecord[]
  readonly alerts: AlertStore
  readonly approvals: ApprovalStore
  readonly clockSamples: ClockSampleStore
  /** Whether the journal has a command under this id. */
  wasCommanded(id: string): boolean
  /** A small value by name: `sim.market`, `day.equity`. */
  readonly notes: { get(name: string): string | undefined; set(name: string, value: string): void }
  readonly confirmations: ConfirmationStore
  readonly flags: FlagStore
  readonly operators: OperatorStore
  /** What tokens are made with: 32 bytes beside the database, made at first need. Absent for clients, who make none. */
  readonly confirmSecret?: (() => Buffer) | undefined
  /** Watches over the journal; absent where nobody wants it watched. */
  readonly audit?: AuditGuard | undefined
  /** Size on disk, bytes, and pages in the write-ahead log. */
  size(): { readonly bytes: number; readonly walBytes: number }
  close(): void
}
