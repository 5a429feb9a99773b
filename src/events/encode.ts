import type { z } from 'zod'
import { assert } from '../domain/brand.ts'
import { CATALOGUE, type EventType, type KernelEvent, SCHEMA_VERSION } from './event.ts'

/**
 * Canonical bytes of an event: JSON with keys in code-unit order, no white space, numbers in their shortest form, absent
 * fields left out. The same fact is the same text on every machine (RFC 8785 restricted to what the catalogue uses).
 * Encoders are compiled once from the schemas and check while they write: what they let through can be read back.
 */
type Encoder = (value: unknown) => string

function refuse(path: string, expected: string, found: unknown): never {
  const shown = typeof found === 'bigint' ? `${found}n` : (JSON.stringify(found) ?? String(found))
  assert(false, `${path} is ${expected}, was ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`)
}

interface Bounds {
  readonly least: number
  readonly most: number
  readonly pattern: RegExp | undefined
}

/** The checks of a schema as bounds of its size or value. A check that is not known here is a mistake in the catalogue. */
function boundsOf(schema: z.core.$ZodType, path: string): Bounds & { readonly above: number } {
  const bounds = {
    least: Number.NEGATIVE_INFINITY,
    most: Number.POSITIVE_INFINITY,
    above: Number.NEGATIVE_INFINITY,
    pattern: undefined as RegExp | undefined,
  }
  for (const { _zod } of schema._zod.def.checks ?? []) {
    const def = _zod.def as { check: string; minimum: number; maximum: number; value: number; inclusive: boolean } & {
      pattern?: RegExp
    }
    if (def.check === 'min_length') bounds.least = def.minimum
    else if (def.check === 'max_length') bounds.most = def.maximum
    else if (def.check === 'string_format' && def.pattern !== undefined) bounds.pattern = def.pattern
    else if (def.check === 'greater_than' && def.inclusive) bounds.least = def.value
    else if (def.check === 'greater_than') bounds.above = def.value
    else if (def.check === 'less_than' && def.inclusive) bounds.most = def.value
    else refuse(path, 'checked in a way that the encoder knows', def.check)
  }
  return bounds
}

function textEncoder(schema: z.core.$ZodType, path: string): Encoder {
  const { least, most, pattern } = boundsOf(schema, path)
  return (value) => {
    if (typeof value !== 'string') return refuse(path, 'text', value)
    if (value.length < least || value.length > most) refuse(path, `${Math.max(0, least)} to ${most} characters`, value)
    if (pattern !== undefined && !pattern.test(value)) refuse(path, `text like ${pattern.source}`, value)
    return JSON.stringify(value)
  }
}

function choiceEncoder(values: readonly unknown[], path: string): Encoder {
  const texts = new Map(values.map((value) => [value, JSON.stringify(value)]))
  return (value) => texts.get(value) ?? refuse(path, `one of ${[...texts.values()].join(', ')}`, value)
}

function numberEncoder(schema: z.core.$ZodType, path: string): Encoder {
  const { least, most, above } = boundsOf(schema, path)
  const isWhole = (schema._zod.def as { format?: string }).format === 'safeint'
  return (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return refuse(path, 'a finite number', value)
    if (isWhole && !Number.isSafeInteger(value)) refuse(path, 'a safe whole number', value)
    if (value < least || value > most || value <= above) refuse(path, `${Math.max(least, above)} to ${most}`, value)
    return value === 0 ? '0' : `${value}`
  }
}

/** Payloads stand in memory with money as bigints, or as JSON has them, with money as its digits. */
type Form = 'memory' | 'json'

const DIGITS = /^(0|-?[1-9]\d*)$/

function quantaEncoder(path: string, form: Form): Encoder {
  if (form === 'memory') return (value) => (typeof value === 'bigint' ? `"${value}"` : refuse(path, 'a bigint', value))
  return (value) => (typeof value === 'string' && DIGITS.test(value) ? `"${value}"` : refuse(path, 'digits', value))
}

function scalarEncoder(path: string): Encoder {
  return (value) => {
    if (typeof value === 'string') return JSON.stringify(value)
    if (typeof value === 'boolean') return value ? 'true' : 'false'
    if (typeof value !== 'number' || !Number.isFinite(value))
      return refuse(path, 'text, a finite number or a truth', value)
    return value === 0 ? '0' : `${value}`
  }
}

/**
 * Names that JSON would have to escape are refused: V8 14.6 can read an escaped name as another one, once a name made of a
 * backslash has been seen (github.com/nodejs/node/issues/63785, read 2026-11-22). So is the name that objects treat apart.
 */
function recordEncoder(encodeValue: Encoder, path: string): Encoder {
  return (value) => {
    if (typeof value !== 'object' || value === null) return refuse(path, 'named values', value)
    const record = value as Record<string, unknown>
    let out = '{'
    for (const key of Object.keys(record).sort()) {
      const name = JSON.stringify(key)
      if (name.length !== key.length + 2 || key === '__proto__') refuse(path, 'under plain names', key)
      const field = `${name}:${encodeValue(record[key])}`
      out += out.length === 1 ? field : `,${field}`
    }
    return `${out}}`
  }
}

function objectEncoder(shape: Record<string, z.core.$ZodType>, path: string, form: Form): Encoder {
  const fields = Object.keys(shape)
    .sort()
    .map((key) => {
      const schema = shape[key] as z.core.$ZodType
      const encode = encoderOf(schema, `${path}.${key}`, form)
      return { key, label: `${JSON.stringify(key)}:`, encode, isOptional: schema._zod.def.type === 'optional' }
    })
  return (value) => {
    if (typeof value !== 'object' || value === null) return refuse(path, 'an object', value)
    const object = value as Record<string, unknown>
    let out = '{'
    for (const { key, label, encode, isOptional } of fields) {
      const field = object[key]
      if (field === undefined && isOptional) continue
      out += out.length === 1 ? label + encode(field) : `,${label}${encode(field)}`
    }
    return `${out}}`
  }
}

function arrayEncoder(schema: z.core.$ZodType, encodeItem: Encoder, path: string): Encoder {
  const { least, most } = boundsOf(schema, path)
  return (value) => {
    if (!Array.isArray(value)) return refuse(path, 'a list', value)
    if (value.length < least || value.length > most) refuse(path, `${Math.max(0, least)} to ${most} items`, value)
    let out = '['
    for (const item of value) out += out.length === 1 ? encodeItem(item) : `,${encodeItem(item)}`
    return `${out}]`
  }
}

function encoderOf(schema: z.core.$ZodType, path: string, form: Form): Encoder {
  const { def } = schema._zod
  switch (def.type as string) {
    case 'optional':
      return encoderOf((def as z.core.$ZodOptionalDef).innerType, path, form)
    case 'string':
      return textEncoder(schema, path)
    case 'enum':
      return choiceEncoder(Object.values((def as z.core.$ZodEnumDef).entries), path)
    case 'literal':
      return choiceEncoder((def as z.core.$ZodLiteralDef<z.core.util.Literal>).values, path)
    case 'boolean':
      return choiceEncoder([false, true], path)
    case 'number':
      return numberEncoder(schema, path)
    case 'pipe': // the codec of money: a bigint inside, its digits outside
      return quantaEncoder(path, form)
    case 'union':
      return scalarEncoder(path)
    case 'array':
      return arrayEncoder(schema, encoderOf((def as z.core.$ZodArrayDef).element, `${path}[]`, form), path)
    case 'record':
      return recordEncoder(encoderOf((def as z.core.$ZodRecordDef).valueType, `${path}.*`, form), path)
    case 'object':
      return objectEncoder((def as z.core.$ZodObjectDef).shape, path, form)
    default:
      return refuse(path, 'of a type with an encoder', def.type)
  }
}

function encoders(form: Form): ReadonlyMap<string, Encoder> {
  return new Map(Object.entries(CATALOGUE).map(([type, schema]) => [type, encoderOf(schema, type, form)]))
}

const FROM_MEMORY = encoders('memory')
const FROM_JSON = encoders('json')

/** The payload's canonical JSON. Asserts that it is what its schema says. */
export function encodePayload(type: EventType, payload: unknown): string {
  const encode = FROM_MEMORY.get(type)
  assert(encode !== undefined, `an event type is in the catalogue, found '${type}'`)
  return encode(payload)
}

/** {@link encodePayload} for a payload as `JSON.parse` gives it. What the schema does not name is left out. */
export function encodeJsonPayload(type: EventType, payload: unknown): string {
  const encode = FROM_JSON.get(type)
  assert(encode !== undefined, `an event type is in the catalogue, found '${type}'`)
  return encode(payload)
}

/** What stands before the payload in an event's canonical text, from the opening brace to a comma. */
export function encodeHead(botId: string | undefined, causeSeq: number): string {
  return botId === undefined
    ? `{"cause_seq":${causeSeq},`
    : `{"bot_id":${JSON.stringify(botId)},"cause_seq":${causeSeq},`
}

/** What stands after the payload in an event's canonical text, to the closing brace. */
export function encodeTail({ seq, ts, trace, type }: Pick<KernelEvent, 'seq' | 'ts' | 'trace' | 'type'>): string {
  return `"schema_version":${SCHEMA_VERSION},"seq":${seq},"trace_id":"t${trace}","ts":${ts},"type":"${type}"}`
}

/** What the hash chain covers: the envelope without the run's name and without the hashes themselves. */
export function canonicalBody(event: KernelEvent): string {
  const payload = encodePayload(event.type, event.payload)
  return `${encodeHead(event.botId, event.causeSeq)}"payload":${payload},${encodeTail(event)}`
}
