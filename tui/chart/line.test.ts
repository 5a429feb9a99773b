import { describe, expect, test } from 'vitest'
import { lineChart } from './line.ts'
import { type Look, PLAIN, PLAIN_ASCII } from './look.ts'
import { niceTicks, tickLabels, timeLabel } from './scale.ts'

const DAY = 86_400_000_000
const FROM = 1_704_067_200_000_000 // 2024-01-01
const days = (count: number): number[] => Array.from({ length: count }, (_, at) => FROM + at * DAY)

/** Rows without their spaces at the right, as one string. */
const drawn = (rows: readonly string[]): string => `\n${rows.join('\n')}\n`

describe('lineChart', () => {
  test('a straight rise is a diagonal', () => {
    const rows = lineChart(
      { width: 20, height: 5, series: [{ x: days(9), y: [0, 1, 2, 3, 4, 5, 6, 7, 8] }] },
      PLAIN_ASCII,
    )
    expect(drawn(rows)).toBe(`
  |              ***
5 |          ****
  |    ******
0 |****
   2024-01-01
`)
  })

  test('braille has eight dots a cell', () => {
    const rows = lineChart({ width: 20, height: 5, series: [{ x: days(9), y: [0, 1, 2, 3, 4, 5, 6, 7, 8] }] })
    expect(drawn(rows)).toBe(`
  ╎             ⢀⡠⠔⠊
5 ╎         ⢀⡠⠔⠊⠁
  ╎    ⣀⠤⠒⠊⠉⠁
0 ╎⣀⠤⠒⠉
   2024-01-01
`)
  })

  test('a filled line hangs from zero', () => {
    const series = [{ x: days(5), y: [0, -0.1, -0.2, -0.1, 0], isFilled: true }]
    const rows = lineChart(
      { width: 16, height: 4, series, yInclude: [0], yLabels: (ticks) => ticks.map((t) => `${t * 100}%`) },
      PLAIN_ASCII,
    )
    expect(rows).toHaveLength(4)
    expect(rows[0]).toMatch(/^ *0% \|\*+$/)
    expect(rows[2]?.length).toBeLessThan(rows[0]?.length ?? 0)
  })

  test('a jump is a wall, not a gap', () => {
    const series = [{ x: days(9), y: [0, 0, 0, 8, 8, 8, 1, 1, 1] }]
    expect(drawn(lineChart({ width: 30, height: 8, series }, PLAIN_ASCII))).toBe(`
  |          *******
  |         *       *
5 |         *       *
  |        *         *
  |        *          *
  |       *            *******
0 |********
   2024-01-01       2024-01-09
`)
  })

  test('one bar that differs from its thousand neighbours is seen', () => {
    const x = days(1000)
    const y = x.map((_, at) => (at === 500 ? 10 : 1))
    const rows = lineChart({ width: 40, height: 8, series: [{ x, y }] }, PLAIN_ASCII)
    expect(rows[0]).toContain('*')
  })

  test('values that are not finite leave a gap', () => {
    const y = [1, 1, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1, 1]
    const rows = lineChart({ width: 26, height: 4, series: [{ x: days(9), y }] }, PLAIN_ASCII)
    expect(rows.join('\n')).toMatch(/\* {4,}\*/)
  })

  test('two lines are told apart without colour in ASCII, and by tone where there is one', () => {
    const series = [
      { x: days(3), y: [1, 1, 1], tone: 'gain' as const },
      { x: days(3), y: [2, 2, 2], tone: 'loss' as const },
    ]
    const plain = lineChart({ width: 20, height: 5, series }, PLAIN_ASCII).join('\n')
    expect(plain).toContain('***')
    expect(plain).toContain('ooo')
    const tagged: Look = { ...PLAIN_ASCII, tone: (tone, text) => `<${tone}>${text}</>` }
    const rows = lineChart({ width: 20, height: 5, series }, tagged)
    expect(rows[0]).toMatch(/<loss>o+<\/>$/)
    expect(rows[3]).toMatch(/<gain>\*+<\/>$/)
  })

  test.each([
    ['nothing', []],
    ['no finite value', [Number.NaN]],
  ])('%s draws a sentence', (_, y) => {
    expect(lineChart({ width: 20, height: 5, series: [{ x: days(y.length), y }] })).toEqual(['no data to draw'])
  })

  test('one point, and a level line, are drawn in the middle', () => {
    for (const count of [1, 5]) {
      const y = Array.from({ length: count }, () => 100)
      const rows = lineChart({ width: 30, height: 6, series: [{ x: days(count), y }] }, PLAIN_ASCII)
      expect(rows[2]).toMatch(/^ *100 \|\*/)
    }
  })

  test('no row is wider than the chart', () => {
    for (const width of [30, 80, 200]) {
      const y = days(500).map((_, at) => 10_000 + at * Math.sin(at))
      for (const row of lineChart({ width, height: 10, series: [{ x: days(500), y }] }, PLAIN)) {
        expect(row.length).toBeLessThanOrEqual(width)
      }
    }
  })
})

test.each([
  [0, 10, 5, [0, 2, 4, 6, 8, 10]],
  [9_120, 10_480, 3, [9_500, 10_000]],
  [-0.23, 0, 2, [-0.2, 0]],
  [5, 5, 3, [5]],
])('ticks of %d to %d, about %i', (low, high, count, expected) => {
  expect(niceTicks(low, high, count)).toEqual(expected.map((tick) => expect.closeTo(tick, 12)))
})

test.each([
  [[9_500, 10_000, 10_500], 500, ['9.5k', '10.0k', '10.5k']],
  [[0, 0.002, 0.004], 0.002, ['0.000', '0.002', '0.004']],
  [[-2_000_000, 0], 1_000_000, ['-2M', '0M']],
  [[0, 20, 40], 20, ['0', '20', '40']],
])('labels of %j share digits and suffix', (ticks, step, expected) => {
  expect(tickLabels(ticks, step)).toEqual(expected)
})

test('a time shows the part that matters over the span', () => {
  const ts = FROM + DAY / 2 + 5_000_000
  expect(timeLabel(ts, 1000 * DAY)).toBe('2024-01')
  expect(timeLabel(ts, 100 * DAY)).toBe('2024-01-01')
  expect(timeLabel(ts, DAY)).toBe('01-01 12:00')
  expect(timeLabel(ts, 60_000_000)).toBe('12:00:05')
})
