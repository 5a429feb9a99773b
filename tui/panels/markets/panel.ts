import { decimal, decimalToNumber } from '../../../src/domain/decimal.ts'
import type { Topic } from '../../../src/runtime/link/views.ts'
import { age, number, priceDigits } from '../../paint/numbers.ts'
import type { Panel, PanelAction, PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { STALE_AFTER_MS } from '../freshness.ts'
import { plainText } from '../plain-text.ts'
import { paintMarkets } from './paint.ts'
import {
  CHART_TIMEFRAMES,
  chartChoice,
  MARKET_SORTS,
  MARKET_VIEWS,
  marketFreshness,
  marketRows,
  marketSentence,
  marketWords,
  PAN_NAMES,
  selectedMarket,
  ZOOM_NAMES,
} from './view-model.ts'

/** May I trust this price. */
export const MARKETS_PANEL: Panel = {
  key: '2',
  id: 'markets',
  title: 'Markets',
  short: 'Mkts',
  views: MARKET_VIEWS,
  sorts: MARKET_SORTS,
  choices: [
    { key: 't', name: 'timeframe', options: CHART_TIMEFRAMES },
    { key: 'i', backKey: 'u', name: 'zoom', options: ZOOM_NAMES },
    { key: '<', backKey: '>', name: 'pan', options: PAN_NAMES },
  ],
  topics(state, shelf) {
    const chosen = selectedMarket(shelf, state)
    const always: readonly Topic[] = ['markets', 'ribbon', 'instruments']
    if (chosen === undefined) return always
    const { instrumentId } = chosen
    return [...always, `market/${instrumentId}`, `bars/${instrumentId}/${chartChoice(state).timeframe}`]
  },
  rows: (shelf, state) => marketRows(shelf, state).map(({ instrumentId }) => instrumentId),
  actions: (shelf, state, context) => [ticketAction(shelf, state, context)],
  paint: paintMarkets,
  sentence(shelf, state, context) {
    const chosen = selectedMarket(shelf, state)
    if (chosen === undefined) return 'No market is known yet.'
    return marketSentence(chosen, marketWords(chosen, marketFreshness(chosen, shelf), context))
  },
}

/** An order by hand. What needs this market's data is refused while the data is old or not known. */
function ticketAction(shelf: ViewShelf, state: PanelState, { instruments, ribbon }: PanelContext): PanelAction {
  const isReal = ribbon === undefined || ribbon.runMode === 'live' || ribbon.runMode === 'canary'
  const base = { key: 'O', label: 'ticket', tier: isReal ? 'T0' : 'T2' } as const
  const chosen = selectedMarket(shelf, state)
  if (chosen === undefined) return { ...base, disabled: 'NO_MARKET: nothing is selected' }
  const instrument = instruments[chosen.instrumentId]
  if (instrument === undefined) return { ...base, disabled: `INSTRUMENT_UNKNOWN: ${plainText(chosen.instrumentId)}` }
  const limit =
    chosen.last === undefined
      ? ''
      : number(chosen.last * decimalToNumber(decimal(instrument.tickSize)), { digits: priceDigits(instrument) })
  return {
    ...base,
    disabled: refusal(shelf, state, ribbon),
    form: {
      name: 'ticket',
      fields: {
        instrument_id: chosen.instrumentId,
        type: 'LIMIT',
        limit: limit.replaceAll(',', ''),
        reduce_only: String(chosen.allowed !== 'OPEN'),
      },
    },
  }
}

function refusal(shelf: ViewShelf, state: PanelState, ribbon: PanelContext['ribbon']): string | undefined {
  const chosen = selectedMarket(shelf, state)
  if (chosen === undefined) return 'NO_MARKET: nothing is selected'
  if (ribbon?.killLevel === 'HALT') return 'KILL_HALT: only cancels pass; lower the kill in 4 first'
  if (chosen.quality === 'UNKNOWN') return 'DATA_UNKNOWN: this market has not answered'
  const { isStale, ageMs } = marketFreshness(chosen, shelf)
  if (isStale) return `DATA_STALE: data ${age(ageMs)} old > ${age(STALE_AFTER_MS)}`
  return chosen.allowed === 'CANCEL' ? 'CANCEL_ONLY: the gate lets only cancels through here' : undefined
}
