import type { Panel } from '../panel.ts'
import { APPROVALS_PANEL } from './approvals/panel.ts'
import { BOTS_PANEL } from './bots/panel.ts'
import { MARKETS_PANEL } from './markets/panel.ts'
import { ORDERS_PANEL } from './orders/panel.ts'
import { PORTFOLIO_PANEL } from './portfolio/panel.ts'
import { SAFETY_PANEL } from './safety/panel.ts'
import { SYSTEM_PANEL } from './system/panel.ts'

/** The panels of the screen, in the order of their keys. */
export const PANELS: readonly Panel[] = [
  BOTS_PANEL,
  MARKETS_PANEL,
  PORTFOLIO_PANEL,
  SAFETY_PANEL,
  ORDERS_PANEL,
  SYSTEM_PANEL,
  APPROVALS_PANEL,
]
