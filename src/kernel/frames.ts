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

/** One larger bar in the making, and who is given it. */
interface Frame {
  readonly stepUs: number
  readonly aggregator: BarAggregator
  readonly subscribers: { readonly bot: Bot; readonly frame: number }[]
}

/**
 * Larger bars made of the data's own, for the bots that ask for them. One reaches a strategy when it is complete, after the
 * small bar that completes it and at the same time; the first is left out when the data began inside it.
 */
export class BarFrames {
  readonly #instrumentAt: number
  readonly #window = new FrameWindow()
  readonly #frames: Frame[] = []
  /** What is shown of the past once the present has begun: buckets of their own, made anew for every showing. */
  #past: Frame[] | undefined
  #pastTs = Number.POSITIVE_INFINITY
  #isLive = false
  #isRecalling = false

  constructor(bots: readonly Bot[], instrumentAt: number) {
    this.#instrumentAt = instrumentAt
    for (const bot of bots) this.#subscribe(bot)
  }

  get isUsed(): boolean {
    return this.#frames.length > 0
  }

  /** Asks a bot again which frames it wants: its parameters changed. Those of others go on as they were. */
  resubscribe(bot: Bot): void {
    for (const { subscribers } of this.#frames) {
      const at = subscribers.findIndex((subscriber) => subscriber.bot === bot)
      if (at >= 0) subscribers.splice(at, 1)
    }
    this.#subscribe(bot)
    this.#past = undefined
  }

  add(bars: BarColumns, row: number): void {
    this.#isLive = true
    for (const { aggregator } of this.#frames) aggregator.addBars(bars, row, row + 1)
  }

  /** A row of the past, for the bots that are cold. Before the first live row it begins the bars that live rows complete. */
  recall(bars: BarColumns, row: number): void {
    this.#isRecalling = true
    for (const { aggregator } of this.#isLive ? this.#pastFrames(bars.openTs[row] as number) : this.#frames)
      aggregator.addBars(bars, row, row + 1)
    this.#isRecalling = false
  }

  #pastFrames(openTs: number): readonly Frame[] {
    if (this.#past === undefined || openTs < this.#pastTs)
      this.#past = this.#frames.map(({ stepUs, subscribers }) => this.#frame(stepUs, subscribers))
    this.#pastTs = openTs
    return this.#past
  }

  #subscribe(bot: Bot): void {
    const steps = bot.config.strategy.frames?.(bot.config.params) ?? []
    steps.forEach((stepUs, at) => {
      let frame = this.#frames.find((other) => other.stepUs === stepUs)
      if (frame === undefined) {
        frame = this.#frame(stepUs, [])
        this.#frames.push(frame)
      }
      frame.subscribers.push({ bot, frame: at + 1 })
    })
  }

  #frame(stepUs: number, subscribers: Frame['subscribers']): Frame {
    let isFirst = true
    const aggregator = new BarAggregator({ stepUs, source: 'bars', empty: 'skip' }, (bar) => {
      const isPartialStart = isFirst && !bar.isComplete
      isFirst = false
      if (isPartialStart) return
      for (const { bot, frame } of subscribers) this.#give(bot, bar, frame)
    })
    return { stepUs, aggregator, subscribers }
  }

  #give(bot: Bot, bar: AggregatedBar, frame: number): void {
    const show = () => bot.handlers.onBar?.(this.#window.at(bar), bot.localAt(this.#instrumentAt), frame)
    if (!this.#isRecalling) {
      if (bot.isFed) bot.guard('onBar', show)
    } else if (bot.isCold) bot.recall(bar.closeTs, false, show)
  }
}
