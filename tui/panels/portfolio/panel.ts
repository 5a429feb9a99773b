import { decimal, decimalToNumber } from '../../../src/domain/decimal.ts'
import type { PositionRow } from '../../../src/runtime/link/views.ts'
import { number, qtyDigits } from '../../paint/numbers.ts'
import type { Panel, PanelAction, PanelContext } from '../../panel.ts'
import { freshness } from '../freshness.ts'
import { paintPortfolio } from './paint.ts'
import {
  PORTFOLIO_SORTS,
  PORTFOLIO_VIEWS,
  positionRows,
  positionSentence,
  positionWords,
  RANGES,
  selectedPosition,
} from './view-model.ts'

/** What do I have, what do I lose, what do I risk. */
export const PORTFOLIO_PANEL: Panel = {
  key: '3',
  id: 'portfolio',
  title: 'Portfolio',
  short: 'Port',
  views: PORTFOLIO_VIEWS,
  sorts: PORTFOLIO_SORTS,
  choices: [{ key: 't', name: 'range', options: RANGES }],
  topics: () => ['portfolio', 'ribbon', 'instruments'],
  rows: (shelf, state) => positionRows(shelf, state).map(({ id }) => id),
  actions(shelf, state, context) {
    const position = selectedPosition(shelf, state)
    return [closeAction(position, context), stopAction(position, context)]
  },
  paint: paintPortfolio,
  sentence(shelf, state, context) {
    const view = shelf.get('portfolio')
    const position = selectedPosition(shelf, state)
    if (view === undefined) return 'The portfolio is UNKNOWN: the engine has not told it yet.'
    if (position === undefined) return 'Flat: no position is open.'
    return positionSentence(position, positionWords(position, view, freshness(shelf, 'portfolio'), context))
  },
}

/** Reduces, so an old or unknown price does not stand in its way: the engine knows better than the screen. */
function closeAction(position: PositionRow | undefined, { ribbon, instruments }: PanelContext): PanelAction {
  const isReal = ribbon === undefined || ribbon.runMode === 'live' || ribbon.runMode === 'canary'
  const base = { key: 'X', label: 'close', tier: isReal ? 'T1' : 'T2' } as const
  if (position === undefined) return { ...base, disabled: 'NO_POSITION: nothing is selected' }
  const { instrumentId, botId, venueId, qty } = position
  const symbol = instruments[instrumentId]?.symbol ?? instrumentId
  const side = qty > 0 ? 'sells' : 'buys back'
  return {
    ...base,
    disabled: ribbon?.killLevel === 'HALT' ? 'KILL_HALT: only cancels pass; lower the kill in 4 first' : undefined,
    command: {
      type: 'POSITION_CLOSE',
      payload: { instrument_id: instrumentId, bot_id: botId },
      effect: `${side} all of ${botId}'s ${symbol} on ${venueId}, reduce-only`,
    },
  }
}

/** A ticket that is filled in for a stop at the venue. */
function stopAction(position: PositionRow | undefined, { instruments }: PanelContext): PanelAction {
  const base = { key: 'O', label: 'stop', tier: 'T1' } as const
  if (position === undefined) return { ...base, disabled: 'NO_POSITION: nothing is selected' }
  const instrument = instruments[position.instrumentId]
  if (instrument === undefined) return { ...base, disabled: `INSTRUMENT_UNKNOWN: ${position.instrumentId}` }
  const size = Math.abs(position.qty) * decimalToNumber(decimal(instrument.lotSize))
  return {
    ...base,
    form: {
      name: 'ticket',
      fields: {
        instrument_id: position.instrumentId,
        bot_id: position.botId,
        side: position.qty > 0 ? 'sell' : 'buy',
        type: 'STOP',
        qty: number(size, { digits: qtyDigits(instrument) }).replaceAll(',', ''),
        reduce_only: 'true',
      },
    },
  }
}
