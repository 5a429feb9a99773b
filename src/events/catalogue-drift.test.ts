import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { catalogueDrift } from './catalogue-drift.ts'
import { catalogueSchema } from './json-schema.ts'

type Fields = Record<string, unknown>

const current = (): Fields => JSON.parse(JSON.stringify(catalogueSchema())) as Fields
const snapshot = (): Fields =>
  JSON.parse(readFileSync(new URL('catalogue.snapshot.json', import.meta.url), 'utf8')) as Fields

test('nothing in the catalogue was removed, renamed, tightened or made required since the snapshot', () => {
  const breaking = catalogueDrift(snapshot(), current()).filter(({ isBreaking }) => isBreaking)
  expect(breaking, 'a breaking change needs a new schema version and a reader for the old one').toEqual([])
})

test('the snapshot is up to date', () => {
  expect(catalogueDrift(snapshot(), current()), 'run `node fixtures/update-catalogue.ts`').toEqual([])
  expect(snapshot()).toEqual(current())
})

const SCHEMA = {
  type: 'object',
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 128 },
    qty: { type: 'integer', minimum: 0, maximum: 100 },
    code: { type: 'string', pattern: '^[A-Z]+$' },
    side: { type: 'string', enum: ['buy', 'sell'] },
    value: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    evidence: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'number' } },
    list: { type: 'array', minItems: 1, items: { type: 'string', maxLength: 5 } },
    note: { type: 'string' },
  },
  required: ['id', 'qty', 'code', 'side', 'value', 'evidence', 'list'],
  additionalProperties: false,
}

/** A catalogue with one type, with a change made to a copy of its schema. */
function changedBy(change: (schema: typeof SCHEMA & Fields, document: Fields) => void): readonly [Fields, Fields] {
  const document = (): Fields => ({
    $id: 'c',
    schema_version: 1,
    envelope: { type: 'object', properties: { seq: { type: 'integer' } }, required: ['seq'] },
    payloads: { 'a.happened': structuredClone(SCHEMA) },
  })
  const after = document()
  change((after['payloads'] as Record<string, typeof SCHEMA & Fields>)['a.happened'] as typeof SCHEMA & Fields, after)
  return [document(), after]
}

const at = 'payloads/a.happened'

describe('additive', () => {
  test.each<[string, string, (schema: typeof SCHEMA & Fields, document: Fields) => void]>([
    [
      'a new event type',
      'payloads/b.happened',
      (_, { payloads }) => void ((payloads as Fields)['b.happened'] = SCHEMA),
    ],
    ['a new optional field', `${at}/properties/more`, ({ properties }) => void Object.assign(properties, { more: {} })],
    ['a new value at the end', `${at}/properties/side/enum/short`, (s) => void s.properties.side.enum.push('short')],
    [
      'a new alternative',
      `${at}/properties/value/anyOf/2`,
      (s) => void s.properties.value.anyOf.push({ type: 'null' }),
    ],
    ['a lower minimum', `${at}/properties/qty/minimum`, (s) => void (s.properties.qty.minimum = -1)],
    ['a higher maximum', `${at}/properties/qty/maximum`, (s) => void (s.properties.qty.maximum = 101)],
    ['a shorter least length', `${at}/properties/id/minLength`, (s) => void (s.properties.id.minLength = 0)],
    ['a longer item', `${at}/properties/list/items/maxLength`, (s) => void (s.properties.list.items.maxLength = 6)],
    [
      'no bound any more',
      `${at}/properties/qty/maximum`,
      (s) => void Reflect.deleteProperty(s.properties.qty, 'maximum'),
    ],
    [
      'no pattern any more',
      `${at}/properties/code/pattern`,
      (s) => void Reflect.deleteProperty(s.properties.code, 'pattern'),
    ],
    [
      'another description',
      `${at}/properties/id/description`,
      (s) => void Object.assign(s.properties.id, { description: 'x' }),
    ],
    [
      'unknown fields allowed',
      `${at}/additionalProperties`,
      (s) => void Object.assign(s, { additionalProperties: {} }),
    ],
  ])('%s', (_, path, change) => {
    const [before, after] = changedBy(change)
    expect(catalogueDrift(before, after)).toEqual([{ path, isBreaking: false, change: expect.any(String) }])
  })
})

describe('breaking', () => {
  test.each<[string, string, (schema: typeof SCHEMA & Fields, document: Fields) => void]>([
    ['a removed event type', at, (_, { payloads }) => void Reflect.deleteProperty(payloads as Fields, 'a.happened')],
    ['a removed field', `${at}/properties/note`, (s) => void Reflect.deleteProperty(s.properties, 'note')],
    [
      'a new required field',
      `${at}/properties/more`,
      (s) => {
        Object.assign(s.properties, { more: {} })
        s.required.push('more')
      },
    ],
    ['a field made required', `${at}/required/note`, (s) => void s.required.push('note')],
    [
      'a field made optional',
      `${at}/required/id`,
      (s) => void (s.required = s.required.filter((name) => name !== 'id')),
    ],
    ['a higher minimum', `${at}/properties/qty/minimum`, (s) => void (s.properties.qty.minimum = 1)],
    ['a lower maximum', `${at}/properties/qty/maximum`, (s) => void (s.properties.qty.maximum = 99)],
    [
      'a bound where there was none',
      `${at}/properties/note/maxLength`,
      (s) => void Object.assign(s.properties.note, { maxLength: 9 }),
    ],
    ['a longer list required', `${at}/properties/list/minItems`, (s) => void (s.properties.list.minItems = 2)],
    ['a shorter item', `${at}/properties/list/items/maxLength`, (s) => void (s.properties.list.items.maxLength = 4)],
    ['another pattern', `${at}/properties/code/pattern`, (s) => void (s.properties.code.pattern = '^[A-Z]*$')],
    [
      'a pattern where there was none',
      `${at}/properties/note/pattern`,
      (s) => void Object.assign(s.properties.note, { pattern: 'x' }),
    ],
    ['another type', `${at}/properties/qty/type`, (s) => void (s.properties.qty.type = 'string')],
    ['a removed value', `${at}/properties/side/enum/sell`, (s) => void s.properties.side.enum.pop()],
    [
      'a narrowed value of a record',
      `${at}/properties/evidence/additionalProperties/minimum`,
      (s) => void Object.assign(s.properties.evidence.additionalProperties, { minimum: 0 }),
    ],
    ['a removed alternative', `${at}/properties/value/anyOf/1`, (s) => void s.properties.value.anyOf.pop()],
    [
      'a list of values where any was good',
      `${at}/properties/note/enum`,
      (s) => void Object.assign(s.properties.note, { enum: ['x'] }),
    ],
    ['another version', 'schema_version', (_, document) => void (document['schema_version'] = 2)],
    [
      'a keyword that is not known',
      `${at}/properties/qty/multipleOf`,
      (s) => void Object.assign(s.properties.qty, { multipleOf: 2 }),
    ],
    [
      'an envelope without a field',
      'envelope/properties/seq',
      (_, { envelope }) =>
        void Reflect.deleteProperty((envelope as Record<string, Fields>)['properties'] as Fields, 'seq'),
    ],
  ])('%s', (_, path, change) => {
    const [before, after] = changedBy(change)
    const breaking = catalogueDrift(before, after).filter(({ isBreaking }) => isBreaking)
    expect(breaking.map((drift) => drift.path)).toEqual([path])
  })

  test('a renamed field is one that is gone and one that is new, both by name', () => {
    const [before, after] = changedBy(({ properties }) => {
      Object.assign(properties, { remark: properties.note })
      Reflect.deleteProperty(properties, 'note')
    })
    expect(catalogueDrift(before, after)).toEqual([
      { path: `${at}/properties/note`, isBreaking: true, change: 'removed' },
      { path: `${at}/properties/remark`, isBreaking: false, change: 'added' },
    ])
  })

  test('a value in the middle of others moves them', () => {
    const [before, after] = changedBy(({ properties }) => void properties.side.enum.unshift('flat'))
    expect(catalogueDrift(before, after)).toEqual([
      { path: `${at}/properties/side/enum/buy`, isBreaking: true, change: 'moved: new values come at the end' },
      { path: `${at}/properties/side/enum/sell`, isBreaking: true, change: 'moved: new values come at the end' },
    ])
  })
})

test('the order of keys in the documents says nothing', () => {
  const [before] = changedBy(() => undefined)
  const turned = Object.fromEntries(Object.entries(before).toReversed())
  expect(catalogueDrift(before, turned)).toEqual([])
})
