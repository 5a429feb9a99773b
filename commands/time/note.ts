import { parseTime } from '../../src/domain/time.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { submit } from '../submission.ts'
import type { TimeNoteOptions } from '../time.ts'

export function noteTime({ engine }: CommandDeps, text: string, options: TimeNoteOptions): Promise<Outcome> {
  const from = options.from === undefined ? engine.now() : momentOf(options.from, '--from')
  const to = options.to === undefined ? from : momentOf(options.to, '--to')
  if (to < from)
    throw new CommandError(EXIT.usage, 'WINDOW_INVALID', 'the window ends before it begins', 'give --from before --to')
  const payload = { text, from_ts: from, to_ts: to }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'TIME_NOTE', payload }, options))
}

/** A time without a zone is of no place on earth: nobody guesses. */
function momentOf(text: string, option: string): number {
  const ts = parseTime(text)
  if (ts !== undefined) return ts
  throw new CommandError(
    EXIT.usage,
    'TIME_INVALID',
    `${option} is no time with its zone: ${text.replace(/^invalid /, '')}`,
    'write it as 2026-01-31T09:00+09:00 or 2026-01-31T00:00Z',
  )
}
