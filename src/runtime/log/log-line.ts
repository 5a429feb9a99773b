import { z } from 'zod'

/** One line of a log file; what is more is not ours. */
export const LogLine = z.strictObject({
  schema_version: z.literal(1),
  /** RFC 3339, UTC. */
  ts: z.iso.datetime(),
  level: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
  msg: z.string(),
  /** The part that wrote it. */
  logger: z.string().min(1),
  service: z.string().min(1),
  /** What was being done. */
  op: z.string().min(1),
  run_id: z.string().min(1),
  instance_id: z.string().min(1),
  trace_id: z.string().optional(),
  reason_code: z.string().optional(),
  error: z
    .strictObject({
      kind: z.string(),
      code: z.string(),
      retryable: z.boolean(),
      message: z.unknown().optional(),
      cause: z.unknown().optional(),
    })
    .optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
})
export type LogLine = z.infer<typeof LogLine>
