import type { RunId } from '../domain/ids.ts'
import { InputPlayer } from '../kernel/input-log.ts'
import { Kernel, type KernelObserver } from '../kernel/kernel.ts'
import { SessionSpec, sessionConfig } from '../kernel/session-spec.ts'
import type { EngineState } from '../projection/engine-state.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { ReplayJournal, type ReplayOutcome } from './replay.ts'

/** A session as the database keeps it. */
export interface RecordedSession {
  readonly runId: RunId
  /** The specification as JSON. */
  readonly spec: unknown
  /** The books that it went on from; undefined for a profile's first. */
  readonly restored: EngineState | undefined
  /** Lines of its journal, in order. */
  readonly lines: Iterator<string>
  /** What its kernel took in, in order. */
  readonly inputs: Iterable<Uint8Array>
}

export interface SessionReplay extends ReplayOutcome {
  readonly inputs: number
}

/**
 * Lets a session be lived again: the same books, the same inputs in the same order, a kernel of this code. Every event must
 * be, byte for byte, the one that was recorded.
 *
 * @param told after every chunk of inputs, with their count
 * @param observerOf who wants to be told what happens in it
 * @throws InputLogError where the inputs cannot be read; Error where a bot's strategy is not here
 */
export function replaySession(
  session: RecordedSession,
  strategyOf: (id: string) => StrategyDefinition | undefined,
  told: (inputs: number) => void = () => undefined,
  observerOf?: (kernel: Kernel) => KernelObserver,
): SessionReplay {
  const config = sessionConfig(SessionSpec.parse(session.spec), strategyOf, session.restored)
  let describe = (): string => 'the start of the session'
  const journal = new ReplayJournal(session.lines, { runId: session.runId, describeInput: () => describe() })
  const kernel = new Kernel(config, journal)
  describe = () => kernel.describeInput()
  kernel.observer = observerOf?.(kernel)
  kernel.start()
  const player = new InputPlayer(kernel)
  for (const chunk of session.inputs) {
    player.play(chunk, () => journal.isDiverged)
    // Nobody performs the effects of a replay: what the venue answered is among the inputs.
    kernel.takeOutbox()
    if (journal.isDiverged) break
    told(player.inputs)
  }
  return { ...journal.finish(), inputs: player.inputs }
}
