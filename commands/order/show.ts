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
import { type ReadOptions, readRestricted } from '../reading.ts'
import { sheetsOutcome } from '../sheet.ts'
import type { Veil } from '../veil.ts'
import { fillSheet } from './fills.ts'
import { orderSheet, transposed } from './list.ts'

export function showOrder(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['orders'],
    show: (access, format, veil) => show(access, id, { format, veil }),
  })
}

async function show(
  access: EngineAccess,
  id: string,
  { format, veil }: { readonly format: Format; readonly veil: Veil },
): Promise<Outcome> {
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
  const main = veil.sheet(transposed(orderSheet([found], catalogue)))
  const more = {
    events: veil.sheet(eventSheet(orderEvents(db, id))),
    fills: veil.sheet(fillSheet(fills(db, { orderId: id }), catalogue)),
  }
  return sheetsOutcome(main, more, format, { code: EXIT.ok, message: found.state })
}
