import { EXIT, type ExitCode } from './exit-code.ts'

/** What a command found out: one shape for people, scripts and cron. */
export interface Outcome {
  readonly code: ExitCode
  /** One sentence. */
  readonly message: string
  readonly reasonCodes?: readonly string[]
  /** For `--json`: plain data, decimals as strings. */
  readonly data?: unknown
  /** For people, without a trailing line feed. */
  readonly text?: string
  readonly quality?: 'OK' | 'DEGRADED' | 'UNKNOWN'
  readonly runId?: string
}

/** A command that cannot go on for a reason its user can mend. */
export class CommandError extends Error {
  readonly code: ExitCode
  readonly reasonCode: string
  readonly hint: string
  constructor(code: ExitCode, reasonCode: string, message: string, hint: string) {
    super(message)
    this.code = code
    this.reasonCode = reasonCode
    this.hint = hint
  }
}

/** Version of the JSON envelope's shape. */
export const ENVELOPE_VERSION = 1

/** Where a command's words go, and the time that stamps them. */
export interface Printer {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly asOf: () => string
}

/** Prints an outcome: with `json` one envelope to stdout and the words to stderr, else the words to stdout. */
export function printOutcome(outcome: Outcome, { json, printer }: { json: boolean; printer: Printer }): void {
  const { code, message, reasonCodes = [], data = null, text, quality = 'OK', runId } = outcome
  if (!json) {
    if (text !== undefined && text !== '') printer.out(`${text}\n`)
    if (code !== EXIT.ok) printer.err(`${message}\n`)
    return
  }
  const envelope = {
    ok: code === EXIT.ok,
    code,
    message,
    reason_codes: reasonCodes,
    data,
    quality,
    as_of: printer.asOf(),
    trace_id: null,
    run_id: runId ?? null,
    schema_version: ENVELOPE_VERSION,
  }
  printer.out(`${JSON.stringify(envelope)}\n`)
  if (message !== '') printer.err(`${message}\n`)
}
