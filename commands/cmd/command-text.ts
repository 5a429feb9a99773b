import type { CommandRow } from '../../src/runtime/command-catalogue.ts'
import { isoTime } from '../exact-text.ts'

/** A command as JSON shows it. */
export function commandData(row: CommandRow): Readonly<Record<string, unknown>> {
  return {
    command_id: row.id,
    type: row.type,
    status: row.status,
    payload: row.payload,
    actor: row.actor,
    origin: row.origin,
    reason: row.reason,
    issued_at: isoTime(row.issuedTs) ?? null,
    expires_at: isoTime(row.expiresTs) ?? null,
    acknowledged_at: isoTime(row.ackTs) ?? null,
    finished_at: isoTime(row.finishedTs) ?? null,
    result_code: row.resultCode,
    reason_codes: row.reasonCodes,
    message: row.message,
    result: row.result ?? null,
  }
}
