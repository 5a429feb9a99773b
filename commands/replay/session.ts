import { replaySession } from '../../src/replay/session-replay.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { MANUAL_BOT, manualStrategy } from '../../src/runtime/engine/manual-strategy.ts'
import { findStrategy } from '../../src/strategy/catalogue.ts'
import { sessionList, storedSession } from '../../storage/recorded-sessions.ts'
import { openStore } from '../engine/open-store.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { ReplayOptions } from '../replay.ts'
import { terminalProgress } from '../terminal.ts'
import { describe } from './run.ts'

/** `session`, `session:3`, `session:all`: sessions of the engine, from the profile's database. */
export function isSessionReference(reference: string): boolean {
  return /^session(:(\d+|all))?$/.test(reference)
}

/** Lets sessions of the engine be lived again and compares every event. */
export function replaySessions(reference: string, options: ReplayOptions): Outcome {
  const store = openStore(profilePaths(options.profile), 'normal')
  try {
    const known = sessionList(store.db, 10_000)
    const [, which] = reference.split(':')
    const wanted =
      which === 'all'
        ? known.toReversed()
        : known.filter(({ runNo }, at) => (which === undefined ? at === 0 : runNo === Number(which)))
    if (wanted.length === 0) {
      const hint = 'list them with `profinaut journal sessions`'
      throw new CommandError(EXIT.usage, 'SESSION_NOT_FOUND', `there is no ${reference}`, hint)
    }
    const progress = options.quiet ? undefined : terminalProgress()
    const outcomes: Outcome[] = []
    for (const { runNo, inputBytes } of wanted) {
      const session = storedSession(store.db, runNo)
      if (session === undefined) continue
      if (inputBytes === 0 && runNo > 0) {
        const message = `session ${runNo}: its inputs were pruned, or it took none`
        outcomes.push({
          code: EXIT.inconclusive,
          message,
          text: message,
          reasonCodes: ['INPUT_MISSING'],
          data: { session: runNo, verdict: 'UNKNOWN' },
        })
        continue
      }
      const replay = replaySession(
        session,
        (id) => (id === MANUAL_BOT ? manualStrategy : findStrategy(id)),
        (inputs) => progress?.update(`replay session ${runNo}`, inputs, undefined, 'inputs'),
      )
      const outcome = describe({ runId: session.runId }, replay)
      outcomes.push({
        ...outcome,
        text: `session ${runNo}: ${replay.inputs} inputs, ${outcome.text ?? outcome.message}`,
      })
    }
    progress?.clear()
    return together(outcomes)
  } finally {
    store.close()
  }
}

function together(outcomes: readonly Outcome[]): Outcome {
  const worst = outcomes.reduce(
    (found, outcome) => (outcome.code > found.code ? outcome : found),
    outcomes[0] ?? { code: EXIT.ok, message: 'nothing to replay' },
  )
  return {
    code: worst.code,
    message: worst.message,
    reasonCodes: worst.reasonCodes ?? [],
    text: outcomes.map(({ text }) => text).join('\n'),
    data: { sessions: outcomes.map(({ data }) => data) },
  }
}
