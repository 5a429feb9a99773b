import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import type { StrategyDefinition } from './strategy.ts'

/** One parameter of a strategy, in words. */
export interface ParamRow {
  readonly name: string
  /** number, integer, boolean, text, or the choices: `long|both`. */
  readonly type: string
  /** undefined where it must be given, or may be left out: see `isRequired`. */
  readonly default: string | undefined
  readonly isRequired: boolean
  /** `2 to 100000`, `more than 0, at most 1`; empty where anything goes. */
  readonly range: string
  readonly description: string
}

/** What is wrong with one parameter. */
interface ParamProblem {
  readonly name: string
  /** As it was given; undefined where it was not. */
  readonly value: string | undefined
  /** Names the parameter, what was found and what is allowed. */
  readonly message: string
}

export type ParsedParams<Params> =
  | { readonly isValid: true; readonly params: Params }
  | { readonly isValid: false; readonly problems: readonly ParamProblem[] }

/** The part of JSON Schema that a flat parameter needs. */
const Field = z.object({
  type: z.string().optional(),
  enum: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  const: z.union([z.string(), z.number(), z.boolean()]).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
})
type Field = z.output<typeof Field>
const Fields = z.object({
  properties: z.record(z.string(), Field).default({}),
  required: z.array(z.string()).default([]),
})

/** The schema's own description of what goes in: one walk for zod's wrappers, and plugins may use any of them. */
function fieldsOf({ params }: Pick<StrategyDefinition, 'params'>): z.output<typeof Fields> {
  return Fields.parse(z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }))
}

/** The parameters of a strategy, for `--help`, in the order in which they were declared. */
export function describeParams(definition: Pick<StrategyDefinition, 'params'>): readonly ParamRow[] {
  const { properties, required } = fieldsOf(definition)
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: typeOf(field),
    default: field.default === undefined ? undefined : textOf(field.default),
    isRequired: required.includes(name),
    range: rangeOf(field),
    description: field.description ?? '',
  }))
}

/**
 * Parameters from `name=value` pairs: each value becomes what the schema wants, then the schema judges the whole. All that
 * is wrong is told at once.
 */
export function parseParams<Params>(
  definition: Pick<StrategyDefinition<Params>, 'params'>,
  given: Readonly<Record<string, string>>,
): ParsedParams<Params> {
  const { properties } = fieldsOf(definition)
  const names = Object.keys(properties)
  const problems: ParamProblem[] = []
  const values: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(given)) {
    const field = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (field === undefined) {
      problems.push({ name, value: text, message: unknownName(name, names) })
      continue
    }
    const value = coerce(field, text)
    if (value === undefined) problems.push({ name, value: text, message: wrongValue(name, text, field) })
    else values[name] = value
  }
  const judged = definition.params.safeParse(values)
  if (judged.success && problems.length === 0) return { isValid: true, params: judged.data }
  for (const issue of judged.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '')
    // One word per parameter: a text that is no number needs no second opinion, and is not missing.
    if (problems.some((problem) => problem.name === name)) continue
    const field = properties[name]
    const value = given[name]
    const message =
      issue.code === 'custom' || field === undefined
        ? issue.message
        : value === undefined
          ? `${name} is required: ${allowed(field)}`
          : wrongValue(name, value, field)
    problems.push({ name, value, message })
  }
  return { isValid: false, problems }
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/

/** @returns undefined where the text is no value of the field's type */
function coerce(field: Field, text: string): unknown {
  const choices = choicesOf(field)
  if (choices !== undefined) return choices.find((choice) => String(choice) === text)
  switch (field.type) {
    case 'number':
    case 'integer':
      return NUMBER.test(text) ? Number(text) : undefined
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case undefined:
    default:
      return text
  }
}

function choicesOf(field: Field): readonly (string | number | boolean)[] | undefined {
  return field.const === undefined ? field.enum : [field.const]
}

function typeOf(field: Field): string {
  const choices = choicesOf(field)
  if (choices !== undefined) return choices.join('|')
  return field.type === undefined || field.type === 'string' ? 'text' : field.type
}

/** Bounds that only say "a safe integer" say nothing. */
function rangeOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Field): string {
  if (type !== 'number' && type !== 'integer') return ''
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (least !== undefined && most !== undefined) return `${least} to ${most}`
  return [
    exclusiveMinimum === undefined ? undefined : `more than ${exclusiveMinimum}`,
    least === undefined ? undefined : `at least ${least}`,
    exclusiveMaximum === undefined ? undefined : `less than ${exclusiveMaximum}`,
    most === undefined ? undefined : `at most ${most}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}

function allowed(field: Field): string {
  const choices = choicesOf(field)
  if (choices !== undefined) return `one of ${choices.join(', ')}`
  const noun = { integer: 'a whole number', number: 'a number', boolean: 'true or false' }[field.type ?? ''] ?? 'a text'
  const range = rangeOf(field)
  return range === '' ? noun : `${noun}, ${range}`
}

function wrongValue(name: string, text: string, field: Field): string {
  const choices = field.enum?.map(String) ?? []
  const hint = choices.length > 0 ? nearest(text, choices) : undefined
  return `${name} is ${allowed(field)}, was '${text}'${hint === undefined ? '' : `; did you mean '${hint}'?`}`
}

function unknownName(name: string, names: readonly string[]): string {
  if (names.length === 0) return `${name} is no parameter: there are none`
  const hint = nearest(name, names)
  return `${name} is no parameter: ${hint === undefined ? `there are ${names.join(', ')}` : `did you mean ${hint}?`}`
}

/** The name that was probably meant, whatever its case; undefined where none is near. */
function nearest(text: string, names: readonly string[]): string | undefined {
  const lower = new Map(names.map((name) => [name.toLowerCase(), name]))
  const found = closest(text.toLowerCase(), [...lower.keys()])
  const isNear = distance(text.toLowerCase(), found) <= Math.max(2, found.length / 2)
  return isNear ? lower.get(found) : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
