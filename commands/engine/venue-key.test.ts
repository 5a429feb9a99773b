import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { wallTime } from '../../src/runtime/clock.ts'
import { printSecretRef } from '../../src/runtime/secrets/secret-ref.ts'
import { referenceTo } from '../../src/runtime/secrets/secret-registry.ts'
import { SecretStore } from '../../src/runtime/secrets/secret-store.ts'
import { venueKey } from './venue-key.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const ENV = 'env://CANARY_KEY#value?registry_id=canary&scope=venue:gmo:trade'
const at = (environment: 'dev' | 'stg' | 'prod') => ({ environment })
const codeOf = (act: () => unknown): string => {
  try {
    act()
    return 'nothing was refused'
  } catch (error) {
    expect(JSON.stringify([(error as Error).message, (error as Error).stack])).not.toContain('canary-value')
    return (error as { code: string }).code
  }
}

test('UGF-0-018: a key from the environment is for practice alone, and never for a profile that says prod', () => {
  vi.stubEnv('CANARY_KEY', 'canary-value')
  const paths = { secrets: '/nowhere' }
  const keys = { key: ENV, secret: ENV }
  const practice = { ...keys, practice_url: 'http://127.0.0.1:1' }
  expect(venueKey({ venue: practice, account: at('dev') }, { paths })?.()).toEqual({
    key: 'canary-value',
    secret: 'canary-value',
  })
  expect(codeOf(() => venueKey({ venue: practice, account: at('prod') }, { paths }))).toBe('config.secret-source')
  expect(codeOf(() => venueKey({ venue: { ...keys, practice_url: '' }, account: at('dev') }, { paths }))).toBe(
    'config.secret-source',
  )
})

test('UGF-0-018: with a wrong passphrase, or none, no key is opened, so nothing can be signed, and no value is told', () => {
  const secrets = join(scratchFolder(), 'secrets')
  const store = new SecretStore(secrets, wallTime)
  const terms = { id: 'gmo-key', scope: 'venue:gmo:trade', purpose: 'trade', owner: 'root', rotateDays: 90 } as const
  const entry = store.add(terms, Buffer.from('canary-value'), Buffer.from('right horse battery'), 'human:root')
  const reference = printSecretRef(referenceTo(entry))
  const settings = { venue: { key: reference, secret: reference, practice_url: '' }, account: at('prod') }
  const open = (passphrase?: Buffer) => venueKey(settings, { paths: { secrets }, passphrase })
  expect(open(Buffer.from('right horse battery'))?.().key).toBe('canary-value')
  expect(codeOf(() => open(Buffer.from('wrong horse battery')))).toBe('config.secret-box')
  expect(codeOf(() => open())).toBe('config.secret-box')
})
