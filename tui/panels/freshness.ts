import type { Topic } from '../../src/runtime/link/views.ts'
import { age, NONE } from '../paint/numbers.ts'
import type { Piece } from '../paint/row.ts'
import type { ViewShelf } from '../panel.ts'

/** Age of a view, ms, above which nothing on it is taken for the present. */
export const STALE_AFTER_MS = 5_000

/** How old what is shown is, and how that is said. */
export interface Freshness {
  readonly isStale: boolean
  /** Milliseconds; 0 when the view has no age to tell. */
  readonly ageMs: number
}

export function freshness(shelf: ViewShelf, topic: Topic): Freshness {
  const ageMs = shelf.ageMs(topic) ?? 0
  return { isStale: ageMs > STALE_AFTER_MS, ageMs }
}

/** A value as it is, or behind `~` and faint when it is old. What is not known does not grow old. */
export function aged(piece: Piece, isStale: boolean): Piece {
  if (!isStale) return piece
  const text = (typeof piece === 'string' ? piece : piece[0]).trim()
  return text === NONE || text === '' ? piece : [`~${text}`, 'stale']
}

/** `~42s old`, for the head of a section. */
export function ageNote({ isStale, ageMs }: Freshness): string {
  return isStale ? `~${age(ageMs)} old` : ''
}

/** Why nothing that adds risk may be done on an old picture; undefined when it is not old. */
export function staleReason(topic: string, { isStale, ageMs }: Freshness): string | undefined {
  return isStale ? `VIEW_STALE: ${topic} ${age(ageMs)} old > ${age(STALE_AFTER_MS)}` : undefined
}
