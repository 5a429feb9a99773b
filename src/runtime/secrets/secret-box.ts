import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { SecretError } from './secret-error.ts'
import type { SecretRef } from './secret-ref.ts'

const VERSION = 1
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + SALT_BYTES + NONCE_BYTES + TAG_BYTES
const CIPHER = 'aes-256-gcm'
/** 128 MiB of memory for each guess; node refuses more than `maxmem`. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }

/** A key and the salt it was derived with; `wipeKey` when done. */
export interface BoxKey {
  readonly salt: Buffer
  readonly key: Buffer
}

/** Derives the key of one file: scrypt (RFC 7914), N=2^17, r=8, p=1. A new file gets a new salt. */
export function deriveKey(passphrase: Buffer, salt: Buffer = randomBytes(SALT_BYTES)): BoxKey {
  return { salt, key: scryptSync(passphrase, salt, 32, SCRYPT) }
}

export function wipeKey({ key }: BoxKey): void {
  key.fill(0)
}

/** The salt of a sealed box, to derive its key with. */
export function saltOf(box: Buffer): Buffer {
  if (box.length < HEAD_BYTES || box[0] !== VERSION) throw unopened()
  return Buffer.from(box.subarray(1, 1 + SALT_BYTES))
}

/** Seals a value for one place and use: version, salt, nonce, tag, ciphertext. Every call draws a nonce of its own. */
export function seal(value: Buffer, { salt, key }: BoxKey, ref: SecretRef): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(ref))
  const sealed = Buffer.concat([cipher.update(value), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), salt, nonce, cipher.getAuthTag(), sealed])
}

/**
 * Opens what `seal` made; the caller overwrites the value after use.
 *
 * @throws SecretError `config.secret-box`, the same for every mismatch
 */
export function unseal(box: Buffer, { salt, key }: BoxKey, ref: SecretRef): Buffer {
  if (!saltOf(box).equals(salt)) throw unopened()
  const nonce = box.subarray(1 + SALT_BYTES, 1 + SALT_BYTES + NONCE_BYTES)
  const tag = box.subarray(HEAD_BYTES - TAG_BYTES, HEAD_BYTES)
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(ref)).setAuthTag(tag)
  const value = decipher.update(box.subarray(HEAD_BYTES))
  try {
    decipher.final()
    return value
  } catch {
    value.fill(0) // not authentic, and maybe still a part of the secret
    throw unopened()
  }
}

/** JSON keeps the parts apart: no two references have the same bytes. */
function boundTo({ path, field, registryId, scope }: SecretRef): Buffer {
  return Buffer.from(JSON.stringify([VERSION, path, field, registryId, scope]))
}

function unopened(): SecretError {
  return new SecretError(
    'config.secret-box',
    'a secret does not open: wrong passphrase, or its file was changed or moved',
    'try the passphrase again, or put the file back from a copy',
  )
}
