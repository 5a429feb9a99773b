import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import type { Outcome } from '../outcome.ts'
import type { CaseClassifyOptions } from '../reconcile-case.ts'
import { type ChangeOptions, submit } from '../submission.ts'

export function classifyCase({ engine }: CommandDeps, id: string, options: CaseClassifyOptions): Promise<Outcome> {
  const payload = { case_id: id, class: options.class }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'CASE_CLASSIFY', payload }, options))
}

export function repairCase({ engine }: CommandDeps, id: string, options: ChangeOptions): Promise<Outcome> {
  const payload = { case_id: id }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'CASE_REPAIR', payload }, options))
}

export function signCase({ engine }: CommandDeps, id: string, options: ChangeOptions): Promise<Outcome> {
  const payload = { case_id: id }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'CASE_SIGNOFF', payload }, options))
}
