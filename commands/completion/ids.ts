import { profilePaths } from '../../src/runtime/config.ts'
import { lastSessionSpec } from '../../storage/queries/last-session-spec.ts'
import { callerOf } from '../caller.ts'
import { type CommandStore, type EngineDeps, veiledFor } from '../engine-access.ts'

const ALERTS = 100

/** Ids that fit an argument of that name; none where there are no books, or none can be read now. */
export async function completeIds(
  deps: Pick<EngineDeps, 'openStore' | 'actor' | 'now'>,
  kind: string,
  profile?: string,
): Promise<readonly string[]> {
  try {
    const paths = profilePaths(profile)
    const store = await deps.openStore(paths)
    if (store === undefined) return []
    try {
      return idsOf(veiledFor(store, callerOf(store, paths, deps)), kind)
    } finally {
      store.close()
    }
  } catch {
    // A person who types is not told of a busy disk: there is simply nothing to choose from.
    return []
  }
}

function idsOf(store: CommandStore, kind: string): readonly string[] {
  switch (kind) {
    case 'bot':
      return store.state().bots.map(({ id }) => id)
    case 'order':
      return store.state().working.map(({ id }) => id)
    case 'alert':
      return store.alerts.list(ALERTS).flatMap(({ id, state }) => (state === 'OPEN' ? [id] : []))
    case 'instrument': {
      const spec = lastSessionSpec(store.db) as
        | { readonly instruments?: readonly { readonly id: string }[] }
        | undefined
      return spec?.instruments?.map(({ id }) => id) ?? []
    }
    default:
      return []
  }
}
