import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, parseReason, parseSince, reads, type Since } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface PruneOptions extends ReadOptions {
  readonly before: Since
  readonly yes: boolean
}
export interface HoldOptions extends ReadOptions {
  readonly reason: string
}
export interface BackupOptions extends ReadOptions {
  readonly to?: string | undefined
}

export function storageCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('storage').description("the profile's database: size, soundness, upkeep")
  reads(command.command('status').description('size, sessions, owner, shape'))
    .addHelpText('after', examples('storage status'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./storage/status.ts')).storageStatus(deps, options)),
    )
  reads(command.command('verify').description('pages, hash chain, and whether the tables are what the journal says'))
    .addHelpText('after', `${examples('storage verify')}\nExit codes: 0 sound, 5 not, with the cure.\n`)
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./storage/upkeep.ts')).verifyStorage(deps, options)),
    )
  reads(command.command('rebuild').description('make all tables anew from the journal; refused while an engine runs'))
    .addHelpText(
      'after',
      `${examples('storage rebuild')}\nExit codes: 0 done, 5 the journal cannot be trusted, 6 an engine runs.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./storage/upkeep.ts')).rebuildStorage(deps, options)),
    )
  reads(command.command('prune').description('let recorded inputs and bars go that are old; events never go'))
    .requiredOption('--before <when>', "older than a duration or a time: '90d', '2026-01-01'", parseSince)
    .option('--yes', 'do it; without it nothing is deleted (exit 4)', false)
    .addHelpText(
      'after',
      `${examples('storage prune --before 90d --yes')}\nA session whose inputs are gone can be read and verified, and no longer be replayed. The journal keeps of them their\nspan, count and SHA-256. Exit codes: 0 done, 3 a hold stands or your role may not, 4 not without --yes.\n`,
    )
    .action((options: PruneOptions) =>
      settle(options, async () => (await import('./storage/retention.ts')).pruneStorage(deps, options)),
    )
  for (const [name, text, act] of [
    ['hold', 'nothing is let go until the hold is lifted: a lawsuit, an audit', 'holdStorage'],
    ['unhold', 'lift the hold: old recordings may go again', 'unholdStorage'],
  ] as const)
    reads(command.command(name).description(text))
      .requiredOption('--reason <text>', 'why, at least 4 characters; it is recorded', parseReason)
      .addHelpText('after', examples(`storage ${name} --reason "request 2026-14"`))
      .action((options: HoldOptions) =>
        settle(options, async () => (await import('./storage/retention.ts'))[act](deps, options)),
      )
  reads(
    command
      .command('backup')
      .description('a copy of the database as it stands, whole or not at all; an engine may run'),
  )
    .option('--to <file>', 'where to (default: backups/ in the profile, named by the time)')
    .addHelpText('after', examples('storage backup', 'storage backup --to /mnt/usb/profinaut.db'))
    .action((options: BackupOptions) =>
      settle(options, async () => (await import('./storage/upkeep.ts')).backupStorage(deps, options)),
    )
  return command
}
