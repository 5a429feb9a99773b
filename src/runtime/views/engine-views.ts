import { monotonicMs } from '../clock.ts'
import type { Engine } from '../engine/engine.ts'
import type { ViewSource } from '../link/link-server.ts'
import { paceUs, type Topic } from '../link/views.ts'
import { approvalsView } from './approvals-view.ts'
import { botsView, botView } from './bots-view.ts'
import { killView } from './kill-view.ts'
import { chartView, instrumentsView, marketsView, marketView } from './markets-view.ts'
import { ordersView, orderView } from './orders-view.ts'
import { portfolioView } from './portfolio-view.ts'
import { type RibbonFacts, ribbonView } from './ribbon-view.ts'
import { safetyView } from './safety-view.ts'
import { type HostFacts, systemView } from './system-view.ts'

export interface ViewFacts {
  ribbon(): RibbonFacts
  host(): HostFacts
}

/** Views of an engine, each made at most once a pace however many watch it. */
export class EngineViews implements ViewSource {
  readonly #engine: Engine
  readonly #facts: ViewFacts
  readonly #made = new Map<string, { readonly ms: number; readonly view: unknown }>()

  constructor(engine: Engine, facts: ViewFacts) {
    this.#engine = engine
    this.#facts = facts
  }

  view(topic: Topic): unknown {
    const ms = monotonicMs()
    const made = this.#made.get(topic)
    if (made !== undefined && ms - made.ms < paceUs(topic) / 2_000) return made.view
    const view = this.#make(topic)
    this.#made.set(topic, { ms, view })
    if (this.#made.size > 256) this.#made.clear()
    return view
  }

  #make(topic: string): unknown {
    const engine = this.#engine
    switch (topic) {
      case 'instruments':
        return instrumentsView(engine)
      case 'ribbon':
        return ribbonView(engine, this.#facts.ribbon())
      case 'bots':
        return botsView(engine)
      case 'orders':
        return ordersView(engine)
      case 'markets':
        return marketsView(engine)
      case 'portfolio':
        return portfolioView(engine)
      case 'safety':
        return safetyView(engine)
      case 'system':
        return systemView(engine, this.#facts.host())
      case 'approvals':
        return approvalsView(engine)
      case 'audit': {
        const { chronicle, parts } = engine
        return {
          chain: { events: engine.kernel.events, head: engine.journalHash },
          events: chronicle.tail.slice(-200).reverse(),
          commands: parts.store.commands
            .list({ limit: 50 })
            .map(({ id, type, actor, issuedTs, status, message }) => ({ id, type, actor, issuedTs, status, message })),
        }
      }
      default: {
        const [kind = '', id = '', more = ''] = topic.split('/')
        if (kind === 'bot') return botView(engine, id)
        if (kind === 'order') return orderView(engine, id)
        if (kind === 'market') return marketView(engine, id)
        if (kind === 'bars') return chartView(engine, id, more)
        if (kind === 'kill') return killView(engine, id)
        return undefined
      }
    }
  }
}
