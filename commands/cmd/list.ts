import type { CommandRow } from '../../src/runtime/command-catalogue.ts'
import type { CmdListOptions, CmdWatchOptions } from '../cmd.ts'
import type { CommandDeps } from '../command-line.ts'
import { type CommandStore, withEngine } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { type Exact, facts, sheet, sheetOutcome } from '../sheet.ts'
import { exitOf } from '../submission.ts'
import { commandData } from './command-text.ts'

export function listCommands({ engine, printer }: CommandDeps, options: CmdListOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store }) => {
    const { limit, status } = options
    const rows = store.commands.list(status === undefined ? { limit } : { limit, status })
    const from = sheet(
      [
        { name: 'command_id', align: 'left', exact: ({ id }: CommandRow) => id },
        { name: 'issued', align: 'left', exact: ({ issuedTs }) => isoTime(issuedTs) },
        { name: 'type', align: 'left', exact: ({ type }) => type },
        { name: 'actor', align: 'left', exact: ({ actor }) => actor },
        { name: 'status', align: 'left', exact: ({ status }) => status },
        { name: 'result_code', align: 'left', exact: ({ resultCode }) => resultCode },
        { name: 'message', align: 'left', exact: ({ message }) => message },
      ],
      rows,
      { empty: 'no commands' },
    )
    return sheetOutcome(from, formatOf(options, printer), { code: EXIT.ok, message: `${rows.length} commands` })
  })
}

export function showCommand({ engine, printer }: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store }) => told(requireCommand(store, id), formatOf(options, printer)))
}

const WATCH_MS = 100

/** Tells each state as it comes on stderr, and the answer as {@link showCommand} does. */
export function watchCommand({ engine, printer }: CommandDeps, id: string, options: CmdWatchOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store }) => {
    const untilMs = engine.monotonicMs() + options.wait * 1_000
    let row = requireCommand(store, id)
    for (let seen = ''; ; row = requireCommand(store, row.id)) {
      if (row.status !== seen) printer.err(`${row.id} ${row.status}\n`)
      seen = row.status
      if (row.finishedTs !== undefined || engine.monotonicMs() >= untilMs) break
      await engine.pause(WATCH_MS)
    }
    return told(row, formatOf(options, printer))
  })
}

function told(row: CommandRow, format: Format): Outcome {
  const data = commandData(row)
  const pairs = Object.entries(data).map(([name, value]) => [name, exactOf(value)] as const)
  const code = exitOf(row)
  const message = row.message === '' ? row.status : `${row.status}: ${row.message}`
  return {
    ...sheetOutcome(facts(pairs), format, { code, message, reasonCodes: row.reasonCodes }),
    data,
  }
}

function exactOf(value: unknown): Exact {
  if (value === null || value === undefined) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function cancelCommand({ engine }: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store }) => {
    const row = requireCommand(store, id)
    const isWithdrawn = store.commands.cancel(row.id, engine.now())
    const after = store.commands.get(row.id) ?? row
    if (isWithdrawn) {
      const text = `${row.id} is withdrawn`
      return { code: EXIT.ok, message: text, text, data: commandData(after) }
    }
    const said = after.status === 'PENDING' ? 'in the hands of the engine' : after.status
    return {
      code: EXIT.denied,
      message: `${row.id} can no longer be withdrawn: it is ${said}`,
      reasonCodes: [after.finishedTs === undefined ? 'IN_HAND' : 'ALREADY_TERMINAL'],
      data: commandData(after),
    }
  })
}

const LOOKED_THROUGH = 10_000

/** By its id, or by a beginning of it that no other has. */
function requireCommand(store: CommandStore, id: string): CommandRow {
  const exact = store.commands.get(id)
  if (exact !== undefined) return exact
  const found = store.commands.list({ limit: LOOKED_THROUGH }).filter((row) => row.id.startsWith(id))
  const [one] = found
  if (one !== undefined && found.length === 1) return one
  throw new CommandError(
    EXIT.usage,
    found.length === 0 ? 'COMMAND_UNKNOWN' : 'AMBIGUOUS',
    found.length === 0 ? `there is no command '${id}'` : `'${id}' begins ${found.length} ids`,
    'list them with: profinaut cmd list',
  )
}
