import { createHash } from 'node:crypto'
import type { CommandRow } from '../command-catalogue.ts'

const ID = /^[\x21-\x7e]{1,128}$/
const WORD_MAX = 128

/** What the journal can carry of a row: who asked for what, and what is wrong with how it is written. */
export interface ReadRow {
  readonly row: CommandRow
  /** Undefined for a row as our clients write it. */
  readonly fault: string | undefined
}

/**
 * Reads who asks from a row of the queue. Any process of the same user may write one, with the table's checks switched off:
 * what the journal could not carry is cut or named here, before it gets there.
 */
export function readRow(handed: CommandRow): ReadRow {
  const row = { ...handed, actor: handed.actor.slice(0, WORD_MAX), type: handed.type.slice(0, WORD_MAX) }
  if (!ID.test(handed.id)) {
    // The row is answered under what it is called; the journal knows it by a name of the same row, the same every time.
    const id = `foreign-${createHash('sha256').update(handed.id).digest('hex').slice(0, 32)}`
    return {
      row: { ...row, id, actor: row.actor || 'unknown' },
      fault: 'its id is not 1 to 128 printable ASCII characters',
    }
  }
  if (row.actor === '') return { row: { ...row, actor: 'unknown' }, fault: 'it does not say who asks' }
  return { row, fault: undefined }
}
