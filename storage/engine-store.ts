import { statSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '../src/domain/brand.ts'
import type { RunId } from '../src/domain/ids.ts'
import type { TimeUs } from '../src/domain/time.ts'
import type { EngineState, FillRecord } from '../src/projection/engine-state.ts'
import type { EngineStore, SessionWriter } from '../src/runtime/ports.ts'
import type { ProcessMark } from '../src/runtime/process.ts'
import { AlertTable } from './alert-table.ts'
import { ApprovalTable } from './approval-table.ts'
import { ClockSampleTable } from './clock-sample-table.ts'
import { AuditCheckpoints } from './audit-checkpoints.ts'
import { AuditForks } from './audit-forks.ts'
import { AuditMirror, MIRROR_FOLDER } from './audit-mirror.ts'
import { SqliteAuditGuard } from './audit-guard.ts'
import { BarTable } from './bar-table.ts'
import { CommandTable } from './command-table.ts'
import { ConfirmationTable } from './confirmation-table.ts'
import { type Database, openDatabase } from './database.ts'
import { EquityTable } from './equity-table.ts'
import { stored } from './fault.ts'
import { FlagTable } from './flag-table.ts'
import { LeaseTable } from './lease-table.ts'
import { NoteTable } from './note-table.ts'
import { OperatorTable } from './operator-table.ts'
import { profileKey } from './profile-key.ts'
import { refuseOtherProfile, stampProfile } from './profile-stamp.ts'
import { engineBooks } from './projections/engine-books.ts'
import { fills } from './queries/fills.ts'
import { SqliteSessionWriter } from './session-writer.ts'

export interface StoreOptions {
  /** Name of the profile whose database this is, or becomes. */
  readonly profile: string
  /** UUIDv7, made anew for each opening: the first one names the profile for good, each names the holder of a lease. */
  readonly instanceId: string
  readonly nowTs: number
  /** `full` survives a loss of power after every commit; `normal` may lose the last ones, and never the order. */
  readonly durability: 'full' | 'normal'
  /** Command types that are looked at before all others. */
  readonly urgent: ReadonlySet<string>
  readonly isAlive: (mark: ProcessMark) => boolean
  /** `run/` of the profile, where the engine keeps what it signs with; undefined for clients, who sign nothing. */
  readonly auditFolder?: string | undefined
}

/**
 * Opens a profile's database as the store of its engine, or of a client that hands in commands and reads.
 *
 * @throws StorageError `storage.other-profile` before anything is written, and as {@link openDatabase} does
 */
export function openEngineStore(path: string, options: StoreOptions): SqliteEngineStore {
  const { profile, instanceId, durability } = options
  const nowTs = options.nowTs as TimeUs
  const db = openDatabase(path, { nowTs, durability, admit: (opened) => refuseOtherProfile(opened, path, profile) })
  try {
    const stamped = stampProfile(db, { path, profile, instanceId, nowTs })
    return new SqliteEngineStore(db, stamped, options)
  } catch (error) {
    db.close()
    throw error
  }
}

/** Everything that an engine keeps, in one database. */
export class SqliteEngineStore implements EngineStore {
  /** For queries and upkeep. */
  readonly db: Database
  readonly instanceId: string
  readonly commands: CommandTable
  readonly lease: LeaseTable
  readonly bars: BarTable
  readonly equity: EquityTable
  readonly alerts: AlertTable
  readonly approvals: ApprovalTable
  readonly clockSamples: ClockSampleTable
  readonly notes: NoteTable
  readonly confirmations: ConfirmationTable
  readonly flags: FlagTable
  readonly operators: OperatorTable
  readonly confirmSecret: (() => Buffer) | undefined
  readonly audit: SqliteAuditGuard | undefined
  readonly wasCutOff: boolean
  #session: SqliteSessionWriter | undefined

  constructor(db: Database, profileId: string, { urgent, instanceId, isAlive, auditFolder }: StoreOptions) {
    this.db = db
    this.instanceId = profileId
    this.commands = new CommandTable(db, { urgent, takes: () => this.#session !== undefined })
    this.lease = new LeaseTable(db, { instanceId, isAlive })
    this.bars = new BarTable(db)
    this.equity = new EquityTable(db)
    this.alerts = new AlertTable(db)
    this.approvals = new ApprovalTable(db)
    this.clockSamples = new ClockSampleTable(db)
    this.notes = new NoteTable(db)
    this.confirmations = new ConfirmationTable(db)
    this.flags = new FlagTable(db)
    this.operators = new OperatorTable(db)
    this.confirmSecret = auditFolder === undefined ? undefined : () => profileKey(join(auditFolder, 'confirm.key'))
    this.audit = auditFolder === undefined ? undefined : auditGuard(db, auditFolder)
    const last = db.prepare('SELECT ended_ts IS NULL FROM sessions ORDER BY run_no DESC LIMIT 1')
    this.wasCutOff = stored('read the last session', () => last.pluck().get()) === 1
  }

  state(): EngineState {
    return engineBooks(this.db)
  }

  beginSession(session: { readonly runId: RunId; readonly openedTs: number; readonly spec: unknown }): SessionWriter {
    assert(this.#session?.isDirty !== true, 'a session begins when all of the one before it is kept')
    const { commands, lease } = this
    this.#session = new SqliteSessionWriter(this.db, {
      ...session,
      books: this.state(),
      commands,
      lease,
      alongside: () => this.bars.flush(),
    })
    return this.#session
  }

  wasCommanded(id: string): boolean {
    const sql =
      "SELECT 1 FROM events WHERE type = 'command.accepted' AND json_extract(payload, '$.command_id') = ? LIMIT 1"
    return stored(`look for command ${id}`, () => this.db.prepare(sql).get(id)) !== undefined
  }

  lastFills(count: number): readonly FillRecord[] {
    return fills(this.db, { limit: count }).toReversed()
  }

  size(): { readonly bytes: number; readonly walBytes: number } {
    const bytesOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    return { bytes: bytesOf(this.db.name), walBytes: bytesOf(`${this.db.name}-wal`) }
  }

  /** Keeps what still waits beside the journal, and lets go. Events that were not committed are gone: nobody acted on them. */
  close(): void {
    if (!this.db.open) return
    try {
      stored('keep the last bars', () => this.db.transaction(() => this.bars.flush()).immediate())
    } finally {
      this.db.close()
    }
  }
}

function auditGuard(db: Database, folder: string): SqliteAuditGuard {
  const checkpoints = new AuditCheckpoints(folder)
  const mirror = new AuditMirror(db, { folder: join(folder, MIRROR_FOLDER), checkpoints })
  return new SqliteAuditGuard(db, { checkpoints, mirror, forks: new AuditForks(folder).bySession() })
}
