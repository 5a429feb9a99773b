import type { Approval, ApprovalState } from '../src/runtime/approvals/approval.ts'
import type { ApprovalStore, StandingApproval } from '../src/runtime/approvals/approval-store.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

interface StandingCells {
  readonly id: string
  readonly bot_id: string
  readonly instrument_id: string | null
  readonly notional_max: number
  readonly uses_left: number
  readonly until_ts: number
  readonly actor: string
  readonly reason: string
  readonly created_ts: number
}

/** Approvals of a profile, and words that were given ahead. */
export class ApprovalTable implements ApprovalStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  put(approval: Approval): void {
    const sql = `INSERT INTO approvals (id, state, created_ts, expires_ts, record)
      VALUES (@id, @state, @createdTs, @expiresTs, @record)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record`
    const { id, state, createdTs, expiresTs } = approval
    const cells = { id, state, createdTs, expiresTs, record: JSON.stringify(approval) }
    stored(`write approval ${id}`, () => this.#db.prepare(sql).run(cells))
  }

  get(id: string): Approval | undefined {
    const sql = 'SELECT record FROM approvals WHERE id = ?'
    const record = stored(`read approval ${id}`, () => this.#db.prepare<[string], string>(sql).pluck().get(id))
    return record === undefined ? undefined : approvalOf(record)
  }

  count(): number {
    return stored('count approvals', () => this.#db.prepare('SELECT count(*) FROM approvals').pluck().get()) as number
  }

  list({ limit, state }: { readonly limit: number; readonly state?: ApprovalState | undefined }): readonly Approval[] {
    const sql = 'SELECT record FROM approvals WHERE @state IS NULL OR state = @state ORDER BY no DESC LIMIT @limit'
    const rows = stored('list approvals', () =>
      this.#db
        .prepare(sql)
        .pluck()
        .all({ limit, state: state ?? null }),
    )
    return (rows as string[]).map(approvalOf)
  }

  open(): readonly Approval[] {
    const sql =
      "SELECT record FROM approvals WHERE state IN ('PENDING', 'APPROVED', 'EXECUTING') ORDER BY expires_ts, no"
    return (stored('read open approvals', () => this.#db.prepare(sql).pluck().all()) as string[]).map(approvalOf)
  }

  putStanding(standing: StandingApproval): void {
    const sql = `INSERT INTO standing_approvals
        (id, bot_id, instrument_id, notional_max, uses_left, until_ts, actor, reason, created_ts)
      VALUES (@id, @botId, @instrumentId, @notionalMax, @usesLeft, @untilTs, @actor, @reason, @createdTs)
      ON CONFLICT (id) DO UPDATE SET uses_left = excluded.uses_left, until_ts = excluded.until_ts`
    const cells = { ...standing, instrumentId: standing.instrumentId ?? null }
    stored(`write standing approval ${standing.id}`, () => this.#db.prepare(sql).run(cells))
  }

  standing(): readonly StandingApproval[] {
    const rows = stored('read standing approvals', () =>
      this.#db.prepare('SELECT * FROM standing_approvals ORDER BY no').all(),
    )
    return (rows as StandingCells[]).map((cells) => ({
      id: cells.id,
      botId: cells.bot_id,
      instrumentId: cells.instrument_id ?? undefined,
      notionalMax: cells.notional_max,
      usesLeft: cells.uses_left,
      untilTs: cells.until_ts,
      actor: cells.actor,
      reason: cells.reason,
      createdTs: cells.created_ts,
    }))
  }
}

/** JSON has no undefined: a price that is not there was left out. */
function approvalOf(record: string): Approval {
  const approval = JSON.parse(record) as Approval
  return { ...approval, ground: { ...approval.ground, price: approval.ground.price } }
}
