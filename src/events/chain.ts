import { hash } from 'node:crypto'

/** What the first event of a chain points back to. */
export const GENESIS = '0'.repeat(64)

/**
 * Hash of one link: SHA-256 over the previous hash and the canonical body, in lowercase hex. The run's name is not covered,
 * so that two runs of the same inputs end in the same hash; it is bound to the journal by its manifest.
 */
export function chainHash(previous: string, body: string): string {
  return hash('sha256', `${previous}\n${body}`, 'hex')
}
