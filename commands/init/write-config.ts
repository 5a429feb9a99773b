import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { profilePaths } from '../../src/runtime/config.ts'
import { prepareFolders } from '../../src/runtime/config-folder.ts'
import { renderDefaultConfig } from '../../src/runtime/config-template.ts'
import { stored } from '../../storage/fault.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { InitOptions } from '../init.ts'
import { CommandError, type Outcome } from '../outcome.ts'

/** Writes the settings of a new profile. What a person wrote is never lost: with `--force` it is moved aside. */
export function init({ engine }: CommandDeps, { profile, force }: InitOptions): Outcome {
  const paths = profilePaths(profile)
  prepareFolders(paths)
  const { config } = paths
  let kept: string | undefined
  if (existsSync(config)) {
    if (!force)
      throw new CommandError(
        EXIT.denied,
        'CONFIG_EXISTS',
        `${config} is there and is left as it is`,
        'change it by hand, or give --force to put a new one in its place',
      )
    kept = `${config}.${(isoTime(engine.now()) ?? '').replaceAll(/[-:]|\.\d+/g, '')}`
    const aside = kept
    stored(`keep ${config}`, () => renameSync(config, aside))
  }
  // `wx`: should another process have been faster, its file stands.
  stored(`write ${config}`, () => writeFileSync(config, renderDefaultConfig(), { flag: 'wx', mode: 0o600 }))
  const was = kept === undefined ? '' : `\nthe one before is kept: ${kept}`
  const text = `${config} is written${was}\nread it, then start: profinaut --profile ${paths.profile}`
  return {
    code: EXIT.ok,
    message: `${config} is written`,
    text,
    data: { profile: paths.profile, folder: paths.folder, config, kept: kept ?? null },
  }
}
