import type { Role } from '../../src/runtime/authority/roles.ts'
import { verifierOf } from '../../src/runtime/authority/verifier.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import type { OperatorAddOptions } from '../operator.ts'
import type { Outcome } from '../outcome.ts'
import { newPassphrase, requireHidden } from '../secret/passphrase.ts'
import { type ChangeOptions, submit, type Wish } from '../submission.ts'

/** The verifier is laid beside the journal first; one that no operator comes to name is nobody's, and does nothing. */
export function addOperator({ engine }: CommandDeps, id: string, options: OperatorAddOptions): Promise<Outcome> {
  const { role, kind, osUser, passphrase, passphraseFd, book, expires } = options
  return withEngine(options, engine, async (access) => {
    let digest: string | undefined
    if (passphrase || passphraseFd !== undefined) {
      const typed = await newPassphrase(requireHidden(engine), passphraseFd)
      const { verifier, sha256 } = verifierOf(typed)
      typed.fill(0)
      access.store.operators.keepVerifier(sha256, verifier)
      digest = sha256
    }
    const payload = {
      operator_id: id,
      kind,
      role,
      ...(osUser === undefined ? {} : { os_user: osUser }),
      ...(digest === undefined ? {} : { verifier_sha256: digest }),
      ...(book === undefined ? {} : { books: [...book] }),
      ...(expires === undefined ? {} : { expires_ts: engine.now() + expires }),
    }
    return submit(access, engine, { type: 'OPERATOR_SET', payload }, options)
  })
}

export function setRole(
  deps: CommandDeps,
  { id, role }: { readonly id: string; readonly role: Role },
  options: ChangeOptions,
): Promise<Outcome> {
  return change(deps, { type: 'OPERATOR_ROLE', payload: { operator_id: id, role } }, options)
}

export function setBooks(
  deps: CommandDeps,
  { id, books }: { readonly id: string; readonly books: readonly string[] },
  options: ChangeOptions,
): Promise<Outcome> {
  return change(deps, { type: 'OPERATOR_BOOKS', payload: { operator_id: id, books: [...books] } }, options)
}

export function setDuty(
  deps: CommandDeps,
  { id, seconds }: { readonly id: string; readonly seconds: number },
  options: ChangeOptions,
): Promise<Outcome> {
  return change(deps, { type: 'OPERATOR_DUTY', payload: { operator_id: id, seconds } }, options)
}

export function revoke(deps: CommandDeps, id: string, options: ChangeOptions): Promise<Outcome> {
  return change(deps, { type: 'OPERATOR_REVOKE', payload: { operator_id: id } }, options)
}

export function unlock(deps: CommandDeps, id: string, options: ChangeOptions): Promise<Outcome> {
  return change(deps, { type: 'OPERATOR_UNLOCK', payload: { operator_id: id } }, options)
}

type OperatorCommand = 'OPERATOR_ROLE' | 'OPERATOR_BOOKS' | 'OPERATOR_DUTY' | 'OPERATOR_REVOKE' | 'OPERATOR_UNLOCK'

function change<T extends OperatorCommand>(
  { engine }: CommandDeps,
  wish: Wish<T>,
  options: ChangeOptions,
): Promise<Outcome> {
  return withEngine(options, engine, (access) => submit(access, engine, wish, options))
}
