import { hash } from 'node:crypto'
import { isSameSecret } from '../secrets/same-secret.ts'
import { deriveKey, wipeKey } from '../secrets/secret-box.ts'

/**
 * What a passphrase is held against: scrypt (RFC 7914) with a salt of its own, as text. It lies in a table beside the journal
 * and its digest in the event: whoever exchanges the one without the other has made a passphrase that is nobody's.
 */
export function verifierOf(passphrase: Buffer): { readonly verifier: string; readonly sha256: string } {
  const derived = deriveKey(passphrase)
  const verifier = `scrypt-17-8-1$${derived.salt.toString('base64url')}$${derived.key.toString('base64url')}`
  wipeKey(derived)
  return { verifier, sha256: hash('sha256', verifier, 'hex') }
}

/** Whether a passphrase is the one, and the verifier the one that the journal means. */
export function isPassphrase(passphrase: Buffer, verifier: string, sha256: string): boolean {
  const [scheme, salt, key] = verifier.split('$')
  if (scheme !== 'scrypt-17-8-1' || salt === undefined || key === undefined) return false
  if (hash('sha256', verifier, 'hex') !== sha256) return false
  const derived = deriveKey(passphrase, Buffer.from(salt, 'base64url'))
  const isSame = isSameSecret(derived.key, Buffer.from(key, 'base64url'))
  wipeKey(derived)
  return isSame
}
