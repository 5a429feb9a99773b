import type { OperatorFact, OperatorFactType } from '../../events/operator.ts'
import type { Login } from './operator.ts'

/** What the journal has of an operator, and when. */
export interface OperatorChange {
  readonly ts: number
  readonly type: OperatorFactType
  readonly fact: OperatorFact
}

/** What the journal knows of operators, and beside it what a journal must not hold or does not outlive. */
export interface OperatorStore {
  /** Every change, oldest first: what an access review reads. */
  history(): readonly OperatorChange[]
  login(operatorId: string): Login | undefined
  /**
   * Counts a try before it is judged, so that many at once are not more tries than one after the other. The last of so many
   * in a row locks.
   *
   * @returns false while it is locked: the try is not made
   */
  beginTry(operatorId: string, nowTs: number, terms: { readonly tries: number; readonly lockUs: number }): boolean
  /** Logs in: tries are forgotten, and a log-in from before is over. */
  openLogin(operatorId: string, tokenSha256: string, nowTs: number): void
  /** The log-in was used. */
  touchLogin(operatorId: string, nowTs: number): void
  closeLogin(operatorId: string): void
  /** Forgets failed tries. */
  unlock(operatorId: string): void
  /** What a passphrase is held against, by its digest. */
  verifier(sha256: string): string | undefined
  keepVerifier(sha256: string, verifier: string): void
}
