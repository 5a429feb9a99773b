import type { Instrument } from '../../src/domain/instrument.ts'
import { InstrumentSpec, instrumentOf, specOfInstrument } from '../../src/kernel/instrument-spec.ts'
import type { EngineStore } from '../../src/runtime/ports.ts'
import type { Connector } from '../../src/venues/connector.ts'
import { VenueError } from '../../src/venues/venue-error.ts'
import { EXIT } from '../exit-code.ts'
import { didYouMean } from '../nearest.ts'
import { CommandError } from '../outcome.ts'

const NOTE = 'venue.instruments'

/**
 * The instruments of the settings as the venue lists them. A venue that does not answer is believed to have them as it last
 * had: nothing is traded before it has said so again.
 *
 * @throws CommandError `INSTRUMENT_UNKNOWN` for one that it does not list, `VENUE_UNREACHABLE` where it never answered
 */
export async function tradedInstruments(
  connector: Pick<Connector, 'venueId' | 'instruments'>,
  ids: readonly string[],
  notes: EngineStore['notes'],
): Promise<readonly Instrument[]> {
  let listed: readonly Instrument[]
  try {
    listed = await connector.instruments()
  } catch (error) {
    const noted = notedInstruments(notes, ids)
    if (noted !== undefined) return noted
    if (!(error instanceof VenueError)) throw error
    const hint = 'what it trades must be known once; start again when it answers'
    throw Object.assign(new CommandError(EXIT.unreachable, 'VENUE_UNREACHABLE', error.message, hint), { cause: error })
  }
  const byId = new Map<string, Instrument>(listed.map((instrument) => [instrument.id, instrument]))
  const traded = ids.map((id) => {
    const instrument = byId.get(id)
    if (instrument !== undefined) return instrument
    throw new CommandError(
      EXIT.usage,
      'INSTRUMENT_UNKNOWN',
      `${connector.venueId} lists no instrument ${id}${didYouMean(id, [...byId.keys()])}`,
      'see what there is: profinaut venue instruments',
    )
  })
  notes.set(NOTE, JSON.stringify(traded.map(specOfInstrument)))
  return traded
}

function notedInstruments(notes: EngineStore['notes'], ids: readonly string[]): readonly Instrument[] | undefined {
  const text = notes.get(NOTE)
  if (text === undefined) return undefined
  const read = InstrumentSpec.array().safeParse(JSON.parse(text))
  if (!read.success) return undefined
  const byId = new Map(read.data.map((spec) => [spec.id, spec]))
  const specs = ids.map((id) => byId.get(id))
  return specs.every((spec) => spec !== undefined) ? specs.map(instrumentOf) : undefined
}
