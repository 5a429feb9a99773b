import { fills } from '../../storage/queries/fills.ts'
import { orderEvents } from '../../storage/queries/order-history.ts'
import { order } from '../../storage/queries/orders.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { instruments } from '../instrument-catalogue.ts'
import { eventSheet } from '../journal/event-sheet.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { sheetsOutcome } from '../sheet.ts'
import { fillSheet } from './fills.ts'
import { orderSheet, transposed } from './list.ts'

export function showOrder(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['orders'], show: (access, format) => show(access, id, format) })
}

async function show(access: EngineAccess, id: string, format: Format): Promise<Outcome> {
  const { db } = access.store
  const found = order(db, id)
  if (found === undefined)
    throw new CommandError(
      EXIT.usage,
      'ORDER_UNKNOWN',
      `the books know no order '${id}'`,
      'list them with: profinaut order list --all',
    )
  const catalogue = await instruments(access)
  const main = transposed(orderSheet([found], catalogue))
  const more = {
    events: eventSheet(orderEvents(db, id)),
    fills: fillSheet(fills(db, { orderId: id }), catalogue),
  }
  return sheetsOutcome(main, more, format, { code: EXIT.ok, message: found.state })
}
