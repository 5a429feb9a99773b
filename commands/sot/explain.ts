import type { KernelEvent } from '../../src/events/event.ts'
import { PRECEDENCE, type Precedence } from '../../src/reconcile/precedence.ts'
import { causalChain } from '../../storage/queries/causal-chain.ts'
import { journalTail } from '../../storage/queries/journal-tail.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, readRestricted } from '../reading.ts'
import { facts, sheet, sheetsOutcome } from '../sheet.ts'

/** Looks this many corrections back. */
const LOOKED_THROUGH = 100_000

/** Tells who is believed about an entity, and every time that our record of it lost. */
export function explainSource(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: [],
    show: ({ store }, format, veil) => {
      const resolved = journalTail(store.db, { type: 'sot.resolved', limit: LOOKED_THROUGH }).flatMap(({ event }) => {
        const { ts, payload } = event as KernelEvent<'sot.resolved'>
        const isNamed = payload.entity_id === id || payload.subject === id || payload.subject === `fill:${id}`
        return isNamed ? [{ ts, ...payload }] : []
      })
      const held =
        resolved.length > 0 ? PRECEDENCE.orders : precedenceOf(id, () => causalChain(store.db, id).length > 0)
      if (held === undefined)
        throw new CommandError(
          EXIT.usage,
          'ENTITY_UNKNOWN',
          `nothing is known of '${id}'`,
          'an order, a trade, `balance:<currency>` or `position:<instrument>`; see what happened with: profinaut journal tail',
        )
      const last = resolved.at(-1)
      const main = facts([
        ['entity', id],
        ['about', held.fact],
        ['believed', held.sources.join(' > ')],
        ['rule', held.rule],
        ['winner', last?.winner ?? 'all records agreed'],
      ])
      const corrections = veil.sheet(
        sheet(
          [
            { name: 'time', align: 'left', exact: ({ ts }: (typeof resolved)[number]) => isoTime(ts) },
            { name: 'subject', align: 'left', exact: ({ subject }) => subject },
            { name: 'reason_code', align: 'left', exact: ({ reason_code: code }) => code },
            { name: 'winner', align: 'left', exact: ({ winner }) => winner },
            { name: 'losers', align: 'left', exact: ({ losers }) => losers.join(' ') },
            { name: 'ours', align: 'left', exact: ({ ours }) => ours },
            { name: 'venue', align: 'left', exact: ({ venue }) => venue },
            { name: 'reconcile_id', align: 'left', exact: ({ reconcile_id: reconcileId }) => reconcileId },
          ],
          resolved,
          { empty: 'no two records of it disagreed' },
        ),
      )
      const message = `${resolved.length} ${resolved.length === 1 ? 'correction' : 'corrections'}`
      return sheetsOutcome(main, { corrections }, format, { code: EXIT.ok, message })
    },
  })
}

/** Whom everybody believes about what an id names; undefined for an id that nothing is known of. */
function precedenceOf(id: string, isInJournal: () => boolean): Precedence | undefined {
  if (/^(balance|position):./.test(id)) return PRECEDENCE.holdings
  return isInJournal() ? PRECEDENCE.orders : undefined
}
