import { NONE, price } from '../paint/numbers.ts'
import type { Piece } from '../paint/row.ts'
import type { PanelContext } from '../panel.ts'
import { rowOf } from './row-of.ts'

/** `▴buy` and `▾sell`: a shape, a word and only then a colour. */
export function sideWord(side: 'buy' | 'sell', { glyphs }: PanelContext['look']): Piece {
  return side === 'buy' ? [`${glyphs.up}buy`, 'up'] : [`${glyphs.down}sell`, 'down']
}

/** Ticks as the instrument writes them; `?` while it has not been described. */
export function priceWord(ticks: number | undefined, instrumentId: string, context: PanelContext): Piece {
  if (ticks === undefined) return [NONE, 'muted']
  const instrument = rowOf(context.instruments, instrumentId)
  return instrument === undefined ? [context.look.glyphs.unknown, 'unknown'] : price(ticks, instrument)
}

/** `38ms`, `0.6ms`. */
export function milliseconds(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return NONE
  return ms < 10 && !Number.isInteger(ms) ? `${ms.toFixed(1)}ms` : `${Math.round(ms)}ms`
}
