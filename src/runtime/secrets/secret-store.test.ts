import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { US_PER_DAY } from '../../domain/time.ts'
import type { deriveKey } from './secret-box.ts'
import { SecretError } from './secret-error.ts'
import { SecretLog } from './secret-log.ts'
import { referenceTo } from './secret-registry.ts'
import { SecretStore, type SecretTerms } from './secret-store.ts'

const TERMS: SecretTerms = { id: 'gmo-key', scope: 'venue:gmo:trade', purpose: 'trade', owner: 'ann', rotateDays: 90 }
const VALUE = Buffer.from('Zk3-9fQx2LmPv7TtR0aB')
const PASS = Buffer.from('a passphrase of words')
const OTHER = Buffer.from('another one of words')

/** As safe as the passphrase is secret, and no safer: the cost of guessing is the box's to prove. */
function cheap(passphrase: Buffer, salt: Buffer = randomBytes(16)): ReturnType<typeof deriveKey> {
  return { salt, key: createHash('sha256').update(salt).update(passphrase).digest() }
}

let folder: string
let now: number
let store: SecretStore
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'profinaut-')), 'secrets')
  now = 1_000 * US_PER_DAY
  store = new SecretStore(folder, () => now, cheap)
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

function codeOf(act: () => unknown): SecretError['code'] {
  try {
    act()
  } catch (error) {
    if (error instanceof SecretError) return error.code
    throw error
  }
  throw new Error('nothing was refused')
}

const valueOf = (id: string, passphrase = PASS) => store.open(referenceTo(store.entry(id)), passphrase).toString()

test('a secret is added, rotated and revoked, and each of it is recorded before it is done', () => {
  store.add(TERMS, VALUE, PASS, 'human:ann')
  now += 5
  const rotated = store.rotate('gmo-key', Buffer.from('a newer value'), PASS, 'human:bob')
  expect(rotated).toMatchObject({ created_ts: now - 5, rotated_ts: now, status: 'active' })
  expect(valueOf('gmo-key')).toBe('a newer value')
  store.revoke('gmo-key', 'leaked', 'human:ann')
  expect(readdirSync(folder).sort()).toEqual(['secret-log.jsonl', 'secret-registry.json'])
  expect(codeOf(() => store.open(referenceTo(rotated), PASS))).toBe('config.secret-missing')
  expect(codeOf(() => store.add(TERMS, VALUE, PASS, 'human:ann'))).toBe('config.secret-value')
  expect(new SecretLog(folder).changes().map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
    ['added', 'human:ann', undefined],
    ['rotated', 'human:bob', undefined],
    ['revoked', 'human:ann', 'leaked'],
  ])
})

test('UGF-0-018: a secret that is not registered, or for another scope, is refused', () => {
  const ref = referenceTo(store.add(TERMS, VALUE, PASS, 'human:ann'))
  expect(codeOf(() => store.open({ ...ref, registryId: 'gmo-other' }, PASS))).toBe('config.secret-missing')
  for (const moved of [{ scope: 'venue:gmo:read' }, { path: 'other.box' }, { field: 'other' }])
    expect(codeOf(() => store.open({ ...ref, ...moved }, PASS))).toBe('config.secret-ref')
})

test('UGF-0-018: a file put in the place of another, and a registry changed by hand, do not open', () => {
  store.add(TERMS, VALUE, PASS, 'human:ann')
  store.add({ ...TERMS, id: 'gmo-view', scope: 'venue:gmo:read', purpose: 'read' }, VALUE, PASS, 'human:ann')
  const registry = join(folder, 'secret-registry.json')
  const kept = readFileSync(registry, 'utf8')
  writeFileSync(registry, kept.replace('venue:gmo:read', 'venue:gmo:trade'))
  expect(codeOf(() => valueOf('gmo-view'))).toBe('config.secret-box')
  writeFileSync(registry, kept)
  copyFileSync(join(folder, 'gmo-key.box'), join(folder, 'gmo-view.box'))
  expect(codeOf(() => valueOf('gmo-view'))).toBe('config.secret-box')
  writeFileSync(registry, kept.replace('"trade"', '"withdraw"'))
  expect(codeOf(() => store.entries())).toBe('config.secret-registry')
})

test('UGF-0-018: one passphrase opens all of them: a second secret under another is refused', () => {
  store.add(TERMS, VALUE, PASS, 'human:ann')
  expect(codeOf(() => store.add({ ...TERMS, id: 'gmo-view' }, VALUE, OTHER, 'human:ann'))).toBe('config.secret-box')
  expect(codeOf(() => store.rotate('gmo-key', VALUE, OTHER, 'human:ann'))).toBe('config.secret-box')
  expect(new SecretLog(folder).changes()).toHaveLength(1)
})

test('a change of passphrase that was cut off goes on where it stopped', () => {
  store.add(TERMS, VALUE, PASS, 'human:ann')
  store.add({ ...TERMS, id: 'gmo-view' }, Buffer.from('second'), PASS, 'human:ann')
  const before = readFileSync(join(folder, 'gmo-view.box'))
  expect(store.changePassphrase(PASS, OTHER, 'human:ann')).toBe(2)
  writeFileSync(join(folder, 'gmo-view.box'), before) // as a crash between the two leaves it
  expect(codeOf(() => valueOf('gmo-view', OTHER))).toBe('config.secret-box')
  store.changePassphrase(PASS, OTHER, 'human:ann')
  expect([valueOf('gmo-key', OTHER), valueOf('gmo-view', OTHER)]).toEqual([VALUE.toString(), 'second'])
})

test('a change of passphrase writes nothing when one secret does not open', () => {
  store.add(TERMS, VALUE, PASS, 'human:ann')
  const before = readFileSync(join(folder, 'gmo-key.box'))
  expect(codeOf(() => store.changePassphrase(OTHER, Buffer.from('third'), 'human:ann'))).toBe('config.secret-box')
  expect(readFileSync(join(folder, 'gmo-key.box'))).toEqual(before)
  expect(new SecretLog(folder).changes()).toHaveLength(1)
})

test('a check finds what is old, open to others, changed, missing, left over and unknown', () => {
  const problems = () => store.findings(PASS).map(({ id, problem }) => `${problem} ${id}`.trim())
  expect(problems()).toEqual([])
  store.add(TERMS, VALUE, PASS, 'human:ann')
  const box = join(folder, 'gmo-key.box')
  const bytes = readFileSync(box)
  expect(problems()).toEqual([])
  now += 90 * US_PER_DAY
  expect(problems()).toEqual([])
  now += 1
  expect(problems()).toEqual(['OVERDUE gmo-key'])
  now = 0 // a clock behind the registry is no age
  chmodSync(box, 0o644)
  expect(problems()).toEqual(['RIGHTS gmo-key'])
  chmodSync(box, 0o600)
  writeFileSync(box, bytes.subarray(1))
  expect(problems()).toEqual(['NOT_OPENED gmo-key'])
  rmSync(box)
  writeFileSync(join(folder, 'stray.box.next'), bytes)
  expect(problems()).toEqual(['MISSING gmo-key', 'UNREGISTERED'])
  rmSync(join(folder, 'stray.box.next'))
  store.revoke('gmo-key', 'lost', 'human:ann')
  writeFileSync(box, bytes)
  expect(problems()).toEqual(['LEFT_OVER gmo-key'])
})

test.each(['AKIA9fQx2LmPv7Tt', 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6', '../x', ''])(
  'an id that may be a value is refused and not repeated: %s',
  (id) => {
    try {
      store.requireNew({ id, scope: TERMS.scope })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(SecretError)
      if (id !== '') expect(String(error)).not.toContain(id)
    }
  },
)

test('the log keeps what a crash cut off apart from what follows', () => {
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'secret-log.jsonl'), '{"ts":1,"id"', { mode: 0o600 })
  const log = new SecretLog(folder)
  log.append({ ts: 2, id: 'gmo-key', action: 'added', actor: 'human:ann' })
  expect(log.changes()).toEqual([{ ts: 2, id: 'gmo-key', action: 'added', actor: 'human:ann' }])
})

test('a reason is kept as long as the journal keeps one', () => {
  const log = new SecretLog(folder)
  log.append({ ts: 2, id: 'gmo-key', action: 'revoked', actor: 'human:ann', reason: 'x'.repeat(2_000) })
  expect(log.changes()[0]?.reason).toHaveLength(500)
})
