import { z } from 'zod'
import { id, reasonCode, text } from './fields.ts'

/** Command: what an operator asked of the engine, and its one terminal answer. */
export const command = {
  'command.accepted': z.strictObject({ command_id: id, command: id, actor: id, reason: text }),
  'command.completed': z.strictObject({ command_id: id, detail: text }),
  'command.rejected': z.strictObject({ command_id: id, command: id, reason_code: reasonCode, detail: text }),
} as const
