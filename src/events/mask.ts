/** Stands where a secret stood. */
export const MASK = '***'

const DEPTH_MAX = 8
const KEYS_MAX = 2_000
/** A text is looked at this far, and the rest is cut off: what was not looked at is not shown. */
const LOOKED_AT_MAX = 16_384
const TEXT_MAX = 2_048

const SECRET_WORDS = [
  'token',
  'secret',
  'password',
  'passphrase',
  'api[\\s_-]?key',
  'authorization',
  'cookie',
  'signature',
  'nonce',
  'private[\\s_-]?key',
  'listen[\\s_-]?key',
].join('|')
const SECRET_NAME = new RegExp(SECRET_WORDS, 'i')
/** Looks ahead from behind a separator: what is masked already is not masked again. */
const NOT_MASKED = '(?!\\s{0,8}\\\\*["\']?\\*\\*\\*)'
/** A name and what stands between it and its value, quoted or not, inside JSON inside JSON too. */
const ASSIGNED = `(?:${SECRET_WORDS})[\\w.-]{0,40}\\\\*["']?\\s{0,8}[=:]${NOT_MASKED}\\s{0,8}`
/** Headers whose whole line is secret, unless their value stands in quotes and ends there. */
const HEADER = `(?:authorization|cookie)\\s{0,8}:${NOT_MASKED}(?!\\s{0,8}\\\\*["'])\\s{0,8}`

/** A shape of text that is a secret, with what is kept of it. */
const SHAPES: readonly { readonly shape: RegExp; readonly kept: string }[] = [
  // PEM, to its end or, where that was cut off, to the end of the text.
  { shape: /-----BEGIN [A-Z0-9 ]{1,40}-----[^]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g, kept: MASK },
  // Schemes of the Authorization header (RFC 6750, RFC 7617).
  { shape: /\b(Bearer|Basic)\s{1,8}(?!\*\*\*)[\w.~+/=-]{8,}/gi, kept: `$1 ${MASK}` },
  // JSON web tokens (RFC 7519): base64url of an object begins with eyJ.
  { shape: /eyJ[\w-]{4,1000}\.[\w-]+(?:\.[\w-]*)?/g, kept: MASK },
  // Passwords in addresses: scheme://user:password@host.
  { shape: /(\w:\/\/[^\s:/@]{0,100}):(?!\*\*\*@)[^\s/@]{1,200}@/g, kept: `$1:${MASK}@` },
  // A header's value ends with its line: cookies and schemes have blanks in them.
  { shape: new RegExp(`(${HEADER})[^\\s"\\\\][^\\r\\n"\\\\]*`, 'gi'), kept: `$1${MASK}` },
  // name=value, name: value, "name":"value", also with escaped quotes.
  {
    shape: new RegExp(
      `(${ASSIGNED})(?:(\\\\*")(?:[^"\\\\]|\\\\+[^"\\\\])*(?:\\\\*"|$)|(')[^']*(?:'|$)|[^\\s&;,"'}\\])]+)`,
      'gi',
    ),
    kept: `$1$2$3${MASK}$2$3`,
  },
]

/** No shape of a secret is without one of these: most texts are looked at once and are as they were. */
const MAY_HOLD = /[:=]|-----|eyJ|bearer|basic/i

/** Masks what looks like a secret in a text, and every known one. Long texts are cut. */
export function maskText(text: string, known: readonly string[] = []): string {
  if (known.length === 0 && text.length <= TEXT_MAX && !MAY_HOLD.test(text)) return text
  let masked = text.length > LOOKED_AT_MAX ? text.slice(0, LOOKED_AT_MAX) : text
  for (const secret of known) if (secret.length >= 4) masked = masked.replaceAll(secret, MASK)
  for (const { shape, kept } of SHAPES) masked = masked.replace(shape, kept)
  return masked.length > TEXT_MAX ? `${masked.slice(0, TEXT_MAX)}…` : masked
}

/** Whether a line that was masked still shows a secret: a JSON text is looked at value by value, any other as it stands. */
export function showsSecret(line: string, known: readonly string[] = []): boolean {
  if (known.some((secret) => secret.length >= 4 && line.includes(secret))) return true
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = line
  }
  return holdsSecret(value)
}

function holdsSecret(value: unknown): boolean {
  if (typeof value === 'string') return SHAPES.some(({ shape }) => value.search(shape) >= 0)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsSecret)
  return Object.entries(value).some(
    ([name, inner]) => holdsSecret(name) || (isSecretName(name) ? inner !== MASK : holdsSecret(inner)),
  )
}

/** A text as it may be kept under a name: nothing of it where the name means a secret. What is no text is as it was. */
export function maskNamed(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  return isSecretName(name) ? MASK : maskText(value)
}

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/**
 * A copy of any value as plain JSON without secrets: to depth 8 and 2 000 keys, what lies beyond is named and left out.
 * It never throws: what cannot be read says so.
 */
export function maskValue(value: unknown, known: readonly string[] = []): unknown {
  return new Masking(known).copy(value, 0)
}

class Masking {
  readonly #known: readonly string[]
  readonly #above = new Set<object>()
  #keys = 0

  constructor(known: readonly string[]) {
    this.#known = known
  }

  copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'boolean':
      case 'undefined':
        return value
      case 'bigint':
        return String(value)
      case 'symbol':
      case 'function':
        return `[${typeof value}]`
      case 'object':
        return value === null ? null : this.#object(value, depth)
    }
  }

  #object(value: object, depth: number): unknown {
    if (this.#above.has(value)) return '[circular]'
    if (depth >= DEPTH_MAX) return '[deeper]'
    this.#above.add(value)
    try {
      return this.#inside(value, depth + 1)
    } catch {
      return '[unreadable]'
    } finally {
      this.#above.delete(value)
    }
  }

  #inside(value: object, depth: number): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString()
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    if (value instanceof Error) return this.#error(value, depth)
    if (value instanceof Map)
      return this.#fields(
        [...value].map(([key, inner]) => [String(key), inner]),
        depth,
      )
    if (Array.isArray(value) || value instanceof Set) return this.#list([...value], depth)
    if (value instanceof URL) return this.#text(value.href)
    return this.#fields(Object.entries(value), depth)
  }

  #error(error: Error, depth: number): unknown {
    const { name, message, stack, cause, ...rest } = error as Error & Record<string, unknown>
    return this.#fields(Object.entries({ name, message, ...rest, stack, cause }), depth)
  }

  #list(list: readonly unknown[], depth: number): unknown {
    // Headers travel as [name, value] too.
    const [name, ...values] = list
    if (typeof name === 'string' && values.length === 1 && isSecretName(name)) return [this.#text(name), MASK]
    const copies: unknown[] = []
    for (const inner of list) {
      if (this.#keys++ >= KEYS_MAX) return [...copies, '[more]']
      copies.push(this.copy(inner, depth) ?? null)
    }
    return copies
  }

  #fields(entries: readonly (readonly [string, unknown])[], depth: number): unknown {
    const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    // { name: 'Authorization', value: … }: the name is itself a value.
    const isNamed = entries.some(
      ([key, inner]) => (key === 'name' || key === 'key') && typeof inner === 'string' && isSecretName(inner),
    )
    for (const [key, inner] of entries) {
      if (inner === undefined) continue
      if (this.#keys++ >= KEYS_MAX) {
        copy['[more]'] = true
        break
      }
      const isSecret = isSecretName(key) || (isNamed && key === 'value')
      copy[this.#text(key)] = isSecret ? MASK : this.copy(inner, depth)
    }
    return copy
  }

  #text(text: string): string {
    return maskText(text, this.#known)
  }
}
