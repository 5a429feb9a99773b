import { randomUUIDv7 } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { US_PER_SECOND } from '../src/domain/time.ts'
import { REASON_CODES } from '../src/risk/reason-codes.ts'
import {
  COMMAND_LIFE_US,
  COMMANDS,
  type CommandPayload,
  type CommandRow,
  type CommandType,
  URGENT,
} from '../src/runtime/command-catalogue.ts'
import { commandData } from './cmd/command-text.ts'
import { type EngineAccess, type EngineDeps, unreachable } from './engine-access.ts'
import { isoTime } from './exact-text.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { CommandError, type Outcome } from './outcome.ts'

/** Options of every command that changes something. */
export interface ChangeOptions {
  readonly profile?: string | undefined
  readonly json: boolean
  readonly reason?: string | undefined
  /** Seconds; 0 returns the id at once. */
  readonly wait?: number | undefined
  /** How long the command may wait to be taken, µs. */
  readonly life?: number | undefined
  readonly requestId?: string | undefined
  readonly confirm?: string | undefined
}

export interface Wish<T extends CommandType> {
  readonly type: T
  readonly payload: CommandPayload<T>
}

const WAIT_S = 10
const POLL_MS = 20
/** What makes things safer may wait this long for an engine to come up. */
const URGENT_LIFE_US = 3_600 * US_PER_SECOND

/**
 * Hands a command in and waits for its answer.
 *
 * @returns exit 0 done, 3 refused, 4 confirmation required, 1 failed, 6 not acknowledged in time or no engine there
 */
export async function submit<T extends CommandType>(
  access: EngineAccess,
  deps: EngineDeps,
  wish: Wish<T>,
  options: ChangeOptions,
): Promise<Outcome> {
  const payload = checkedPayload(wish)
  const isUrgent = URGENT.has(wish.type)
  const isDown = access.holder === undefined
  // Nobody is there to take it: what opens or trades must not lie in wait for whoever starts an engine next.
  if (isDown && !isUrgent && options.life === undefined) throw unreachable(access)
  const { commands } = access.store
  const id = options.requestId ?? randomUUIDv7()
  const issuedTs = deps.now()
  const life = options.life ?? (isDown ? URGENT_LIFE_US : COMMAND_LIFE_US)
  const isNew = commands.submit({
    id,
    type: wish.type,
    payload,
    actor: access.caller.actor,
    origin: deps.origin,
    reason: options.reason ?? '',
    confirmation: options.confirm,
    issuedTs,
    expiresTs: issuedTs + life,
  })
  if (!isNew) refuseOther(commands.get(id), wish.type, payload)
  if (isDown) return queued(id, life)
  const row = await answered(access, deps, id, options.wait ?? WAIT_S)
  const outcome = outcomeOf(row, options)
  return isNew ? outcome : replayed(outcome, row)
}

/** The answer that stands, and that nothing was done for it this time (UGF-0-009). */
function replayed(outcome: Outcome, { id, issuedTs }: CommandRow): Outcome {
  const data = { ...(outcome.data as object | undefined), idempotent_replay: true }
  return { ...outcome, data, note: `nothing new was done: ${id} was handed in at ${isoTime(issuedTs) ?? ''}` }
}

/** Reads the payload as the engine will, so that what is malformed is told before it is handed in. */
function checkedPayload<T extends CommandType>({ type, payload }: Wish<T>): unknown {
  const read = COMMANDS[type].safeParse(payload)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const where = issue?.path.join('.') ?? ''
  throw new CommandError(
    EXIT.usage,
    'PAYLOAD_INVALID',
    `${where}: ${issue?.message ?? 'cannot be read'}`,
    '--help tells what is expected',
  )
}

/** The same id asks for the same thing again, and gets its answer; for another thing it is a mistake. */
function refuseOther(row: CommandRow | undefined, type: string, payload: unknown): void {
  if (row !== undefined && row.type === type && isDeepStrictEqual(row.payload, payload)) return
  throw new CommandError(
    EXIT.denied,
    'IDEMPOTENCY_CONFLICT',
    `request id ${row?.id ?? ''} stands for another wish: ${row?.type ?? ''}`,
    'give each wish an id of its own, or leave --request-id out',
  )
}

async function answered({ store }: EngineAccess, deps: EngineDeps, id: string, waitS: number): Promise<CommandRow> {
  const untilMs = deps.monotonicMs() + waitS * 1_000
  for (;;) {
    const row = store.commands.get(id)
    if (row === undefined) throw new Error(`command ${id} was handed in and is not in the queue`)
    if (row.finishedTs !== undefined || deps.monotonicMs() >= untilMs) return row
    await deps.pause(POLL_MS)
  }
}

function queued(id: string, lifeUs: number): Outcome {
  const message = `no engine runs: command ${id} waits for one for ${Math.round(lifeUs / US_PER_SECOND)} s, then expires\nwithdraw it with: profinaut cmd cancel ${id}`
  return { code: EXIT.unreachable, message, reasonCodes: ['ENGINE_DOWN', 'QUEUED'], data: { command_id: id } }
}

/** What a command's row means as an exit code. */
export function exitOf({ status, reasonCodes }: Pick<CommandRow, 'status' | 'reasonCodes'>): ExitCode {
  switch (status) {
    case 'COMPLETED':
      return EXIT.ok
    case 'FAILED':
      return EXIT.internal
    case 'PENDING':
    case 'ACCEPTED':
    case 'REJECTED_EXPIRED':
      return EXIT.unreachable
    case 'REJECTED_POLICY':
      return reasonCodes.includes('CONFIRMATION_REQUIRED') ? EXIT.confirm : EXIT.denied
    case 'REJECTED_DUPLICATE':
    case 'REJECTED_AUTHZ':
    case 'CANCELED':
      return EXIT.denied
  }
}

function outcomeOf(row: CommandRow, { wait, profile }: Pick<ChangeOptions, 'wait' | 'profile'>): Outcome {
  const { id, status, message, reasonCodes, expiresTs } = row
  const data = commandData(row)
  if (status === 'PENDING' || status === 'ACCEPTED') {
    if (wait === 0) return { code: EXIT.ok, message: id, text: id, data }
    const left =
      status === 'PENDING'
        ? `it was not acknowledged in time and may still be carried out until ${String(data['expires_at'])}`
        : 'it was accepted and is under way'
    return {
      code: EXIT.unreachable,
      message: `command ${id}: ${left}\nsee how it ends with: profinaut cmd show ${id}`,
      reasonCodes: [status === 'PENDING' ? 'NOT_ACKNOWLEDGED' : 'UNDER_WAY'],
      data: { ...data, expires_ts: expiresTs },
    }
  }
  const code = exitOf(row)
  if (code === EXIT.ok) return { code, message, text: message, data }
  const challenge = code === EXIT.confirm ? challengeOf(row.result) : undefined
  const hint = code !== EXIT.confirm ? '' : `\n${challenge === undefined ? REPEAT : secondStep(challenge, profile)}`
  const codes = reasonCodes.length > 0 ? reasonCodes : [row.resultCode === '' ? status : row.resultCode]
  const said = codes.join(' ')
  const words = message === '' || message === said ? wordsOf(codes) : `${said}: ${message}`
  return { code, message: `${words}${hint}`, reasonCodes: codes, data: { ...data, ...challenge } }
}

/** Codes alone: what the gate means by its own is told with them. */
function wordsOf(codes: readonly string[]): string {
  return codes
    .map((code) => {
      const known = REASON_CODES.find((reason) => reason.code === code)
      return known === undefined ? code : `${code}: ${known.text} (docs/runbooks.md#${known.runbook})`
    })
    .join('\n')
}

const REPEAT = 'repeat the command with --confirm and the words between the quotes'

interface ChallengeGiven {
  readonly challenge_id: string
  readonly token: string
  readonly phrase?: string
}

/** What the engine wants confirmed; undefined where it asks for a phrase alone. */
function challengeOf(result: unknown): ChallengeGiven | undefined {
  const given = result as Partial<ChallengeGiven> | undefined
  return given?.challenge_id !== undefined && given.token !== undefined ? (given as ChallengeGiven) : undefined
}

function secondStep({ challenge_id: id, token, phrase }: ChallengeGiven, profile: string | undefined): string {
  const typed = phrase === undefined ? '' : ` --phrase '${phrase}'`
  const of = profile === undefined ? '' : ` --profile ${profile}`
  return `confirm it with: profinaut confirm ${id} --token ${token}${typed}${of}`
}
