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
  /** Something that must not be missed and is no part of the result: goes to stderr. */
  readonly note?: string | undefined
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
  /** Whether `out` is a terminal: a person reads tables, a program reads tab-separated values. */
  readonly isTerminal?: boolean | undefined
}

/** Prints an outcome: with `json` one envelope to stdout and the words to stderr, else the words to stdout. */
export function printOutcome(outcome: Outcome, { json, printer }: { json: boolean; printer: Printer }): void {
  const { code, message, text, note = '' } = outcome
  if (note !== '') printer.err(`${note}\n`)
  if (json) {
    printer.out(`${JSON.stringify(envelope(outcome, printer.asOf()))}\n`)
    if (message !== '') printer.err(`${message}\n`)
    return
  }
  if (text !== undefined && text !== '') printer.out(`${text}\n`)
  if (code !== EXIT.ok) printer.err(`${message}\n`)
}

/** The one shape that programs read (conventions C2). */
export function envelope(outcome: Outcome, asOf: string): Readonly<Record<string, unknown>> {
  const { code, message, reasonCodes = [], data = null, quality = 'OK', runId } = outcome
  return {
    ok: code === EXIT.ok,
    code,
    message,
    reason_codes: reasonCodes,
    data,
    quality,
    as_of: asOf,
    trace_id: null,
    run_id: runId ?? null,
    schema_version: ENVELOPE_VERSION,
  }
}
