import type { z } from 'zod'
import { assert } from '../domain/brand.ts'
import { CATALOGUE, type EventType, type KernelEvent, SCHEMA_VERSION } from './event.ts'

/**
 * Canonical bytes of an event: JSON with keys in code-unit order, no white space, numbers in their shortest form, absent
 * fields left out. The same fact is the same text on every machine (RFC 8785 restricted to what the catalogue uses).
 * Encoders are compiled once from the schemas, so nothing that the catalogue does not name can slip into a hash.
 */
type Encoder = (value: unknown) => string

const encodeText: Encoder = (value) => JSON.stringify(value)

const encodeNumber: Encoder = (value) => {
  if (!Number.isFinite(value)) assert(false, `an event holds finite numbers, found ${String(value)}`)
  return Object.is(value, -0) ? '0' : `${value as number}`
}

const encodeScalar: Encoder = (value) => {
  if (typeof value === 'number') return encodeNumber(value)
  if (typeof value === 'bigint') return `"${value}"`
  return JSON.stringify(value)
}

function encodeRecord(encodeValue: Encoder): Encoder {
  return (value) => {
    const record = value as Record<string, unknown>
    const keys = Object.keys(record).sort()
    return `{${keys.map((key) => `${JSON.stringify(key)}:${encodeValue(record[key])}`).join(',')}}`
  }
}

function encodeObject(shape: Record<string, z.core.$ZodType>): Encoder {
  const fields = Object.keys(shape)
    .sort()
    .map((key) => ({ key, label: `${JSON.stringify(key)}:`, encode: encoderOf(shape[key] as z.core.$ZodType) }))
  return (value) => {
    const object = value as Record<string, unknown>
    let out = '{'
    for (const { key, label, encode } of fields) {
      const field = object[key]
      if (field === undefined) continue
      out += out.length === 1 ? label + encode(field) : `,${label}${encode(field)}`
    }
    return `${out}}`
  }
}

function encodeArray(encodeItem: Encoder): Encoder {
  return (value) => {
    let out = '['
    for (const item of value as readonly unknown[]) out += out.length === 1 ? encodeItem(item) : `,${encodeItem(item)}`
    return `${out}]`
  }
}

function encoderOf(schema: z.core.$ZodType): Encoder {
  const { def } = schema._zod
  switch (def.type) {
    case 'optional':
      return encoderOf((def as z.core.$ZodOptionalDef).innerType)
    case 'string':
    case 'enum':
    case 'literal':
    case 'boolean':
      return encodeText
    case 'number':
    case 'int':
      return encodeNumber
    case 'pipe': // the codec of money: a bigint inside, its digits outside
    case 'union':
      return encodeScalar
    case 'array':
      return encodeArray(encoderOf((def as z.core.$ZodArrayDef).element))
    case 'record':
      return encodeRecord(encoderOf((def as z.core.$ZodRecordDef).valueType))
    case 'object':
      return encodeObject((def as z.core.$ZodObjectDef).shape)
    default:
      return assert(false, `the catalogue uses field types with an encoder, found ${def.type}`) as never
  }
}

const ENCODERS = new Map<string, Encoder>(Object.entries(CATALOGUE).map(([type, schema]) => [type, encoderOf(schema)]))

export function encodePayload(type: EventType, payload: unknown): string {
  const encode = ENCODERS.get(type)
  assert(encode !== undefined, `an event type is in the catalogue, found '${type}'`)
  return encode(payload)
}

/** What the hash chain covers: the envelope without the run's name and without the hashes themselves. */
export function canonicalBody(event: KernelEvent): string {
  const bot = event.botId === undefined ? '' : `"bot_id":${JSON.stringify(event.botId)},`
  const payload = encodePayload(event.type, event.payload)
  return `{${bot}"cause_seq":${event.causeSeq},"payload":${payload},"schema_version":${SCHEMA_VERSION},"seq":${event.seq},"trace_id":"t${event.trace}","ts":${event.ts},"type":"${event.type}"}`
}
