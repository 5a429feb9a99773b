import { type FlagName, type FlagStage, nextStage } from '../../src/runtime/authority/flags.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { FlagChangeOptions } from '../flag.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { submit } from '../submission.ts'
import { flagsOf, requireFlag } from './rows.ts'

export function setFlag(
  deps: CommandDeps,
  name: string,
  stage: FlagStage,
  options: FlagChangeOptions,
): Promise<Outcome> {
  const flag = requireFlag(name)
  return withEngine(options, deps.engine, (access) => change(deps, access, { flag, stage }, options))
}

/** The engine has the last word: a flag that was moved meanwhile is not promoted past a stage. */
export function promoteFlag(deps: CommandDeps, name: string, options: FlagChangeOptions): Promise<Outcome> {
  const flag = requireFlag(name)
  return withEngine(options, deps.engine, (access) => {
    const from = flagsOf(access.store, deps.engine.now()).stages[flag]
    const stage = nextStage(from)
    if (stage === undefined)
      throw new CommandError(EXIT.denied, 'FLAG_STAGE_LAST', `${flag} is on: there is no stage above`, 'see: flag show')
    return change(deps, access, { flag, stage }, options)
  })
}

function change(
  { engine }: CommandDeps,
  access: EngineAccess,
  { flag, stage }: { readonly flag: FlagName; readonly stage: FlagStage },
  options: FlagChangeOptions,
): Promise<Outcome> {
  const { evidence, until } = options
  const payload = {
    name: flag,
    stage,
    ...(evidence === undefined ? {} : { evidence }),
    ...(until === undefined ? {} : { expires_ts: engine.now() + until }),
  }
  return submit(access, engine, { type: 'FLAG_SET', payload }, options)
}
