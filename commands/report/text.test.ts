import { Chalk } from 'chalk'
import { describe, expect, test } from 'vitest'
import { PLAIN_ASCII } from '../../tui/chart/look.ts'
import { chalkLook } from './chalk-look.ts'
import { figureText, moneyText, numberText, percentText } from './figure-text.ts'
import { HOURS_PER_DAY, sampleRun } from './sample-report.ts'
import { reportText } from './text.ts'

const long = sampleRun(900 * HOURS_PER_DAY).report
const short = sampleRun(12 * HOURS_PER_DAY).report

describe('reportText', () => {
  test.each([80, 100, 132])('fits %i columns', (width) => {
    for (const report of [long, short, sampleRun(0).report, sampleRun(1).report]) {
      for (const line of reportText(report, { width }).split('\n')) {
        expect(line.length, line).toBeLessThanOrEqual(width)
        expect(line).toBe(line.trimEnd())
      }
    }
  })

  test('shows the curve, the figures and their interval, costs, assumptions, notes and hashes', () => {
    const text = reportText(long)
    expect(text).toContain('Equity, USDT')
    expect(text).toMatch(/Total return +-6\.50%/)
    expect(text).toMatch(/Sharpe, 95 % +-\d\.\d\d to \d\.\d\d/)
    expect(text).toContain('A period is one day: 899 daily returns (UTC days), 365 a year')
    expect(text).toMatch(/ 2x +-14\.16%/)
    expect(text).toContain('fills: market orders at the next open')
    expect(text).toContain('! 3 gaps, 128 bars missing')
    expect(text).toContain(`final hash  ${long.finalHash}`)
    expect(text).not.toContain('Withheld')
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('a short run says what it withholds and why', () => {
    const text = reportText(short)
    expect(text).toMatch(/Sharpe +--/)
    expect(text).toContain('needs 90 days, has 12: annualising 12 days multiplies luck by 31')
    expect(text).toContain('needs 30 daily returns, has 11')
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('an empty run is a report too', () => {
    const text = reportText(sampleRun(0).report)
    expect(text).toContain('no bars')
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('is plain text unless it is given a look', () => {
    expect(reportText(long)).not.toContain('\u001b')
    expect(reportText(long, { look: chalkLook(new Chalk({ level: 1 })) })).toContain('\u001b[31m')
    expect(reportText(long, { look: chalkLook(new Chalk({ level: 0 })) })).toBe(reportText(long))
    expect(reportText(long, { look: PLAIN_ASCII })).toMatch(/^[ -~\n]+$/)
  })

  test('a parameter cannot steer the terminal', () => {
    const params = [{ name: 'x', value: 'a\u001b[2J\nb\u202e\u200b' }]
    const text = reportText({ ...short, params })
    expect(text).toContain('x=a [2J b')
    for (const steering of ['\u001b', '\u202e', '\u200b']) expect(text).not.toContain(steering)
  })
})

test.each([
  [0, 2, '0.00'],
  [-0.001, 2, '0.00'],
  [-1234.5, 1, '-1,234.5'],
  [999, 0, '999'],
  [1_234_567.891, 2, '1,234,567.89'],
  [1e20, 2, '1.000e+20'],
])('number %d with %i digits is %s', (value, digits, expected) => {
  expect(numberText(value, digits)).toBe(expected)
})

test('percentages keep three figures when small', () => {
  expect([0.1234, -0.5, 0.000123, 0, 250].map(percentText)).toEqual([
    '12.34%',
    '-50.00%',
    '0.0123%',
    '0.00%',
    '25,000%',
  ])
})

test('units are written out', () => {
  const style = { currency: 'JPY', moneyDecimals: 0 }
  expect(moneyText(-1500, style)).toBe('-1,500 JPY')
  expect(figureText({ value: 90_000_000 }, 'duration', style)).toBe('1m 30s')
  expect(figureText({ value: 3.25 }, 'times', style)).toBe('3.3x')
  expect(figureText({ withheld: 'why' }, 'ratio', style)).toBe('--')
})
