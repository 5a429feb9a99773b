import { assertNever } from '../../src/domain/brand.ts'
import { formatDuration, formatTime, timeUs } from '../../src/domain/time.ts'
import type { Figure, Interval } from '../../src/research/figure.ts'
import type { FigureEntry, FigureUnit } from '../../src/research/figure-catalogue.ts'
import type { ReturnBasis } from '../../src/research/metrics.ts'

/** How money is shown in one report. */
export interface MoneyStyle {
  readonly currency: string
  readonly moneyDecimals: number
}

/** What stands where a figure is withheld; the reason is told elsewhere. */
export const WITHHELD = '--'

/** A number with exactly `digits` fraction digits and commas between thousands; never `-0`. */
export function numberText(value: number, digits: number): string {
  if (Math.abs(value) >= 1e15) return value.toExponential(3)
  const text = value.toFixed(digits)
  const unsigned = text.replace('-', '')
  const [whole = '', fraction] = unsigned.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const sign = text.startsWith('-') && Number(text) !== 0 ? '-' : ''
  return `${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`}`
}

/** `12.34%`; small ones keep three figures: `0.0123%`. */
export function percentText(fraction: number): string {
  const percent = fraction * 100
  const size = Math.abs(percent)
  const digits = size > 0 && size < 0.1 ? Math.min(6, 2 - Math.floor(Math.log10(size))) : size >= 10_000 ? 0 : 2
  return `${numberText(percent, digits)}%`
}

export function moneyText(amount: number, { currency, moneyDecimals }: MoneyStyle): string {
  return `${numberText(amount, moneyDecimals)} ${currency}`.trimEnd()
}

/** The figure in words, or {@link WITHHELD}. */
export function figureText(shown: Figure, unit: FigureUnit, style: MoneyStyle): string {
  return 'value' in shown ? valueText(shown.value, unit, style) : WITHHELD
}

function valueText(value: number, unit: FigureUnit, style: MoneyStyle): string {
  switch (unit) {
    case 'percent':
      return percentText(value)
    case 'money':
      return moneyText(value, style)
    case 'count':
      return numberText(value, 0)
    case 'ratio':
      return numberText(value, 2)
    case 'times':
      return `${numberText(value, 1)}x`
    case 'duration':
      return formatDuration(value)
    default:
      return assertNever(unit)
  }
}

export function intervalText(shown: Interval, write: (value: number) => string): string {
  return 'low' in shown ? `${write(shown.low)} to ${write(shown.high)}` : WITHHELD
}

/** Gain, loss or neither: only for figures whose sign is news. */
export function figureTone(shown: Figure, { isSigned }: FigureEntry): 'gain' | 'loss' | undefined {
  if (isSigned !== true || !('value' in shown) || shown.value === 0) return undefined
  return shown.value > 0 ? 'gain' : 'loss'
}

/** What the returns are returns of, for whoever compares two reports. */
export function basisSentence({ unit, returns, periodsPerYear, riskFreeAnnual }: ReturnBasis): string {
  if (returns === 0) return 'No returns: the run has fewer than two bars.'
  const many = `${numberText(returns, 0)} ${unit === 'day' ? 'daily returns (UTC days)' : 'returns per bar'}`
  if (unit === 'bar') return `A period is one bar: ${many}; nothing is annualised from them.`
  return `A period is one day: ${many}, ${periodsPerYear} a year, risk-free rate ${percentText(riskFreeAnnual)} a year.`
}

/** RFC 3339 to the second; a time between microseconds is rounded down. */
export function timeText(ts: number): string {
  return formatTime(timeUs(Math.floor(ts / 1_000_000) * 1_000_000))
}

export function dayText(ts: number): string {
  return timeText(ts).slice(0, 10)
}
