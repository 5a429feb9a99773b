import { maskText } from '../../src/events/mask.ts'
import type { HostEnd } from '../../src/runtime/engine/engine-host.ts'

/**
 * What is said of an engine that failed, without secrets: it goes to a terminal, or to the log of whatever keeps the engine
 * going, where nobody masks it any more.
 */
export function lastWords({ error, report }: Extract<HostEnd, { ok: false }>): {
  readonly message: string
  readonly reasonCode: string
} {
  const { code, hint } = error as { readonly code?: string; readonly hint?: string }
  const where = report === undefined ? '' : ` (report: ${report})`
  return {
    message: `the engine failed: ${maskText(error.message)}${where}${hint === undefined ? '' : `\n${maskText(hint)}`}`,
    reasonCode: maskText(code ?? 'ENGINE_FAILED'),
  }
}
