import type { BarColumns } from '../market/columns.ts'
import type { Bot } from './bot.ts'

export class BarFrames {
  readonly isUsed = false
  constructor(_bots: readonly Bot[], _at: number) {}
  add(_bars: BarColumns, _row: number): void {}
}
