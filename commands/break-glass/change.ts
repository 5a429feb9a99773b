import type { GlassOpenOptions, GlassReviewOptions } from '../break-glass.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import type { Outcome } from '../outcome.ts'
import { type ChangeOptions, submit } from '../submission.ts'

export function openGlass({ engine }: CommandDeps, options: GlassOpenOptions): Promise<Outcome> {
  const { scope, ops, ttl, evidence } = options
  const payload = { scope, ops: [...ops], ttl_s: ttl, evidence }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'BREAK_GLASS_OPEN', payload }, options))
}

export function endGlass(
  { engine }: CommandDeps,
  how: 'approve' | 'close',
  id: string,
  options: ChangeOptions,
): Promise<Outcome> {
  const type = how === 'approve' ? 'BREAK_GLASS_APPROVE' : 'BREAK_GLASS_CLOSE'
  return withEngine(options, engine, (access) => submit(access, engine, { type, payload: { glass_id: id } }, options))
}

export function reviewGlass({ engine }: CommandDeps, id: string, options: GlassReviewOptions): Promise<Outcome> {
  const payload = { glass_id: id, note: options.note }
  return withEngine(options, engine, (access) =>
    submit(access, engine, { type: 'BREAK_GLASS_REVIEW', payload }, options),
  )
}
