import type { EngineClient } from '../src/runtime/link/engine-client.ts'
import type { Topic, ViewOf } from '../src/runtime/link/views.ts'
import type { ViewShelf } from './panel.ts'

interface Shelved {
  readonly view: unknown
  readonly ms: number
}

/**
 * The newest view of every topic that is looked at. What arrives waits until the next {@link handOver}: the picture changes
 * as a whole, at the screen's own pace, and a view that is overtaken is never drawn.
 */
export class ViewStore implements ViewShelf {
  readonly #client: EngineClient
  readonly #nowMs: () => number
  readonly #arrived = new Map<Topic, Shelved>()
  readonly #shown = new Map<Topic, Shelved>()
  readonly #watches = new Map<Topic, () => void>()
  /** Called when something came that must be seen at once. */
  onUrgent: (() => void) | undefined

  constructor(client: EngineClient, nowMs: () => number) {
    this.#client = client
    this.#nowMs = nowMs
  }

  get<T extends Topic>(topic: T): ViewOf<T> | undefined {
    return this.#shown.get(topic)?.view as ViewOf<T> | undefined
  }

  ageMs(topic: Topic): number | undefined {
    const shelved = this.#shown.get(topic)
    if (shelved === undefined) return undefined
    const age = this.#nowMs() - shelved.ms
    // An engine that answers sends what changes: what it did not send again is as it was a moment ago.
    return this.#client.state === 'UP' ? Math.min(age, this.#client.silentMs) : age
  }

  /** Subscribes to exactly these topics; what is not looked at costs nothing. */
  follow(topics: ReadonlySet<Topic>): void {
    for (const [topic, stop] of this.#watches)
      if (!topics.has(topic)) {
        stop()
        this.#watches.delete(topic)
        this.#arrived.delete(topic)
      }
    for (const topic of topics) {
      if (this.#watches.has(topic)) continue
      // A client may tell what it has before `watch` returns: that view waits for whoever is subscribing now.
      let isSubscribed = false
      const told = (view: unknown) => {
        this.#arrived.set(topic, { view, ms: this.#nowMs() })
        if (isSubscribed && isUrgent(topic)) this.onUrgent?.()
      }
      this.#watches.set(topic, this.#client.watch(topic, told))
      isSubscribed = true
    }
  }

  /** Asks for everything anew. */
  resync(): void {
    const topics = new Set(this.#watches.keys())
    this.follow(new Set())
    this.follow(topics)
  }

  /**
   * Takes over what has arrived. A frozen picture takes only what safety needs: the ribbon and the kill estimate.
   *
   * @returns whether anything changed
   */
  handOver(isFrozen: boolean): boolean {
    let hasChanged = false
    for (const [topic, shelved] of this.#arrived) {
      if (isFrozen && topic !== 'ribbon' && !isUrgent(topic)) continue
      this.#shown.set(topic, shelved)
      this.#arrived.delete(topic)
      hasChanged = true
    }
    return hasChanged
  }

  close(): void {
    this.follow(new Set())
  }
}

/** Progress of a kill is painted when it comes. */
function isUrgent(topic: Topic): boolean {
  return topic.startsWith('kill/')
}

export interface Circumstances {
  readonly cells: number
  readonly isFocused: boolean
  readonly isLowPower: boolean
  /** Over ssh, where each byte travels. */
  readonly isRemote: boolean
  /** Frames cost more than they may for longer than they may. */
  readonly isSlow: boolean
}

/** Time between two pictures of data, ms; keys do not wait for it. */
export function tickMs({ cells, isFocused, isLowPower, isRemote, isSlow }: Circumstances): number {
  if (!isFocused || isLowPower) return 1_000
  const pace = isRemote ? 250 : cells <= 5_000 ? 100 : 200
  return isSlow ? pace * 2 : pace
}
