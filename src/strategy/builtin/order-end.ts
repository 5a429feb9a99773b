import type { OrderView } from '../strategy.ts'

const ENDS: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'BLOCKED'])

/** Whether an order can do nothing more. One whose state is unknown still can. */
export function hasEnded({ state }: OrderView): boolean {
  return ENDS.has(state)
}
