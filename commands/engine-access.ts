import type { Scope } from '../src/reconcile/difference.ts'
import type { CommandRequest } from '../src/runtime/command-catalogue.ts'
import { booksOf } from '../src/runtime/authority/operator.ts'
import { bookOf } from '../src/runtime/books.ts'
import { type ProfilePaths, profilePaths } from '../src/runtime/config.ts'
import type { EngineClient } from '../src/runtime/link/engine-client.ts'
import type { EngineStore, LeaseHolder } from '../src/runtime/ports.ts'
import type { ProcessMark } from '../src/runtime/process.ts'
import type { Database } from '../storage/database.ts'
import { veiledStore } from '../storage/book-veil.ts'
import { type Caller, callerOf } from './caller.ts'
import { EXIT } from './exit-code.ts'
import { CommandError, type Outcome } from './outcome.ts'

/** A profile's store as commands use it: the engine's ports, and the database for questions to its tables. */
export type CommandStore = EngineStore & { readonly db: Database }

/** A key of the screen and what it does, as the screen's own table has it. */
export interface KeyLine {
  readonly key: string
  readonly where: string
  readonly description: string
}

/** How a command gets what must not be seen: no arguments, which others can list. */
export interface HiddenInput {
  /** Asks at the terminal and does not show what is typed. @throws CommandError `NO_TERMINAL`, `INTERRUPTED` */
  readonly ask: (question: string) => Promise<Buffer>
  /** Reads a descriptor to its end; 0 is stdin. */
  readonly drain: (fd: number) => Buffer
}

/** What commands have of the world besides their arguments; tests give their own. */
export interface EngineDeps {
  /** @returns undefined where the profile has no database yet; nothing is created */
  readonly openStore: (paths: ProfilePaths) => Promise<CommandStore | undefined>
  /** @returns undefined when no engine answers */
  readonly connect: (paths: ProfilePaths, store: CommandStore) => Promise<EngineClient | undefined>
  readonly isAlive: (mark: ProcessMark) => boolean
  /** Wall time, µs. */
  readonly now: () => number
  readonly monotonicMs: () => number
  readonly pause: (ms: number) => Promise<void>
  /** Who asks: `human:<user>`. */
  readonly actor: string
  readonly origin: CommandRequest['origin']
  /** Aborted when the user, or who reads our output, has seen enough. */
  readonly untilInterrupted: () => AbortSignal
  /** Compares the books with the venue's where no engine runs. Absent where this program cannot. */
  readonly reconcileOnce?:
    | ((paths: ProfilePaths, scope: Scope, passphrase: Buffer | undefined) => Promise<Outcome>)
    | undefined
  /** Absent where nobody can be asked. */
  readonly hidden?: HiddenInput | undefined
  /** The keys of the screen. Absent where this program has none. */
  readonly keyTable?: (() => Promise<readonly KeyLine[]>) | undefined
}

/** What a use case has of a profile. */
export interface EngineAccess {
  readonly paths: ProfilePaths
  readonly store: CommandStore
  /** undefined when no engine answers: it does not run, or hangs; and for whoever is held to books: views are of all of them. */
  readonly client: EngineClient | undefined
  /** The engine's process while it lives. */
  readonly holder: LeaseHolder | undefined
  readonly caller: Caller
}

/**
 * Opens a profile, reaches its engine where one runs, and closes both when the use case is over.
 *
 * @throws CommandError `NO_BOOKS`, exit 6, for a profile that no engine has run for
 */
export async function withEngine(
  options: { readonly profile?: string | undefined },
  deps: EngineDeps,
  useCase: (access: EngineAccess) => Promise<Outcome>,
): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const store = await deps.openStore(paths)
  if (store === undefined)
    throw new CommandError(
      EXIT.unreachable,
      'NO_BOOKS',
      `profile ${paths.profile} has no books: no engine has run in ${paths.folder}`,
      `start one with: profinaut engine --profile ${paths.profile}`,
    )
  try {
    const holder = livingHolder(store, deps)
    const caller = callerOf(store, paths, deps)
    if (booksOf(caller.identity) !== undefined)
      return await useCase({ paths, store: veiledFor(store, caller), client: undefined, holder, caller })
    const client = holder === undefined ? undefined : await deps.connect(paths, store)
    try {
      return await useCase({ paths, store, client, holder, caller })
    } finally {
      client?.close()
    }
  } finally {
    store.close()
  }
}

/** The store as the caller may see it: one who is held to books sees no row of another. */
export function veiledFor(store: CommandStore, { actor, identity }: Caller): CommandStore {
  const books = booksOf(identity)
  if (books === undefined) return store
  const bots = store.state().bots.filter(({ id }) => books.includes(bookOf(store.notes, id)))
  return veiledStore(store, { bots: bots.map(({ id }) => id), actor })
}

/** The process that owns the profile, if it is still there. */
export function livingHolder(store: CommandStore, { isAlive }: Pick<EngineDeps, 'isAlive'>): LeaseHolder | undefined {
  const holder = store.lease.holder()
  return holder !== undefined && isAlive(holder) ? holder : undefined
}

/** Says that the engine is needed and is not there, or does not answer; exit 6. */
export function unreachable({
  holder,
  paths,
  caller,
}: Pick<EngineAccess, 'holder' | 'paths' | 'caller'>): CommandError {
  const books = booksOf(caller.identity)
  if (books !== undefined && holder !== undefined)
    return new CommandError(
      EXIT.denied,
      'BOOK_DENIED',
      `${caller.actor} is held to ${books.join(', ')}, and an engine's views are of every book`,
      'what is recorded of your own: profinaut bot list, order list, portfolio positions, trace',
    )
  return holder === undefined
    ? new CommandError(
        EXIT.unreachable,
        'ENGINE_DOWN',
        `no engine runs for profile ${paths.profile}`,
        `start one with: profinaut engine --profile ${paths.profile}`,
      )
    : new CommandError(
        EXIT.unreachable,
        'ENGINE_SILENT',
        `the engine of process ${holder.pid} does not answer`,
        `if it hangs, stop new risk with: profinaut panic --profile ${paths.profile}`,
      )
}
