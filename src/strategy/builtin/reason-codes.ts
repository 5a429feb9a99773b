/**
 * Why a built-in strategy acts: every order, change and cancel of theirs carries one of these. The word before the first
 * underscore is the class. Codes are stable: reports and scripts search for them.
 */
export const REASONS = {
  ENTRY_CROSS_UP: 'the fast average rose above the slow one',
  ENTRY_CROSS_DOWN: 'the fast average fell below the slow one, and shorts are wanted',
  ENTRY_OVERSOLD: 'the oscillator fell below its lower bound',
  ENTRY_OVERBOUGHT: 'the oscillator rose above its upper bound, and shorts are wanted',
  ENTRY_BREAKOUT_UP: 'a close above the highest high of the entry channel',
  ENTRY_BREAKOUT_DOWN: 'a close below the lowest low of the entry channel, and shorts are wanted',
  ENTRY_HOLD: 'the first price: buy and keep',
  ENTRY_GRID_BUY: 'a grid level below the market waits to buy',
  ENTRY_GRID_SELL: 'a grid level above the market waits to sell',
  EXIT_CROSS_UP: 'the fast average rose above the slow one: the short is over',
  EXIT_CROSS_DOWN: 'the fast average fell below the slow one: the long is over',
  EXIT_OVERBOUGHT: 'the oscillator reached the upper bound: the long is over',
  EXIT_OVERSOLD: 'the oscillator reached the lower bound: the short is over',
  EXIT_MAX_HOLD: 'the position was held for as many bars as allowed',
  EXIT_CHANNEL_LOW: 'a close below the exit channel: the long is over',
  EXIT_CHANNEL_HIGH: 'a close above the exit channel: the short is over',
  EXIT_GRID_SELL: 'what a grid level bought is offered one level higher',
  EXIT_GRID_BUY: 'what a grid level sold is bid for one level lower',
  STOP_ATR: 'a stop some average true ranges away from the entry',
  STOP_TRAIL: 'the stop follows the price',
  STOP_RESIZE: 'the stop takes the size of the position',
  REBALANCE_OVERRULED: 'a newer decision replaces one whose order is still under way',
  REBALANCE_GRID_LEFT: 'the price left the grid: its orders are withdrawn',
  REBALANCE_GRID_FLATTEN: 'the price left the grid: its inventory is closed before a new one is laid',
  REBALANCE_GRID_STOPPED: 'the strategy stops: no level stays without someone to answer it',
  QUOTE_BID: 'a bid below the fair price',
  QUOTE_ASK: 'an ask above the fair price',
  QUOTE_MOVED: 'the fair price or the inventory moved: the quote follows',
  QUOTE_MOMENTUM_UP: 'the price is rising: nothing is offered',
  QUOTE_MOMENTUM_DOWN: 'the price is falling: nothing is bid for',
  QUOTE_INVENTORY: 'inventory or money allows no more on this side',
  QUOTE_NO_MARKET: 'the market has no two sides: its price is not known',
  QUOTE_STOPPED: 'the strategy stops: no quote stays unattended',
} as const satisfies Readonly<Record<`${'ENTRY' | 'EXIT' | 'STOP' | 'REBALANCE' | 'QUOTE'}_${string}`, string>>

export type ReasonCode = keyof typeof REASONS

/** The numbers that decided, flat, finite, fit for JSON. */
export type Evidence = Readonly<Record<string, number | string | boolean>>
