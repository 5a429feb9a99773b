import { Random } from '../../domain/random.ts'
import { formatDuration } from '../../domain/time.ts'

/** How long news and orders travel, µs. Entry: us to matching; response: matching to us; feed: venue to us. */
export interface LatencyModel {
  readonly feedUs: number
  /** No order and no report takes time: they can be handed over at once. */
  readonly isInstant: boolean
  entryUs(): number
  responseUs(): number
  describe(way: 'entry' | 'response'): string
}

export const NO_LATENCY: LatencyModel = {
  feedUs: 0,
  isInstant: true,
  entryUs: () => 0,
  responseUs: () => 0,
  describe: () => 'none',
}

export function constantLatency({
  feedUs,
  entryUs,
  responseUs,
}: {
  feedUs: number
  entryUs: number
  responseUs: number
}): LatencyModel {
  return {
    feedUs,
    isInstant: entryUs === 0 && responseUs === 0,
    entryUs: () => entryUs,
    responseUs: () => responseUs,
    describe: (way) => formatDuration(way === 'entry' ? entryUs : responseUs),
  }
}

/**
 * Latency that varies: the given one is the median and each draw multiplies it by 2^(spread × s), s a sum of uniforms with
 * the mean 0 and the deviation 1, which is close to log-normal and the same on every machine.
 */
export function variableLatency(
  { feedUs, entryUs, responseUs }: { feedUs: number; entryUs: number; responseUs: number },
  { spread, seed }: { spread: number; seed: number },
): LatencyModel {
  const draws = Random.seeded(seed)
  const draw = (median: number) => Math.round(median * powerOfTwo(spread * draws.normal()))
  return {
    feedUs,
    isInstant: entryUs === 0 && responseUs === 0,
    entryUs: () => draw(entryUs),
    responseUs: () => draw(responseUs),
    describe: (way) => `median ${formatDuration(way === 'entry' ? entryUs : responseUs)}, spread ${spread}`,
  }
}

/** 2^x from whole powers and a cubic between them: only + − × ÷, so every machine draws the same. Error below 2 × 10⁻⁴. */
function powerOfTwo(x: number): number {
  const whole = Math.floor(x)
  const part = x - whole
  return 2 ** whole * (1 + part * (0.6955764 + part * (0.2261168 + part * 0.0783068)))
}
