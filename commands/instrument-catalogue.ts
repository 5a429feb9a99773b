import { z } from 'zod'
import { InstrumentSpec } from '../src/kernel/instrument-spec.ts'
import { lastSessionSpec } from '../storage/queries/last-session-spec.ts'
import type { EngineAccess } from './engine-access.ts'
import type { InstrumentScale } from './exact-text.ts'
import { EXIT } from './exit-code.ts'
import { didYouMean } from './nearest.ts'
import { CommandError } from './outcome.ts'
import { readView } from './reading.ts'

/** What prices and quantities are written with, by instrument; where nothing is known of one, in whole ticks and lots. */
export class InstrumentCatalogue {
  readonly #scales: ReadonlyMap<string, InstrumentScale>

  constructor(scales: readonly InstrumentScale[]) {
    this.#scales = new Map(scales.map((scale) => [scale.id, scale]))
  }

  scale(id: string): InstrumentScale {
    return this.#scales.get(id) ?? { id, venueId: '', base: '', quote: '', tickSize: '1', lotSize: '1' }
  }

  /** @throws CommandError `INSTRUMENT_UNKNOWN`, exit 2 */
  require(id: string): InstrumentScale {
    const scale = this.#scales.get(id)
    if (scale !== undefined) return scale
    const known = [...this.#scales.keys()]
    throw new CommandError(
      EXIT.usage,
      'INSTRUMENT_UNKNOWN',
      `there is no instrument '${id}'${didYouMean(id, known)}`,
      known.length === 0 ? 'no session has begun yet' : `one of: ${known.join(', ')}`,
    )
  }

  get all(): readonly InstrumentScale[] {
    return [...this.#scales.values()]
  }
}

const InstrumentsOfSession = z.object({ instruments: z.array(InstrumentSpec) })

/** The engine's instruments, or where none answers, those of the last session. */
export async function instruments({ client, store }: EngineAccess): Promise<InstrumentCatalogue> {
  if (client !== undefined) {
    const { rows } = await readView(client, 'instruments')
    return new InstrumentCatalogue(Object.values(rows))
  }
  const read = InstrumentsOfSession.safeParse(lastSessionSpec(store.db))
  const specs = read.success ? read.data.instruments : []
  return new InstrumentCatalogue(
    specs.map(({ id, venue, base, quote, tick, lot, multiplier }) => ({
      id,
      venueId: venue,
      base,
      quote,
      tickSize: tick,
      lotSize: lot,
      multiplier,
    })),
  )
}
