import { verifyEvents } from '../../storage/sqlite-events.ts'
import { requireWhole } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'

export function verify(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store, caller }) => {
      requireWhole(caller, 'upkeep')
      const verdict = verifyEvents(store.db)
      if (verdict.ok) {
        const { runs, events, head } = verdict
        const text = `sound: ${events} events in ${runs} sessions, head ${head.slice(0, 16)}`
        return { code: EXIT.ok, message: text, text, note: '', data: { sessions: runs, events, head } }
      }
      const { fault } = verdict
      const message = `broken at event ${fault.seq ?? '?'} of session ${fault.runId}: ${fault.what}, expected ${fault.expected}, found ${fault.found}\nstop the engine, keep this file as it is, and restore the last backup`
      return {
        code: EXIT.checkFailed,
        message,
        note: '',
        reasonCodes: ['CHAIN_BROKEN'],
        quality: 'UNKNOWN',
        data: { fault },
      }
    },
  })
}
