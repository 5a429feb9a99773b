/** One difference between two versions of a JSON Schema document. */
export interface Drift {
  /** Where, as names joined by slashes: `payloads/fill.recorded/properties/fee`. */
  readonly path: string
  /** A breaking change needs a new schema version and a reader for the old one. */
  readonly isBreaking: boolean
  readonly change: string
}

type Json = unknown
type Node = Readonly<Record<string, Json>>

/** Bounds that may fall, and bounds that may rise: a looser bound takes everything that the old one took. */
const MAY_FALL = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'])
const MAY_RISE = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'])
/** Words for people: they bind nobody. */
const ANNOTATIONS = new Set(['title', 'description', '$comment', 'examples', 'deprecated'])

/**
 * Compares two versions of the event catalogue as JSON Schema, by UGF-0-017. Additive are: a new event type, a new optional
 * field, new values at the end of an enum, new alternatives at the end, a looser or dropped bound, other words for people.
 * Everything else is breaking, what is not known here included. New enum values count as additive because every reader of
 * the journal refuses what it does not know (`journal.schema`) and our own switches do not compile without them.
 *
 * @returns differences in the order of the documents; none when they say the same
 */
export function catalogueDrift(before: Json, after: Json): readonly Drift[] {
  const drifts: Drift[] = []
  compareDocument(before as Node, after as Node, drifts)
  return drifts
}

function compareDocument(before: Node, after: Node, drifts: Drift[]): void {
  const { payloads: oldTypes, ...oldRest } = before
  const { payloads: newTypes, ...newRest } = after
  const { envelope: oldEnvelope, ...oldHead } = oldRest
  const { envelope: newEnvelope, ...newHead } = newRest
  compareExactly(oldHead, newHead, '', drifts)
  compareSchema((oldEnvelope ?? {}) as Node, (newEnvelope ?? {}) as Node, 'envelope', drifts)
  compareNamed((oldTypes ?? {}) as Node, (newTypes ?? {}) as Node, { path: 'payloads', mayAdd: () => true, drifts })
}

function compareExactly(before: Node, after: Node, path: string, drifts: Drift[]): void {
  for (const key of keysOf(before, after)) {
    if (same(before[key], after[key])) continue
    drifts.push({ path: join(path, key), isBreaking: true, change: changed(before[key], after[key]) })
  }
}

/** Compares schemas by name: event types of the catalogue, properties of an object. */
function compareNamed(
  before: Node,
  after: Node,
  { path, mayAdd, drifts }: { path: string; mayAdd: (name: string) => boolean; drifts: Drift[] },
): void {
  for (const name of keysOf(before, after)) {
    const place = join(path, name)
    if (!(name in after)) drifts.push({ path: place, isBreaking: true, change: 'removed' })
    else if (name in before) compareSchema(before[name] as Node, after[name] as Node, place, drifts)
    else if (mayAdd(name)) drifts.push({ path: place, isBreaking: false, change: 'added' })
    else drifts.push({ path: place, isBreaking: true, change: 'added as required' })
  }
}

function compareSchema(before: Node, after: Node, path: string, drifts: Drift[]): void {
  for (const key of keysOf(before, after)) {
    const was = before[key]
    const is = after[key]
    if (same(was, is)) continue
    compareKeyword(key, { before, after, path: join(path, key), drifts })
  }
}

interface Place {
  readonly before: Node
  readonly after: Node
  readonly path: string
  readonly drifts: Drift[]
}

function compareKeyword(key: string, { before, after, path, drifts }: Place): void {
  const was = before[key]
  const is = after[key]
  const found = (isBreaking: boolean): void => void drifts.push({ path, isBreaking, change: changed(was, is) })
  if (ANNOTATIONS.has(key)) found(false)
  else if (key === 'properties') compareProperties(before, after, path, drifts)
  else if (key === 'required') compareRequired(before, after, path, drifts)
  else if (key === 'enum' || key === 'anyOf') compareChoices(was, is, path, drifts)
  else if (isSchema(was) && isSchema(is)) compareSchema(was, is, path, drifts)
  else if (key === 'additionalProperties') found(was !== false)
  else if (key === 'pattern') found(is !== undefined)
  else if (MAY_FALL.has(key)) found(!(is === undefined || (was !== undefined && Number(is) < Number(was))))
  else if (MAY_RISE.has(key)) found(!(is === undefined || (was !== undefined && Number(is) > Number(was))))
  else found(true)
}

function compareProperties(before: Node, after: Node, path: string, drifts: Drift[]): void {
  const required = new Set(namesOf(after['required']))
  const mayAdd = (name: string): boolean => !required.has(name)
  compareNamed((before['properties'] ?? {}) as Node, (after['properties'] ?? {}) as Node, { path, mayAdd, drifts })
}

/** New required fields are reported where they were added; here only those that changed their mind. */
function compareRequired(before: Node, after: Node, path: string, drifts: Drift[]): void {
  const was = new Set(namesOf(before['required']))
  const is = new Set(namesOf(after['required']))
  const stays = (name: string): boolean =>
    name in ((before['properties'] ?? {}) as Node) && name in ((after['properties'] ?? {}) as Node)
  for (const name of is) {
    if (!was.has(name) && stays(name)) {
      drifts.push({ path: join(path, name), isBreaking: true, change: 'was optional, is required' })
    }
  }
  for (const name of was) {
    if (!is.has(name) && stays(name)) {
      drifts.push({ path: join(path, name), isBreaking: true, change: 'was required, is optional: readers rely on it' })
    }
  }
}

/** Choices keep their places; new ones come at the end. */
function compareChoices(was: Json, is: Json, path: string, drifts: Drift[]): void {
  if (!Array.isArray(was) || !Array.isArray(is)) {
    drifts.push({ path, isBreaking: is !== undefined, change: changed(was, is) })
    return
  }
  was.forEach((choice, at) => {
    if (same(choice, is[at])) return
    const place = `${path}/${typeof choice === 'string' ? choice : at}`
    const isElsewhere = is.some((other) => same(choice, other))
    if (isElsewhere) drifts.push({ path: place, isBreaking: true, change: 'moved: new values come at the end' })
    else if (isSchema(choice) && isSchema(is[at])) compareSchema(choice, is[at], place, drifts)
    else drifts.push({ path: place, isBreaking: true, change: 'removed' })
  })
  for (let at = was.length; at < is.length; at++) {
    const choice: Json = is[at]
    if (was.some((other) => same(choice, other))) continue
    drifts.push({ path: `${path}/${typeof choice === 'string' ? choice : at}`, isBreaking: false, change: 'added' })
  }
}

function namesOf(value: Json): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : []
}

function isSchema(value: Json): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keysOf(before: Node, after: Node): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
}

function same(a: Json, b: Json): boolean {
  return stable(a) === stable(b)
}

/** JSON with sorted keys. */
function stable(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (!isSchema(value)) return JSON.stringify(value) ?? 'absent'
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stable(value[key])}`)
    .join(',')}}`
}

function changed(was: Json, is: Json): string {
  return `was ${stable(was)}, is ${stable(is)}`
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`
}
