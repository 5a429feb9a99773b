import type { Challenge, ChallengeState } from '../src/runtime/authority/challenge.ts'
import type { ConfirmationRow, ConfirmationStore } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

interface ConfirmationCells {
  readonly id: string
  readonly operation: string
  readonly payload: string
  readonly scope: string
  readonly actor: string
  readonly profile: string
  readonly tier: Challenge['tier']
  readonly phrase: string | null
  readonly reason: string
  readonly flags_hash: string
  readonly issued_ts: number
  readonly expires_ts: number
  readonly state: ChallengeState
  readonly ended_ts: number | null
}

/** Dangerous operations that wait for their confirmation, and what became of them. */
export class ConfirmationTable implements ConfirmationStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  open({ payload, phrase, flagsHash, issuedTs, expiresTs, ...same }: Challenge): void {
    const insert = this.#db.prepare(
      `INSERT INTO confirmations (id, operation, payload, scope, actor, profile, tier, phrase, reason, flags_hash, issued_ts,
         expires_ts)
       VALUES (@id, @operation, @payload, @scope, @actor, @profile, @tier, @phrase, @reason, @flagsHash, @issuedTs,
         @expiresTs)`,
    )
    const cells = { ...same, payload: JSON.stringify(payload), phrase: phrase ?? null, flagsHash, issuedTs, expiresTs }
    stored(`keep challenge ${same.id}`, () => insert.run(cells))
  }

  get(id: string): ConfirmationRow | undefined {
    const sql = 'SELECT * FROM confirmations WHERE id = ?'
    const cells = stored(`read challenge ${id}`, () => this.#db.prepare(sql).get(id))
    return cells === undefined ? undefined : confirmationOf(cells as ConfirmationCells)
  }

  end(id: string, state: Exclude<ChallengeState, 'OPEN'>, ts: number): boolean {
    const update = this.#db.prepare(
      "UPDATE confirmations SET state = @state, ended_ts = @ts WHERE id = @id AND state = 'OPEN'",
    )
    return stored(`end challenge ${id}`, () => update.run({ id, state, ts }).changes === 1)
  }

  list(limit: number): readonly ConfirmationRow[] {
    const rows = this.#db.prepare('SELECT * FROM confirmations ORDER BY no DESC LIMIT ?')
    return (stored('list the challenges', () => rows.all(limit)) as ConfirmationCells[]).map(confirmationOf)
  }
}

function confirmationOf(cells: ConfirmationCells): ConfirmationRow {
  const { id, operation, payload, scope, actor, profile, tier, phrase, reason, state } = cells
  return {
    id,
    operation,
    payload: JSON.parse(payload),
    scope,
    actor,
    profile,
    tier,
    phrase: phrase ?? undefined,
    reason,
    flagsHash: cells.flags_hash,
    issuedTs: cells.issued_ts,
    expiresTs: cells.expires_ts,
    state,
    endedTs: cells.ended_ts ?? undefined,
  }
}
