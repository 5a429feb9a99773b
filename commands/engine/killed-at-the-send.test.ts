import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { pause, ProgramHome, until } from '../../fixtures/process/program.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'

const FIXTURE = join(import.meta.dirname, '..', '..', 'fixtures', 'crash', 'dies-at-the-send.fixture.ts')
const homes: ProgramHome[] = []
const doomed: ChildProcess[] = []
afterAll(() => {
  for (const child of doomed) child.kill('SIGKILL')
  for (const home of homes) home.end()
})

/** The operator's orders as the books and as the venue have them. */
interface Row {
  readonly order: string
  readonly state: string
  readonly qty: string
}

test.each([
  { moment: 'sent', where: 'has left and is still on its way' },
  { moment: 'accepted', where: 'is at the venue, and the answer is not here yet' },
] as const)(
  'UGF-0-009: an engine that is killed right after the send ($moment: the order $where) ends with at most that one order at the venue, and with the same books',
  { timeout: 120_000 },
  async ({ moment }) => {
    const at = new ProgramHome(scratchFolder(), { PROFINAUT_ENGINE_JOURNAL: 'full' })
    homes.push(at)
    const child = spawn(process.execPath, [FIXTURE, moment], { env: at.env, stdio: 'ignore' })
    doomed.push(child)
    const died = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    await at.running()
    // Less than half a per cent below the market: it rests, and is not too far away to be allowed.
    const market = await at.json<Readonly<Record<string, string>>>('market', 'show', 'BTC_JPY')
    const limit = String(Math.floor(Number(market['bid']) * 0.996))
    const id = randomUUIDv7()
    const place = (...more: readonly string[]) =>
      at.run(
        'order',
        'place',
        'BTC_JPY',
        'buy',
        '0.0007',
        '--limit',
        limit,
        '--reason',
        'to be killed',
        '--request-id',
        id,
        ...more,
      )
    await place('--wait', '0')
    expect(await Promise.race([died, pause(10_000)])).toBe('SIGKILL')
    at.engine()
    await at.running()
    // The operator, who heard nothing, asks again.
    await place('--wait', '10')
    const all = () => at.json<readonly Row[]>('order', 'list', '--all', '--limit', '500')
    const mine = async () => (await all()).filter(({ qty }) => Number(qty) === 0.0007)
    await until('an order whose fate is known', async () => {
      const orders = await mine()
      return orders.length === 1 && !['SENT', 'ENQUEUED', 'UNKNOWN'].includes(orders[0]?.state ?? 'UNKNOWN')
    })
    const [order] = await mine()
    const venue = atVenue(at)
    // What was on its way may be lost; what the venue took is there once. Either way the books say the same.
    if (moment === 'accepted') expect(venue).toEqual([order?.order])
    expect(venue).toEqual(order?.state === 'OPEN' ? [order.order] : [])
    expect((await at.run('reconcile')).code).toBe(0)
    expect((await at.run('storage', 'verify')).code).toBe(0)
    expect((await at.run('stop', '--how', 'now', '--reason', 'end of the test')).code).toBe(0)
    expect(atVenue(at)).toHaveLength(venue.length)
  },
)

/** Ids of our orders in BTC_JPY in the venue's own file, once for each that it ever took: nobody else trades it there. */
function atVenue({ folder }: ProgramHome): readonly string[] {
  const db = new Sqlite(join(folder, 'sim-venue.db'), { readonly: true })
  try {
    const state = db.prepare('SELECT state FROM venue_state').pluck().get() as string
    const { register } = JSON.parse(state) as {
      readonly register: { readonly open: readonly { readonly orderId: string; readonly instrumentId: string }[] }
    }
    const open = register.open.filter(({ instrumentId }) => instrumentId === 'BTC_JPY').map(({ orderId }) => orderId)
    const ended = db.prepare("SELECT order_id FROM venue_orders WHERE instrument_id = 'BTC_JPY'").pluck().all()
    return [...open, ...(ended as string[])]
  } finally {
    db.close()
  }
}
