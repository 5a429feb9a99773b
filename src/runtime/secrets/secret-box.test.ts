import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, nat, property } from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { deriveKey, saltOf, seal, unseal, wipeKey } from './secret-box.ts'
import { SecretError } from './secret-error.ts'
import { readSecretFile, writeSecretFile } from './secret-file.ts'
import { parseSecretRef, printSecretRef } from './secret-ref.ts'

const TEXT = 'fileenc://gmo/key.box#api?registry_id=gmo-trade&scope=venue:gmo:trade'
const REF = parseSecretRef(TEXT, { isSimulated: false })
const VALUE = Buffer.from('correct-horse-battery-staple')
const KEY = deriveKey(Buffer.from('passphrase'))
const folder = mkdtempSync(join(tmpdir(), 'profinaut-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function failureOf(act: () => unknown): SecretError {
  try {
    act()
  } catch (error) {
    if (error instanceof SecretError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('UGF-0-018: a sealed value opens with its passphrase', () => {
  const box = seal(VALUE, KEY, REF)
  expect(box.includes(VALUE)).toBe(false)
  expect(unseal(box, deriveKey(Buffer.from('passphrase'), saltOf(box)), REF)).toEqual(VALUE)
})

test('UGF-0-018: a wrong passphrase and any flipped bit are refused in the same words, without the value', () => {
  const box = seal(VALUE, KEY, REF)
  const wrong = failureOf(() => unseal(box, deriveKey(Buffer.from('Passphrase'), saltOf(box)), REF))
  expect(wrong.message + wrong.hint).not.toContain(VALUE.toString())
  assert(
    property(nat(box.length - 1), nat(7), (at, bit) => {
      const flipped = Buffer.from(box)
      flipped.writeUInt8(box.readUInt8(at) ^ (1 << bit), at)
      expect(failureOf(() => unseal(flipped, KEY, REF)).message).toBe(wrong.message)
    }),
  )
})

test.each(['path', 'field', 'registryId', 'scope'] as const)(
  'UGF-0-018: a box moved to another %s does not open',
  (part) => {
    const box = seal(VALUE, KEY, REF)
    expect(failureOf(() => unseal(box, KEY, { ...REF, [part]: 'other' })).code).toBe('config.secret-box')
  },
)

test('UGF-0-018: a nonce never repeats over 1,000 writes', () => {
  const nonces = Array.from({ length: 1_000 }, () => seal(VALUE, KEY, REF).subarray(17, 29).toString('hex'))
  expect(new Set(nonces).size).toBe(1_000)
})

test('UGF-0-018: a secret from the environment is refused outside the simulated profile', () => {
  const text = TEXT.replace('fileenc', 'env')
  expect(printSecretRef(parseSecretRef(text, { isSimulated: true }))).toBe(text)
  expect(failureOf(() => parseSecretRef(text, { isSimulated: false })).code).toBe('config.secret-source')
})

test('UGF-0-018: plaintext and a path that leaves the folder are refused and not repeated', () => {
  for (const text of ['hunter2hunter2', TEXT.replace('gmo/', '../')]) {
    const { code, message, hint } = failureOf(() => parseSecretRef(text, { isSimulated: false }))
    expect(code).toBe('config.secret-ref')
    expect(message + hint).not.toContain(text)
  }
  expect(printSecretRef(REF)).toBe(TEXT)
})

test('UGF-0-018: rights too open are refused, of the file and of the folder', () => {
  const path = join(folder, 'a.box')
  writeSecretFile(path, VALUE)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readSecretFile(path)).toEqual(VALUE)
  chmodSync(path, 0o640)
  expect(failureOf(() => readSecretFile(path)).code).toBe('config.secret-rights')
  chmodSync(path, 0o600)
  chmodSync(folder, 0o750)
  expect(failureOf(() => readSecretFile(path)).code).toBe('config.secret-rights')
  expect(failureOf(() => writeSecretFile(path, VALUE)).code).toBe('config.secret-rights')
  chmodSync(folder, 0o700)
})

test('a wiped key is zeros', () => {
  const key = { salt: KEY.salt, key: Buffer.from(KEY.key) }
  wipeKey(key)
  expect(key.key.every((byte) => byte === 0)).toBe(true)
})
