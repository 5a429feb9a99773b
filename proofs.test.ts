import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8')
const proofs = read('docs/proofs.md')

interface Proof {
  readonly promise: string
  readonly file: string
  readonly name: string
}

/** Rows of every table of the page. */
function rows(page: string): readonly Proof[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (promise|---) /.test(line))
    .map((line) => {
      const [promise = '', file = '', name = '', ...more] = line.slice(2, -2).split(' | ')
      expect(more, line).toEqual([])
      return { promise, file, name }
    })
}

/** Whether a file has a test of that name: the text that follows `test(`, `test.each(…)(` or what fast-check makes of them. */
function hasTest(text: string, name: string): boolean {
  const at = text.indexOf(name)
  // A name stands at the beginning of a text, and is no comment.
  return at > 0 && `'"\``.includes(text[at - 1] ?? '')
}

test('every promise of the page is proved by a test that is there under that name', () => {
  const all = rows(proofs)
  expect(all.length).toBeGreaterThan(50)
  const missing = all.filter(
    ({ file, name }) => !existsSync(join(import.meta.dirname, file)) || !hasTest(read(file), name),
  )
  expect(
    missing.map(({ file, name }) => `docs/proofs.md: ${file} has no test '${name}': name the one that proves it now`),
  ).toEqual([])
  expect(new Set(all.map(({ promise }) => promise)).size).toBe(all.length)
})

test('every promise of the README has its proofs', () => {
  const [, section = ''] = read('README.md').split('## What keeps money safe')
  const promises = [...(section.split('\n## ')[0] ?? '').matchAll(/^- \*\*(.+?)\*\*/gm)].map(
    ([, promise = '']) => promise,
  )
  expect(promises.length).toBeGreaterThan(5)
  for (const promise of promises) {
    const [, proved = ''] = proofs.split(`\n## ${promise}\n`)
    expect(rows(proved.split('\n## ')[0] ?? '').length, `docs/proofs.md has no proof of '${promise}'`).toBeGreaterThan(
      0,
    )
  }
})

test('a test that is gone is found', () => {
  const [proof] = rows('| a | layout.test.ts | no test has this name |')
  expect(proof).toEqual({ promise: 'a', file: 'layout.test.ts', name: 'no test has this name' })
  expect(hasTest(read('layout.test.ts'), proof?.name ?? '')).toBe(false)
})
