import { JOURNAL_HINTS } from '../../src/events/journal-fault.ts'
import { INTERLOCKS } from '../../src/risk/interlocks.ts'
import { REASON_CODES } from '../../src/risk/reason-codes.ts'
import { DATASET_HINTS } from '../../storage/datasets/fault.ts'
import { STORAGE_HINTS } from '../../storage/fault.ts'
import { answerCodes } from './answer-codes.ts'

/** A code that the program gives for something that went wrong, and what to do about it. */
export interface ErrorEntry {
  readonly code: string
  readonly domain: 'storage' | 'journal' | 'data' | 'settings' | 'engine' | 'venue' | 'gate' | 'safety'
  readonly meaning: string
  /** Whether the same may be tried again as it is. */
  readonly isRetryable: boolean
  /** What it does to trading. */
  readonly impact: 'NONE' | 'SAFE' | 'CLOSE_ONLY' | 'FLATTEN' | 'HALT'
  readonly todo: string
}

const RUNBOOK = 'docs/runbooks.md'

/** Of the engine and around it: told by few, so told here. */
const OTHERS: readonly ErrorEntry[] = [
  settings('config.key', 'a setting that is not there', 'see `profinaut config explain`'),
  settings('config.invalid', 'settings that cannot be', 'each is named with its file and line: mend them'),
  settings('config.file', 'the file of settings cannot be read', 'check its rights'),
  settings('config.toml', 'the file of settings is no TOML', 'mend the line that is named'),
  settings('config.folder', 'the folder of the profile cannot be', 'choose another PROFINAUT_HOME or profile name'),
  settings(
    'config.role',
    'PROFINAUT_ROLE names no role',
    'viewer, researcher, operator or cron; without it you have all rights',
  ),
  settings('config.secret-ref', 'a reference to a secret cannot be read', 'docs/secrets.md tells how one is written'),
  settings('config.secret-source', 'secrets may not come from there in this profile', 'use `profinaut secret add`'),
  settings(
    'config.secret-rights',
    'others can read where secrets are',
    'take their rights away: chmod 700 the folder, 600 the files',
  ),
  settings(
    'config.secret-box',
    'a secret does not open: a wrong passphrase, or a file that was changed',
    'try again, else restore it',
  ),
  settings('config.secret-missing', 'a secret is not there', 'add it with `profinaut secret add`'),
  settings('config.secret-registry', 'the register of secrets cannot be read', 'restore it from a backup'),
  settings('config.secret-value', 'what was typed is no secret', 'see `profinaut secret add --help`'),
  engine('bot.strategy-unknown', 'a bot runs a strategy that is not there', 'see `profinaut strategy list`'),
  engine('bot.instrument-unknown', 'a bot trades an instrument that is not there', 'see `profinaut market list`'),
  engine('bot.params', 'parameters that a strategy cannot have', 'see `profinaut strategy show`'),
  engine(
    'recall.instrument-missing',
    'the books hold an instrument that the settings no longer have',
    'bring it back, or close it first',
  ),
  engine('recall.currency-missing', 'the books hold a currency that nothing converts', 'bring its instrument back'),
  engine('link.in-use', 'another engine answers at the socket', 'stop it, or choose another profile'),
  engine('link.refused', 'the socket cannot be opened', 'check who owns the folder `run` of the profile'),
  engine('http.not-loopback', 'the HTTP server would be open to others', 'set http.host to 127.0.0.1'),
  engine('http.port-in-use', 'another program has the port', 'choose another http.port'),
  engine('http.failed', 'the HTTP server does not start', 'the log tells why'),
  engine(
    'replay.inputs-unreadable',
    'recorded inputs are cut off or newer than this program',
    'verify and show the session; it cannot be lived again',
  ),
  engine(
    'storage.spool',
    'what waits for the journal cannot be kept',
    'start an engine, which journals what waits, or free space on the disk',
  ),
  engine('runs.not-found', 'no run has this id', 'see `profinaut runs list`'),
  engine('runs.ambiguous', 'more than one run begins like this', 'give more of its id'),
  engine('runs.terminal', 'the run has ended', 'start another'),
  engine('feed.order', 'data goes back in time', 'sort the file, or repair it: `profinaut data repair`'),
  engine('market.late-row', 'a row came after its bar was closed', 'sort the file, or repair it'),
  venue('QUEUE_FULL', 'more waits for the venue than may', true),
  venue('QUEUE_TIMEOUT', 'it waited too long for the venue', true),
  venue('BREAKER_OPEN', 'the venue failed too often and is left alone for a while', true),
  venue('RATE_LIMITED', 'the venue asks for a pause', true),
  venue('HELD_BACK', 'a stop took it back before it left', false),
  venue('venue.timeout', 'the venue did not answer in time', true),
  venue('venue.breaker-open', 'the venue failed too often and is left alone for a while', true),
  venue('venue.queue-full', 'more questions wait for the venue than may', true),
  venue('venue.rate-limited', 'the venue asks for a pause', true),
  engine(
    'venue.vault-unreadable',
    'what the simulated exchange kept cannot be read',
    'move sim-venue.db of the profile away: the exchange begins anew',
  ),
  venue('venue.unreachable', 'the venue cannot be reached', true),
  venue('venue.failed', 'the venue answered with an error', true),
  venue('venue.key-refused', 'the venue refuses the key', false),
  venue('venue.disconnected', 'the connection to the venue broke', true),
]

function settings(code: string, meaning: string, todo: string): ErrorEntry {
  return { code, domain: 'settings', meaning, isRetryable: false, impact: 'SAFE', todo }
}

function engine(code: string, meaning: string, todo: string): ErrorEntry {
  return { code, domain: 'engine', meaning, isRetryable: false, impact: 'SAFE', todo }
}

function venue(code: string, meaning: string, isRetryable: boolean): ErrorEntry {
  return {
    code,
    domain: 'venue',
    meaning,
    isRetryable,
    impact: 'NONE',
    todo: 'see `profinaut breakers` and `profinaut queues`',
  }
}

/** A fault of stored state ends the engine before it acts on what it cannot know. */
function fromHints(
  hints: Readonly<Record<string, string>>,
  domain: ErrorEntry['domain'],
  impact: ErrorEntry['impact'],
) {
  return Object.entries(hints).map(([code, todo]): ErrorEntry => {
    const meaning = (code.split('.')[1] ?? code).replaceAll(/[-_]/g, ' ').toLowerCase()
    return { code, domain, meaning, isRetryable: code === 'storage.busy', impact, todo }
  })
}

const IMPACTS: Readonly<Record<string, ErrorEntry['impact']>> = {
  HALT: 'HALT',
  FLATTEN: 'FLATTEN',
  CLOSE_ONLY: 'CLOSE_ONLY',
}

/** Every code there is, by name. */
export function errorCatalogue(): readonly ErrorEntry[] {
  const gate = REASON_CODES.filter(({ code }) => code !== 'J_POLICY_ALLOW').map(
    ({ code, text, decision, runbook }): ErrorEntry => ({
      code,
      domain: 'gate',
      meaning: text,
      isRetryable: decision === 'THROTTLE',
      impact: IMPACTS[decision] ?? 'NONE',
      todo: `${RUNBOOK}#${runbook}`,
    }),
  )
  const interlocks = INTERLOCKS.filter(({ id }) => gate.every(({ code }) => code !== id)).map(
    ({ id, condition, result, isLatched }): ErrorEntry => ({
      code: id,
      domain: 'safety',
      meaning: condition,
      isRetryable: false,
      impact: result.includes('HALT') ? 'HALT' : result.includes('FLATTEN') ? 'FLATTEN' : 'SAFE',
      todo: isLatched
        ? `${RUNBOOK}#stopped: release it when its cause is gone`
        : `${RUNBOOK}#stopped: it ends with its cause`,
    }),
  )
  return [
    ...fromHints(STORAGE_HINTS, 'storage', 'SAFE'),
    ...fromHints(JOURNAL_HINTS, 'journal', 'HALT'),
    ...fromHints(DATASET_HINTS, 'data', 'NONE'),
    ...OTHERS,
    ...gate,
    ...interlocks,
    ...answerCodes(),
  ].toSorted((a, b) => (a.code < b.code ? -1 : 1))
}
