import { type AggregatedBar, BarAggregator } from '../market/bar-aggregator.ts'
import type { BarColumns } from '../market/columns.ts'
import type { BarView } from '../strategy/strategy.ts'
import type { Bot } from './bot.ts'

/** What a strategy sees of a larger bar: its numbers, not the one record that the aggregator fills again. */
class FrameWindow implements BarView {
  #bar: AggregatedBar | undefined
  at(bar: AggregatedBar): this {
    this.#bar = bar
    return this
  }
  get openTs(): number {
    return (this.#bar as AggregatedBar).openTs
  }
  get closeTs(): number {
    return (this.#bar as AggregatedBar).closeTs
  }
  get open(): number {
    return (this.#bar as AggregatedBar).open
  }
  get high(): number {
    return (this.#bar as AggregatedBar).high
  }
  get low(): number {
    return (this.#bar as AggregatedBar).low
  }
  get close(): number {
    return (this.#bar as AggregatedBar).close
  }
  get volume(): number {
    return (this.#bar as AggregatedBar).volume
  }
}

/**
 * Larger bars made of the data's own, for the bots that ask for them. One reaches a strategy when it is complete, after the
 * small bar that completes it and at the same time; the first is left out when the data began inside it.
 */
export class BarFrames {
  readonly isUsed: boolean
  readonly #aggregators: readonly BarAggregator[]

  constructor(bots: readonly Bot[], instrumentAt: number) {
    const subscribers = new Map<number, { readonly bot: Bot; readonly frame: number }[]>()
    for (const bot of bots) {
      const steps = bot.config.strategy.frames?.(bot.config.params) ?? []
      steps.forEach((stepUs, at) => {
        const list = subscribers.get(stepUs) ?? []
        list.push({ bot, frame: at + 1 })
        subscribers.set(stepUs, list)
      })
    }
    const window = new FrameWindow()
    this.#aggregators = [...subscribers].map(([stepUs, list]) => {
      let isFirst = true
      return new BarAggregator({ stepUs, source: 'bars', empty: 'skip' }, (bar) => {
        const isPartialStart = isFirst && !bar.isComplete
        isFirst = false
        if (isPartialStart) return
        for (const { bot, frame } of list) {
          if (bot.isFed)
            bot.guard('onBar', () => bot.handlers.onBar?.(window.at(bar), bot.localAt(instrumentAt), frame))
        }
      })
    })
    this.isUsed = this.#aggregators.length > 0
  }

  add(bars: BarColumns, row: number): void {
    for (const aggregator of this.#aggregators) aggregator.addBars(bars, row, row + 1)
  }
}
