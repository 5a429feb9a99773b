import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { auditRows } from '../../../storage/queries/audit-rows.ts'
import { SecretLog } from './secret-log.ts'
import { SecretNews } from './secret-news.ts'

test('UGF-0-018: an engine journals once what was done to secrets while none ran, and who did it', async () => {
  const world = new EngineWorld()
  const folder = join(world.folder, 'secrets')
  const log = new SecretLog(folder)
  world.news = (notes) => new SecretNews(folder, notes)
  const starts = async () => {
    if (world.store !== undefined) world.crash()
    await world.boot()
  }
  try {
    log.append({ ts: 5, id: 'gmo-key', action: 'added', actor: 'human:ann' })
    log.append({ ts: 6, id: 'gmo-key', action: 'revoked', actor: 'human:bob', reason: 'token=abcdef123456 leaked' })
    await starts()
    log.append({ ts: 7, id: 'gmo-new', action: 'added', actor: 'human:ann' })
    await starts()
    await starts()
    const { entries } = auditRows(world.store.db, { action: 'secret.', limit: 10 })
    expect(entries.map((row) => [row.action, row.targetType, row.targetId, row.actor, row.reason])).toEqual([
      ['secret.added', 'secret', 'gmo-key', 'human:ann', undefined],
      ['secret.revoked', 'secret', 'gmo-key', 'human:bob', 'token=*** leaked'],
      ['secret.added', 'secret', 'gmo-new', 'human:ann', undefined],
    ])
  } finally {
    await world.end()
  }
})
