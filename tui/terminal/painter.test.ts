import xterm from '@xterm/headless'
import { array, assert, asyncProperty, constantFrom } from 'fast-check'
import { expect, test } from 'vitest'
import { Painter } from './painter.ts'

const WIDTH = 12

/** Rows of a terminal after it was written to. */
async function shown(bytes: readonly string[], rows: number): Promise<readonly string[]> {
  const term = new xterm.Terminal({ cols: WIDTH, rows, allowProposedApi: true })
  for (const chunk of bytes) await new Promise<void>((done) => term.write(chunk, done))
  return Array.from({ length: rows }, (_, at) => term.buffer.active.getLine(at)?.translateToString(true) ?? '')
}

test('the same picture is not written again, until what stands is unknown', () => {
  const painter = new Painter()
  expect(painter.next(['a', 'b'])).not.toBe('')
  expect(painter.next(['a', 'b'])).toBe('')
  painter.forget()
  expect(painter.next(['a', 'b'])).toContain('\u001b[2;1H')
})

test('only rows that differ are written', () => {
  const painter = new Painter()
  painter.next(['a', 'b', 'c'])
  const bytes = painter.next(['a', 'x', 'c'])
  expect(bytes).toContain('\u001b[2;1H\u001b[0mx')
  expect(bytes).not.toContain('\u001b[1;1H')
})

test('after any run of pictures the terminal shows the last one', async () => {
  const word = constantFrom('', 'x', 'twelve cells', '\u001b[7minverse\u001b[27m', '─ rule ─', 'tail')
  const picture = array(word, { minLength: 4, maxLength: 4 })
  const plain = (text: string) => text.replaceAll('\u001b[7m', '').replaceAll('\u001b[27m', '')
  await assert(
    asyncProperty(array(picture, { minLength: 1, maxLength: 6 }), async (pictures) => {
      const painter = new Painter()
      const filled = pictures.map((rows) => rows.map((text) => text + ' '.repeat(WIDTH - plain(text).length)))
      const seen = await shown(
        filled.map((rows) => painter.next(rows)),
        4,
      )
      expect(seen).toEqual(pictures.at(-1)?.map(plain))
    }),
    { numRuns: 60 },
  )
})
