import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration, parseTime, US_PER_HOUR, US_PER_SECOND } from '../src/domain/time.ts'
import { FORMATS } from './format.ts'

/** Gives a command the options of all that read. */
export function reads(command: Command): Command {
  return command
    .option('--profile <name>', 'whose engine and books')
    .option('--json', 'print one JSON envelope', false)
    .addOption(
      new Option('--format <format>', 'table in a terminal, tsv elsewhere; tsv and csv are exact').choices(FORMATS),
    )
}

/** Gives a command `--watch`, besides the options of all that read. */
export function watches(command: Command): Command {
  return reads(command).option(
    '--watch',
    'go on until interrupted: one JSON object a line, a table in a terminal',
    false,
  )
}

/** Gives a command the options of all that change something. */
export function changes(
  command: Command,
  { needsReason = false, waitS = 10 }: { readonly needsReason?: boolean; readonly waitS?: number } = {},
): Command {
  const reason = new Option('--reason <text>', 'why, at least 4 characters; it is recorded').argParser(parseReason)
  return command
    .option('--profile <name>', 'whose engine')
    .addOption(needsReason ? reason.makeOptionMandatory() : reason)
    .option('--wait <seconds>', 'how long to wait for the answer; 0 prints the id of the command', seconds, waitS)
    .option('--life <duration>', 'how long the command may wait to be taken: 5s to 24h (default: 30s)', parseLife)
    .option('--request-id <key>', 'the same key twice has one effect', parseKey)
    .option('--json', 'print one JSON envelope', false)
}

/** The phrase of a dangerous operation. */
export function confirmOption(): Option {
  return new Option('--confirm <phrase>', 'the phrase that the command asks for when this is left out')
}

/** Examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  profinaut ${line}`).join('\n')}\n`
}

/** Said by every command that relaxes a guard. */
export const TWO_STEPS =
  'It relaxes a guard: a reason of 8 characters or more, exit 4 with a challenge, and `profinaut confirm` within its life.\n'

const REASON_MIN = 4
export function parseReason(text: string): string {
  if (text.trim().length < REASON_MIN) throw new InvalidArgumentError(`a reason has at least ${REASON_MIN} characters.`)
  return text.trim()
}

/** Seconds, 0 to a day. */
export function seconds(text: string): number {
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value > 86_400) throw new InvalidArgumentError('seconds from 0 to 86400.')
  return value
}

function parseLife(text: string): number {
  const life = parseDuration(text)
  if (life === undefined || life < 5 * US_PER_SECOND || life > 24 * US_PER_HOUR)
    throw new InvalidArgumentError('a duration from 5s to 24h.')
  return life
}

function parseKey(text: string): string {
  if (!/^[\x21-\x7e]{1,128}$/.test(text))
    throw new InvalidArgumentError('1 to 128 printable ASCII characters without blanks.')
  return text
}

/** A count of rows. */
export function count(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 100_000)
    throw new InvalidArgumentError('a whole number from 1 to 100000.')
  return value
}

/** A moment, or how long ago: answered when the command runs, because "ago" is of now. */
export type Since = { readonly ts: number } | { readonly agoUs: number }

export function parseSince(text: string): Since {
  const ago = parseDuration(text)
  if (ago !== undefined && ago >= 0) return { agoUs: ago }
  const ts = parseTime(text)
  if (ts !== undefined) return { ts }
  throw new InvalidArgumentError(
    "a duration such as '2h', a day, or a time with its zone such as '2026-01-31T09:00+09:00'.",
  )
}

/** @returns µs */
export function sinceTs(since: Since | undefined, nowTs: number): number | undefined {
  if (since === undefined) return undefined
  return 'ts' in since ? since.ts : Math.max(0, nowTs - since.agoUs)
}

/** Collects a repeatable option. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
