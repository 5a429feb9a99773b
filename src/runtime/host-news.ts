import type { HostFact } from '../kernel/host-fact.ts'

/** What other processes did while no engine could be told: the engine journals it when it starts. */
export interface HostNews {
  /** What no session has journalled yet, oldest first. */
  pending(): readonly HostFact[]
  /** All that was pending is on disk. A crash just before tells it again: the same fact, with the same time. */
  journaled(): void
}

/** News of several kinds as one. */
export function allNews(...sources: readonly HostNews[]): HostNews {
  return {
    pending: () => sources.flatMap((source) => source.pending()),
    journaled: () => {
      for (const source of sources) source.journaled()
    },
  }
}
