import { formatTime, timeUs } from '../src/domain/time.ts'
import { after } from '../src/runtime/clock.ts'
import type { EngineClient } from '../src/runtime/link/engine-client.ts'
import type { Topic, ViewOf } from '../src/runtime/link/views.ts'
import type { CommandDeps } from './command-line.ts'
import { type EngineAccess, unreachable, withEngine } from './engine-access.ts'
import { EXIT } from './exit-code.ts'
import type { Format } from './format.ts'
import { CommandError, envelope, type Outcome, type Printer } from './outcome.ts'
import { booksOf } from '../src/runtime/authority/operator.ts'
import { type Veil, veilFor } from './veil.ts'

/** Options of every command that reads. */
export interface ReadOptions {
  readonly profile?: string | undefined
  readonly json: boolean
  readonly format?: Format | undefined
  readonly watch?: boolean | undefined
}

/** A question to an engine, or to its books. */
export interface Reading {
  /** What a `--watch` waits for: the question is asked again whenever one of them changes. */
  readonly topics: readonly Topic[]
  readonly show: (access: EngineAccess, format: Format) => Promise<Outcome> | Outcome
}

/** A question whose answer holds balances or the details of orders: what is shown goes through the veil of whoever asks. */
export interface RestrictedReading {
  readonly topics: readonly Topic[]
  readonly show: (access: EngineAccess, format: Format, veil: Veil) => Promise<Outcome> | Outcome
}

const PATIENCE_MS = 2_000
/** Home, and clear what is below: the terminal keeps its scrollback. */
const REDRAW = '\u001b[H\u001b[J'

/** How results are written: as asked, else a table for a person and tab-separated values for a program. */
export function formatOf({ json, format }: Pick<ReadOptions, 'json' | 'format'>, { isTerminal }: Printer): Format {
  if (json) return 'json'
  return format ?? (isTerminal === true ? 'table' : 'tsv')
}

/** Answers once, or with `--watch` again and again until it is interrupted. */
export function read(deps: CommandDeps, options: ReadOptions, reading: Reading): Promise<Outcome> {
  const format = formatOf(options, deps.printer)
  return withEngine(options, deps.engine, async (access) =>
    options.watch === true
      ? watch(deps, access, { ...options, format }, reading)
      : noted(access, await reading.show(access, format)),
  )
}

/** As {@link read}, for what not every role sees. @throws CommandError `ROLE_DENIED`, exit 3, where it sees nothing of it */
export async function readRestricted(
  deps: CommandDeps,
  options: ReadOptions,
  { topics, show }: RestrictedReading,
): Promise<Outcome> {
  return read(deps, options, { topics, show: (access, format) => show(access, format, veilFor(access.caller)) })
}

/** Says of an answer from the books that nobody keeps them going. */
function noted(access: EngineAccess, outcome: Outcome): Outcome {
  const { client, holder, store } = access
  if (client !== undefined) return outcome
  const { lastTs } = store.state()
  const asOf = lastTs === 0 ? 'nothing is recorded yet' : `as of ${formatTime(timeUs(lastTs))}`
  const books = booksOf(access.caller.identity)
  if (books !== undefined) return { note: `books ${books.join(', ')} alone, as recorded; ${asOf}`, ...outcome }
  const note =
    holder === undefined
      ? `engine is not running; ${asOf}`
      : `the engine of process ${holder.pid} does not answer; ${asOf}`
  return { note, quality: 'DEGRADED', ...outcome }
}

/** The view as it is now. @throws CommandError `ENGINE_SILENT` when the engine has none within two seconds */
export async function readView<T extends Topic>(client: EngineClient, topic: T): Promise<ViewOf<T>> {
  const { promise, resolve, reject } = Promise.withResolvers<ViewOf<T>>()
  const late = new CommandError(
    EXIT.unreachable,
    'ENGINE_SILENT',
    `the engine has not shown ${topic} within ${PATIENCE_MS / 1_000} s`,
    'try again; `profinaut health` tells how it is',
  )
  const giveUp = after(PATIENCE_MS, () => reject(late))
  const unwatch = client.watch(topic, resolve)
  try {
    return await promise
  } finally {
    giveUp()
    unwatch()
  }
}

/** The engine's client. @throws CommandError exit 6 when none answers */
export function requireClient(access: EngineAccess): EngineClient {
  if (access.client === undefined) throw unreachable(access)
  return access.client
}

async function watch(
  { engine, printer }: CommandDeps,
  access: EngineAccess,
  { format }: { readonly format: Format },
  { topics, show }: Reading,
): Promise<Outcome> {
  const client = requireClient(access)
  const signal = engine.untilInterrupted()
  const news = new News()
  const stops = topics.map((topic) => client.watch(topic, () => news.tell()))
  stops.push(client.onState(() => news.tell()))
  signal.addEventListener('abort', () => news.tell())
  try {
    while (!signal.aborted) {
      // A watched view is known at once from here on; a change of what is shown meanwhile is news for the next turn.
      await news.next()
      if (signal.aborted) break
      if (client.state === 'DOWN') throw unreachable({ ...access, holder: undefined })
      const outcome = await show(access, format === 'table' && printer.isTerminal === true ? 'table' : 'json')
      if (format === 'table' && printer.isTerminal === true) printer.out(`${REDRAW}${outcome.text ?? ''}\n`)
      else printer.out(`${JSON.stringify(envelope(outcome, printer.asOf()))}\n`)
    }
    return { code: EXIT.interrupted, message: '' }
  } finally {
    for (const stop of stops) stop()
  }
}

/** Something happened, once or often, since it was last asked. */
class News {
  #isNew = false
  #waiting: (() => void) | undefined

  tell(): void {
    this.#isNew = true
    this.#waiting?.()
  }

  async next(): Promise<void> {
    if (!this.#isNew)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    this.#waiting = undefined
    this.#isNew = false
  }
}
