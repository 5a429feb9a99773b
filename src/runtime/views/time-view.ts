import type { Engine } from '../engine/engine.ts'
import type { TimekeepingView } from '../link/views.ts'

export function timeView({ skew, feeds, parts }: Engine): TimekeepingView {
  const { state, reading, sources } = skew
  return {
    state,
    offsetUs: reading?.offsetUs,
    uncertaintyUs: reading?.uncertaintyUs,
    ageMs: reading?.ageMs,
    localSkewUs: parts.clock.skewUs(),
    sources: sources.map(({ name, reading: said, ageMs, fault }) => ({
      name,
      offsetUs: said?.offsetUs,
      uncertaintyUs: said?.uncertaintyUs,
      ageMs,
      fault,
    })),
    feeds: parts.instruments.map(({ id }, at) => ({ instrumentId: id, ...feeds.lineOf(at) })),
  }
}
