import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'

/** Where an effective value comes from; later layers win. */
export type Origin =
  | { readonly layer: 'default' }
  /** What a profile without a file begins with. */
  | { readonly layer: 'demo' }
  | { readonly layer: 'file'; readonly file: string; readonly line: number | undefined }
  | { readonly layer: 'environment'; readonly variable: string }
  | { readonly layer: 'flag'; readonly flag: string }

/** `, did you mean 'x'?` where one of the known words is near enough to be meant, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const near = closest(word, [...known])
  return distance(word, near) <= Math.max(2, Math.floor(word.length / 3)) ? `, did you mean '${near}'?` : ''
}

/** `config.toml:12`, the variable or the flag: where to go and change it. */
export function whereIs(origin: Origin): string {
  switch (origin.layer) {
    case 'default':
      return 'built in'
    case 'demo':
      return 'demo'
    case 'file':
      return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`
    case 'environment':
      return origin.variable
    case 'flag':
      return `--${origin.flag}`
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in [brackets]',
  object: 'a table',
  record: 'a table',
}

/** What a value should have been, in words. */
export function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return NOUNS[issue.expected] ?? issue.expected
    case 'invalid_value':
      return `one of ${issue.values.map(shown).join(', ')}`
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${entries(issue.origin)}`
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${entries(issue.origin)}`
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message
  }
}

function entries(origin: string): string {
  return origin === 'array' ? ' entries' : origin === 'string' ? ' characters' : ''
}

/** A value as its writer would know it again. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return JSON.stringify(value)
}
