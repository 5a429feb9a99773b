import { z } from 'zod'
import { CATALOGUE, SCHEMA_VERSION } from './event.ts'
import { count, id, sha256, time } from './fields.ts'

/** JSON Schema (2020-12) of one event type's payload as it stands in JSON. */
export function payloadSchemas(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(CATALOGUE)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([type, schema]) => [type, z.toJSONSchema(schema, { io: 'input' })]),
  )
}

const envelope = z.strictObject({
  seq: count.min(1),
  ts: time,
  type: id,
  schema_version: z.literal(SCHEMA_VERSION),
  run_id: id,
  bot_id: id.optional(),
  trace_id: id,
  cause_seq: count,
  payload: z.unknown(),
  prev_hash: sha256,
  hash: sha256,
})

/** The whole catalogue as one JSON document: the envelope, and the payload of every type. */
export function catalogueSchema(): Record<string, unknown> {
  return {
    $id: 'profinaut:event-catalogue',
    schema_version: SCHEMA_VERSION,
    envelope: z.toJSONSchema(envelope),
    payloads: payloadSchemas(),
  }
}
