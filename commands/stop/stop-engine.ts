import type { CommandDeps } from '../command-line.ts'
import { unreachable, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { missingPhrase } from '../flatten-phrase.ts'
import type { Outcome } from '../outcome.ts'
import type { StopOptions } from '../stop.ts'
import { submit } from '../submission.ts'

const POLL_MS = 50

export function stopEngine({ engine }: CommandDeps, options: StopOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { holder } = access
    if (holder === undefined) throw unreachable(access)
    const { how, wait = 0, confirm } = options
    if (how === 'flatten') {
      const missing = await missingPhrase(access, { scope: 'global', confirm, act: 'a flattening stop' })
      if (missing !== undefined) return missing
    }
    const untilMs = engine.monotonicMs() + wait * 1_000
    const answered = await submit(access, engine, { type: 'ENGINE_STOP', payload: { how } }, options)
    // An engine that is slow to answer may be on its way out all the same; one that refuses is not.
    if (wait === 0 || (answered.code !== EXIT.ok && answered.code !== EXIT.unreachable)) return answered
    const isThere = () => engine.isAlive(holder) && access.store.lease.holder()?.instanceId === holder.instanceId
    while (isThere()) {
      if (engine.monotonicMs() >= untilMs)
        return {
          ...answered,
          code: EXIT.unreachable,
          message: `the engine of process ${holder.pid} is not gone yet\nsee what it does with: profinaut status`,
          reasonCodes: ['STILL_STOPPING'],
        }
      await engine.pause(POLL_MS)
    }
    const text = `the engine of process ${holder.pid} is gone`
    return { code: EXIT.ok, message: text, text, data: { pid: holder.pid, how } }
  })
}
