import { join } from 'node:path'
import { pino } from 'pino'
import { formatTime, type TimeUs } from '../../domain/time.ts'
import { type LogCounters, logCounters } from './log-counters.ts'
import { LogFile, removeOldLogs } from './log-file.ts'
import { LogRing } from './log-ring.ts'
import { maskText, maskValue, showsSecret } from '../../events/mask.ts'

export const LOG_SCHEMA_VERSION = 1
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a line may say besides its message. */
export interface LogDetails {
  readonly traceId?: string | undefined
  readonly reasonCode?: string | undefined
  /** Anything thrown; becomes kind, code, whether trying again may help, and message. */
  readonly error?: unknown
  /** At most 64, of any shape. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
}

/** Writes lines that cannot leak, cannot throw and never wait. `op` names what was being done: `order.place`. */
export interface Log {
  debug(op: string, msg: string, details?: LogDetails): void
  info(op: string, msg: string, details?: LogDetails): void
  warn(op: string, msg: string, details?: LogDetails): void
  error(op: string, msg: string, details?: LogDetails): void
  /** The same log under another part's name. */
  named(logger: string): Log
}

export interface LogOptions {
  readonly folder: string
  /** Names the file too: `engine` writes `engine.jsonl`. */
  readonly service: string
  readonly runId: string
  readonly instanceId: string
  readonly level: LogLevel
  readonly keepDays: number
  readonly now: () => TimeUs
  /** Secrets that the process holds: never written, whatever they look like. Asked for every line. */
  readonly knownSecrets?: () => readonly string[]
  /** Told when a secret got past the masking; the line was dropped. */
  readonly onLeak?: () => void
  readonly fileBytesMax?: number
  readonly bufferBytesMax?: number
}

export interface OpenLog {
  readonly log: Log
  readonly recent: LogRing
  readonly counters: Readonly<LogCounters>
  /** Waits for the disk. */
  readonly close: () => Promise<void>
}

const FIELDS_MAX = 64
const LINE_BYTES_MAX = 8_192

/**
 * Opens the log of a process: JSON lines with the fields of `LogLine`, masked before anyone sees them and looked at once
 * more after. The folder is there already.
 */
export function openLog(options: LogOptions): OpenLog {
  const { folder, service, now } = options
  const counters = logCounters()
  const fileOptions = { ...options, path: join(folder, `${service}.jsonl`), counters }
  const file = new LogFile(fileOptions)
  void removeOldLogs(fileOptions)
  const recent = new LogRing()
  const known = () => options.knownSecrets?.() ?? []
  const writer = pino(
    {
      level: options.level,
      base: {
        schema_version: LOG_SCHEMA_VERSION,
        service,
        run_id: options.runId,
        instance_id: options.instanceId,
      },
      messageKey: 'msg',
      timestamp: () => `,"ts":"${formatTime(now())}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    {
      write(line: string) {
        if (!showsSecret(line, known())) return file.write(line)
        counters.leaked++
        options.onLeak?.()
      },
    },
  )

  const named = (logger: string): Log => {
    const at = (level: LogLevel) => (op: string, msg: string, details?: LogDetails) => {
      if (!writer.isLevelEnabled(level)) return
      try {
        const line = lineOf({ logger, op, msg: maskText(msg, known()), details }, known())
        if (line.isTruncated) counters.truncated++
        const { leaked } = counters
        writer[level](line.record, line.msg)
        if (counters.leaked > leaked) return
        recent.push({ ts: now(), level: level.toUpperCase(), text: maskText(`${logger}: ${line.msg}`, known()) })
      } catch {
        // A log that fails must not take along what it tells of; the loss is counted.
        counters.dropped++
      }
    }
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), named }
  }
  return { log: named(service), recent, counters, close: () => file.close() }
}

interface Line {
  readonly record: Readonly<Record<string, unknown>>
  readonly msg: string
  readonly isTruncated: boolean
}

function lineOf(
  { logger, op, msg, details = {} }: { logger: string; op: string; msg: string; details?: LogDetails | undefined },
  known: readonly string[],
): Line {
  const { traceId, reasonCode, error, fields } = details
  const entries = Object.entries(fields ?? {})
  const head = maskValue({ logger, op, trace_id: traceId, reason_code: reasonCode, error: errorOf(error) }, known)
  const record = {
    ...(head as Record<string, unknown>),
    ...(entries.length === 0 ? {} : { fields: maskValue(Object.fromEntries(entries.slice(0, FIELDS_MAX)), known) }),
  }
  const bytes = Buffer.byteLength(JSON.stringify(record)) + Buffer.byteLength(msg)
  if (bytes <= LINE_BYTES_MAX - 512) return { record, msg, isTruncated: entries.length > FIELDS_MAX }
  // What explains most in the least room stays: who, what, why.
  return {
    record: { ...(head as Record<string, unknown>), fields: { truncated_bytes: bytes } },
    msg,
    isTruncated: true,
  }
}

function errorOf(error: unknown): unknown {
  if (error === undefined) return undefined
  if (!(error instanceof Error)) return { kind: typeof error, code: 'unknown', retryable: false, message: error }
  const { code, retryable } = error as Error & { code?: unknown; retryable?: unknown }
  const cause = error.cause instanceof Error ? error.cause.message : error.cause
  return {
    kind: error.name,
    code: typeof code === 'string' ? code : 'unknown',
    retryable: retryable === true,
    message: error.message,
    cause,
  }
}
