import { money, NONE, number, qty, signed } from '../paint/numbers.ts'
import type { Piece } from '../paint/row.ts'
import type { PanelContext } from '../panel.ts'
import { rowOf } from './row-of.ts'

/** What stands for an amount that is not for every eye. */
export const MASK = '***'

/** A signed amount in the account's currency, bare, dressed by its direction. */
export function gain(value: number | undefined, context: PanelContext): Piece {
  if (value === undefined || !Number.isFinite(value)) return [NONE, 'muted']
  return context.isMasked ? MASK : signed(value, accountMoney(value, context, true))
}

/** An amount in the account's currency, bare. */
export function amount(value: number | undefined, context: PanelContext): Piece {
  if (value === undefined || !Number.isFinite(value)) return [NONE, 'muted']
  return context.isMasked ? MASK : accountMoney(value, context, false)
}

function accountMoney(value: number, { ribbon }: PanelContext, isSigned: boolean): string {
  // Before the first ribbon the currency is not known; two decimals hold for most.
  return ribbon === undefined
    ? number(value, { digits: 2, isSigned })
    : money(value, ribbon.currency, { isSigned, isBare: true })
}

/** Lots in the words of their instrument; `?` while it has not been described. */
export function quantity(lots: number, instrumentId: string, context: PanelContext, isSigned = false): Piece {
  if (context.isMasked) return MASK
  if (lots === 0) return '0'
  const instrument = rowOf(context.instruments, instrumentId)
  if (instrument === undefined) return [context.look.glyphs.unknown, 'unknown']
  return qty(lots, instrument, isSigned)
}

// A number that stands for itself: not part of a name, an id or a hash, and no percentage or time with its unit.
const BARE_NUMBER = /(?<![\w#-]|\d[.,])[+-]?\d[\d,]*(?:\.\d+)?(?![\w%]|[.,]\d)/g

/** A text that may tell amounts: every bare number in it is masked, because a text does not say what it counts. */
export function masked(text: string, { isMasked }: PanelContext): string {
  return isMasked ? text.replace(BARE_NUMBER, MASK) : text
}
