import { AssertionFailed } from '../src/domain/brand.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { CommandError, type Outcome } from './outcome.ts'

/** Errors of the rooms below carry a code and a hint; this is how each family ends a command. */
const FAMILIES: readonly (readonly [prefix: string, code: ExitCode])[] = [
  ['config.', EXIT.usage],
  ['runs.not-found', EXIT.usage],
  ['runs.ambiguous', EXIT.usage],
  ['runs.terminal', EXIT.denied],
  ['storage.schema-newer', EXIT.usage],
  ['storage.not-ours', EXIT.usage],
  ['storage.other-profile', EXIT.usage],
  ['storage.missing', EXIT.usage],
  ['storage.exists', EXIT.usage],
  ['storage.busy', EXIT.unreachable],
  ['storage.corrupt', EXIT.checkFailed],
  ['storage.chain-broken', EXIT.checkFailed],
  ['storage.projection-differs', EXIT.checkFailed],
  ['journal.', EXIT.checkFailed],
  ['feed.', EXIT.usage],
]

/** Turns whatever a command threw into an outcome: what happened, why, and what to do next. */
export function describeFailure(error: unknown): Outcome {
  if (error instanceof CommandError) {
    return { code: error.code, message: withHint(error.message, error.hint), reasonCodes: [error.reasonCode] }
  }
  if (error instanceof AssertionFailed || !(error instanceof Error)) {
    const message = error instanceof Error ? error.message : String(error)
    return {
      code: EXIT.internal,
      message: `internal error: this should hold and does not: ${message}\nnothing was traded; please report it with the command you ran`,
      reasonCodes: ['ASSERTION_FAILED'],
    }
  }
  const code = field(error, 'code')
  const hint = field(error, 'hint')
  if (error.name === 'DatasetError') {
    return {
      code: EXIT.usage,
      message: withHint(error.message, hint),
      reasonCodes: [code ?? 'DATASET'],
      data: placeOf(error),
    }
  }
  const family = FAMILIES.find(([prefix]) => code?.startsWith(prefix) === true)
  const reasonCode = (code ?? 'INTERNAL').toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  if (family !== undefined)
    return { code: family[1], message: withHint(error.message, hint), reasonCodes: [reasonCode] }
  return { code: EXIT.internal, message: withHint(error.message, hint), reasonCodes: [reasonCode] }
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined || hint === '' ? message : `${message}\n${hint}`
}

function field(error: Error, name: 'code' | 'hint'): string | undefined {
  const value = (error as unknown as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}

function placeOf(error: Error): unknown {
  const { file, line, column, value } = error as unknown as Record<string, unknown>
  return { file: file ?? null, line: line ?? null, column: column ?? null, value: value ?? null }
}
