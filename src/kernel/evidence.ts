import { maskNamed, maskText } from '../events/mask.ts'

export type Evidence = Record<string, string | number | boolean>

/** Characters that a name in the journal is made of: printable ASCII that JSON writes as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/
const TEXT_MAX = 500

/**
 * Evidence as the journal can carry it. Strategies come as plain JavaScript too: a number that is not finite becomes the
 * word for it, a name that JSON would have to escape is spelt with `_`, what is no scalar becomes text, and what looks like a
 * secret is masked.
 */
export function recordable(values: Readonly<Record<string, unknown>>): Evidence {
  for (const key in values) if (!PLAIN.test(key) || !isCarried(key, values[key])) return spelt(values)
  return values as Evidence
}

/** Text as the journal takes it: without what looks like a secret, and cut where it goes on for too long. */
export function told(text: string): string {
  const masked = maskText(text)
  return masked.length <= TEXT_MAX ? masked : masked.slice(0, TEXT_MAX)
}

function isCarried(name: string, value: unknown): boolean {
  return (
    (typeof value === 'string' && maskNamed(name, value) === value) ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  )
}

function spelt(values: Readonly<Record<string, unknown>>): Evidence {
  const evidence: Evidence = {}
  for (const [key, value] of Object.entries(values)) {
    const name = key === '' ? '_' : key.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '_')
    evidence[name] = isCarried(key, value)
      ? (value as string | number | boolean)
      : told(String(maskNamed(key, typeof value === 'number' ? value : String(value))))
  }
  return evidence
}
