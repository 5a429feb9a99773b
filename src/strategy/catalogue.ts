import { buyAndHold } from './builtin/buy-and-hold.ts'
import { donchianBreakout } from './builtin/donchian-breakout.ts'
import { grid } from './builtin/grid.ts'
import { rsiReversion } from './builtin/rsi-reversion.ts'
import { simpleMm } from './builtin/simple-mm.ts'
import { smaCross } from './builtin/sma-cross.ts'
import type { StrategyDefinition } from './strategy.ts'

/** The strategies that come with the program, by name. */
export const BUILT_IN: readonly StrategyDefinition[] = [
  buyAndHold,
  donchianBreakout,
  grid,
  rsiReversion,
  simpleMm,
  smaCross,
]

export function findStrategy(id: string): StrategyDefinition | undefined {
  return BUILT_IN.find((strategy) => strategy.id === id)
}
