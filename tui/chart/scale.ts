import { formatTime, timeUs, US_PER_DAY, US_PER_MINUTE } from '../../src/domain/time.ts'

/**
 * Round numbers that divide a range: steps of 1, 2 or 5 times a power of ten, about `count` of them, all inside.
 *
 * @returns ascending; one value when the range is empty
 */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low]
  const rough = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((times) => times * power >= rough * 0.999) ?? 10) * power
  const from = Math.ceil(low / step - 1e-9)
  const to = Math.floor(high / step + 1e-9)
  return Array.from({ length: to - from + 1 }, (_, at) => (from + at) * step)
}

/**
 * Labels for the ticks of one axis in few characters, all with the same suffix and digits: `9.5k`, `10.0k`.
 *
 * @param step distance between neighbours, which the digits must tell apart
 */
export function tickLabels(ticks: readonly number[], step: number): string[] {
  const size = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0)
  const [divisor, suffix] =
    size >= 1e12
      ? [1e12, 'T']
      : size >= 1e9
        ? [1e9, 'G']
        : size >= 1e6
          ? [1e6, 'M']
          : size >= 1e4
            ? [1e3, 'k']
            : [1, '']
  const digits = Math.min(8, Math.max(0, -Math.floor(Math.log10(step / divisor) + 1e-9)))
  return ticks.map((tick) => {
    const text = (tick / divisor).toFixed(digits)
    return `${Number(text) === 0 ? text.replace('-', '') : text}${suffix}`
  })
}

/** A time with the part that matters over `spanUs`: a month, a day, or a clock time. UTC. */
export function timeLabel(ts: number, spanUs: number): string {
  const iso = formatTime(timeUs(Math.round(ts)))
  if (spanUs > 2 * 365 * US_PER_DAY) return iso.slice(0, 7)
  if (spanUs > 4 * US_PER_DAY) return iso.slice(0, 10)
  if (spanUs > 10 * US_PER_MINUTE) return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`
  return iso.slice(11, 19)
}
