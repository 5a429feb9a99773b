/** Plain JSON. `undefined` fields are absent ones. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }
type JsonObject = { readonly [key: string]: Json }

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The JSON Merge Patch (RFC 7396) that makes `after` of `before`: changed members, and null for those that went. Arrays are
 * replaced whole, unless they are equal. Views never contain null, so that null can mean gone.
 *
 * @returns undefined when nothing differs
 */
export function patchOf(before: unknown, after: unknown): Json | undefined {
  if (!isObject(before) || !isObject(after)) return isEqual(before, after) ? undefined : (after as Json)
  const patch: Record<string, Json> = {}
  let isChanged = false
  for (const key of Object.keys(before)) {
    if (before[key] === undefined || after[key] !== undefined) continue
    patch[key] = null
    isChanged = true
  }
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined) continue
    const inner = before[key] === undefined ? value : patchOf(before[key], value)
    if (inner === undefined) continue
    patch[key] = inner
    isChanged = true
  }
  return isChanged ? patch : undefined
}

const DEPTH_MAX = 64

/** Whether a value is an object that nests no deeper than views do: a deeper one is no view, and would end whoever walks it. */
export function isViewLike(value: unknown): boolean {
  return isObject(value) && isWithin(value, DEPTH_MAX)
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1))
}

/** Applies a patch of {@link patchOf}. What did not change is the same object as before. */
export function patched(target: unknown, patch: unknown): Json {
  if (!isObject(patch)) return patch as Json
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    // A key named __proto__ in a frame from outside is data, not a prototype.
    if (value === null) delete merged[key]
    else
      Object.defineProperty(merged, key, {
        value: patched(Object.hasOwn(merged, key) ? merged[key] : undefined, value),
        enumerable: true,
        writable: true,
        configurable: true,
      })
  }
  return merged
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isEqual(item, b[at]))
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a).filter((key) => a[key] !== undefined)
    if (keys.length !== Object.keys(b).filter((key) => b[key] !== undefined).length) return false
    return keys.every((key) => isEqual(a[key], b[key]))
  }
  return typeof a === 'number' && typeof b === 'number' && Number.isNaN(a) && Number.isNaN(b)
}
