import type { EngineState } from '../src/projection/engine-state.ts'
import type { EngineStore } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

type Store = EngineStore & { readonly db: Database }

/** Tables that belong to no bot: what the house is, what all may see of it, and where this very client writes. */
const OPEN: ReadonlySet<string> = new Set(
  'bars chains clock_samples command_repeats commands flag_history flags lease logins notes passphrases profile progress run_refs runs safety safety_reasons schema_migrations sessions'.split(
    ' ',
  ),
)

/** How a table tells whose a row is, where it has no column for its bot. */
const BOT_OF: Readonly<Record<string, string>> = {
  bots: 'id',
  kills: "CASE WHEN scope LIKE 'bot:%' THEN substr(scope, 5) END",
  approvals: "json_extract(record, '$.payload.botId')",
}

/**
 * The store as whoever is held to some books sees it (UGF-B-001): rows of their bots, and none of another's. Questions name
 * their tables without a schema, so a view of the same name in `temp` stands before each of them on this connection; a table
 * of which nobody said whose its rows are has none. Commands still go in, and are seen by who gave them.
 *
 * @param bots that are in those books
 */
export function veiledStore(
  store: Store,
  { bots, actor }: { readonly bots: readonly string[]; readonly actor: string },
): Store {
  stored('veil other books', () => drawViews(store.db, bots))
  const own = new Set(bots)
  const { commands } = store
  const isOwn = (row: { readonly actor: string } | undefined) => row?.actor === actor
  return {
    instanceId: store.instanceId,
    db: store.db,
    wasCutOff: store.wasCutOff,
    lease: store.lease,
    bars: store.bars,
    equity: store.equity,
    alerts: store.alerts,
    approvals: store.approvals,
    clockSamples: store.clockSamples,
    notes: store.notes,
    confirmations: {
      open: (challenge) => store.confirmations.open(challenge),
      end: (id, state, ts) => store.confirmations.end(id, state, ts),
      get: (id) => [store.confirmations.get(id)].find(isOwn),
      list: (limit) => store.confirmations.list(limit).filter(isOwn),
    },
    flags: store.flags,
    operators: store.operators,
    commands: {
      hasChanged: () => commands.hasChanged(),
      pending: () => commands.pending().filter(isOwn),
      submit: (request) => commands.submit(request),
      get: (id) => [commands.get(id)].find(isOwn),
      repeats: (id) => commands.repeats(id),
      list: (options) => commands.list(options).filter(isOwn),
      cancel: (id, ts) => isOwn(commands.get(id)) && commands.cancel(id, ts),
    },
    state: () => stateOf(store.state(), own),
    beginSession: () => {
      throw new Error('a session is begun by an engine, which sees every book')
    },
    wasCommanded: (id) => store.wasCommanded(id),
    lastFills: (count) => store.lastFills(count),
    size: () => store.size(),
    close: () => store.close(),
  }
}

function drawViews(db: Database, bots: readonly string[]): void {
  const list = `(SELECT value FROM json_each('${JSON.stringify(bots).replaceAll("'", "''")}'))`
  const tables = db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  const hasBot = db.prepare("SELECT 1 FROM pragma_table_info(?, 'main') WHERE name = 'bot_id'").pluck()
  for (const table of tables.pluck().all() as string[]) {
    if (OPEN.has(table)) continue
    const bot = BOT_OF[table] ?? (hasBot.get(table) === 1 ? 'bot_id' : undefined)
    const rows = bot === undefined ? '0' : `(${bot}) IN ${list}`
    db.exec(`CREATE TEMP VIEW "${table}" AS SELECT * FROM main."${table}" WHERE ${rows}`)
  }
}

/** Balances are the account's, and so everybody's: none is shown. */
function stateOf(state: EngineState, own: ReadonlySet<string>): EngineState {
  const isOwn = ({ botId }: { readonly botId: string }) => own.has(botId)
  const { working, ended, holdings, bots, safety } = state
  return {
    ...state,
    working: working.filter(isOwn),
    ended: ended.filter(isOwn),
    holdings: holdings.filter(isOwn),
    balances: [],
    bots: bots.filter(({ id }) => own.has(id)),
    safety: {
      ...safety,
      kills: safety.kills.filter(({ scope }) => !scope.startsWith('bot:') || own.has(scope.slice(4))),
    },
  }
}
