import { OPERATOR_FACT_TYPES, OperatorFact, type OperatorFactType } from '../src/events/operator.ts'
import type { Login } from '../src/runtime/authority/operator.ts'
import type { OperatorChange, OperatorStore } from '../src/runtime/authority/operator-store.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

interface LoginCells {
  readonly operator_id: string
  readonly token_sha256: string | null
  readonly opened_ts: number
  readonly used_ts: number
  readonly failures: number
  readonly locked_until_ts: number | null
}

// As the index says it: the planner takes it only for the same words.
const TYPES = OPERATOR_FACT_TYPES.map((type) => `'${type}'`).join(', ')

/** Operators as the journal tells of them, and what must not stand in it. */
export class OperatorTable implements OperatorStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  history(): readonly OperatorChange[] {
    const sql = `SELECT ts, type, payload FROM main.events INDEXED BY events_of_operators WHERE type IN (${TYPES}) ORDER BY position`
    return stored('read the operators', () => {
      const rows = this.#db.prepare<[], { ts: number; type: OperatorFactType; payload: string }>(sql).all()
      return rows.map(({ ts, type, payload }) => ({ ts, type, fact: OperatorFact.parse(JSON.parse(payload)) }))
    })
  }

  login(operatorId: string): Login | undefined {
    const sql = 'SELECT * FROM logins WHERE operator_id = ?'
    const row = stored('read a log-in', () => this.#db.prepare<[string], LoginCells>(sql).get(operatorId))
    return row === undefined
      ? undefined
      : {
          operatorId: row.operator_id,
          tokenSha256: row.token_sha256 ?? undefined,
          openedTs: row.opened_ts,
          usedTs: row.used_ts,
          failures: row.failures,
          lockedUntilTs: row.locked_until_ts ?? undefined,
        }
  }

  beginTry(
    operatorId: string,
    nowTs: number,
    { tries, lockUs }: { readonly tries: number; readonly lockUs: number },
  ): boolean {
    const begin = this.#db.transaction(() => {
      const login = this.login(operatorId)
      if (login?.lockedUntilTs !== undefined && nowTs < login.lockedUntilTs) return false
      // A lock that is over leaves a clean slate.
      const failures = login?.lockedUntilTs === undefined ? (login?.failures ?? 0) + 1 : 1
      this.#db
        .prepare(
          `INSERT INTO logins (operator_id, failures, locked_until_ts) VALUES (@operatorId, @failures, @until)
           ON CONFLICT (operator_id) DO UPDATE SET failures = excluded.failures, locked_until_ts = excluded.locked_until_ts`,
        )
        .run({ operatorId, failures, until: failures >= tries ? nowTs + lockUs : null })
      return true
    })
    return stored('count a log-in', () => begin.immediate())
  }

  openLogin(operatorId: string, tokenSha256: string, nowTs: number): void {
    const sql = `INSERT INTO logins (operator_id, token_sha256, opened_ts, used_ts) VALUES (@operatorId, @tokenSha256, @nowTs, @nowTs)
      ON CONFLICT (operator_id) DO UPDATE SET token_sha256 = excluded.token_sha256, opened_ts = excluded.opened_ts,
        used_ts = excluded.used_ts, failures = 0, locked_until_ts = NULL`
    stored('log in', () => this.#db.prepare(sql).run({ operatorId, tokenSha256, nowTs }))
  }

  touchLogin(operatorId: string, nowTs: number): void {
    const sql = 'UPDATE logins SET used_ts = max(used_ts, ?) WHERE operator_id = ? AND token_sha256 IS NOT NULL'
    stored('use a log-in', () => this.#db.prepare(sql).run(nowTs, operatorId))
  }

  closeLogin(operatorId: string): void {
    const sql = 'UPDATE logins SET token_sha256 = NULL WHERE operator_id = ?'
    stored('log out', () => this.#db.prepare(sql).run(operatorId))
  }

  unlock(operatorId: string): void {
    const sql = 'UPDATE logins SET failures = 0, locked_until_ts = NULL WHERE operator_id = ?'
    stored('unlock an operator', () => this.#db.prepare(sql).run(operatorId))
  }

  verifier(sha256: string): string | undefined {
    const sql = 'SELECT verifier FROM passphrases WHERE sha256 = ?'
    return stored('read a verifier', () => this.#db.prepare<[string], string>(sql).pluck().get(sha256))
  }

  keepVerifier(sha256: string, verifier: string): void {
    const sql = 'INSERT INTO passphrases (sha256, verifier) VALUES (?, ?) ON CONFLICT DO NOTHING'
    stored('keep a verifier', () => this.#db.prepare(sql).run(sha256, verifier))
  }
}
