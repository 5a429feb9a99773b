import { array, assert, boolean, dictionary, integer, letrec, oneof, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { patched, patchOf } from './merge-patch.ts'

const leaf = oneof(integer(), string({ maxLength: 4 }), boolean())
const { view } = letrec((tie) => ({
  view: dictionary(string({ maxLength: 2 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: oneof({ maxDepth: 3 }, leaf, array(leaf, { maxLength: 3 }), tie('view')),
}))

test('a patch makes the later view of the earlier one, and nothing is sent when nothing changed', () => {
  assert(
    property(view, view, (before, after) => {
      const patch = patchOf(before, after)
      if (patch === undefined) expect(JSON.stringify(after)).toEqual(JSON.stringify(patched(before, {})))
      else expect(patched(before, JSON.parse(JSON.stringify(patch)))).toEqual(after)
      expect(patchOf(after, structuredClone(after))).toBeUndefined()
    }),
  )
})

test('only what changed is in a patch, and what went is null', () => {
  const before = { rows: { a: { x: 1, y: [1, 2] }, b: { x: 2 } }, at: 1 }
  expect(patchOf(before, { rows: { a: { x: 1, y: [1, 2, 3] } }, at: 1 })).toEqual({
    rows: { a: { y: [1, 2, 3] }, b: null },
  })
  expect(patchOf(before, { rows: before.rows, at: undefined })).toEqual({ at: null })
})

test('a frame cannot reach a prototype', () => {
  const made = patched({}, JSON.parse('{"__proto__":{"polluted":1}}')) as Record<string, unknown>
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(Object.keys(made)).toEqual(['__proto__'])
})
