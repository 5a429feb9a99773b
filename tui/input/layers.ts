import type { KillState } from '../kill/kill-state.ts'
import type { ScreenState } from '../state/screen-state.ts'
import { followers, type KeyContext, type KeyRow, keyRow } from './key-table.ts'

/** What decides who hears a key. */
export interface LayerFacts {
  readonly kill: KillState
  readonly screen: Pick<ScreenState, 'overlay' | 'filter'>
  readonly isTooSmall: boolean
  /** The panel in front failed to draw. */
  readonly isFaulty: boolean
  /** The engine lives in this process: leaving is a question. */
  readonly isOwner: boolean
}

/** The top layer: kill screen, text field, overlay, panel; only the kill screen stands on a terminal that is too small. */
export function topContext({ kill, screen, isTooSmall, isFaulty, isOwner }: LayerFacts): KeyContext {
  if (kill.step.at !== 'closed')
    return kill.step.at === 'sent' ? 'kill-running' : kill.step.at === 'armed' ? 'kill-armed' : 'kill'
  const { overlay, filter } = screen
  switch (overlay?.kind) {
    case 'palette':
    case 'help':
    case 'confirm':
    case 'form':
    case 'actions':
    case 'info':
      return overlay.kind
    case 'log':
      return 'info'
    case 'exit':
      return isOwner ? 'exit' : 'leave'
    case undefined:
  }
  if (isTooSmall) return 'small'
  if (filter !== undefined) return 'filter'
  return isFaulty ? 'fault' : 'global'
}

/** Whether letters are text now: `K` is a letter then, and Ctrl+K the kill key. */
export function isTyping({ kill, screen: { overlay, filter } }: Pick<LayerFacts, 'kill' | 'screen'>): boolean {
  const { step } = kill
  if (step.at !== 'closed') return step.at === 'writing' || (step.at === 'armed' && step.phrase !== undefined)
  switch (overlay?.kind) {
    case 'palette':
    case 'form':
      return true
    case 'help':
      return overlay.isSearching
    case 'confirm':
      return overlay.ceremony.focus === 'text' || overlay.ceremony.focus === 'phrase'
    case 'actions':
    case 'info':
    case 'log':
    case 'exit':
      return false
    case undefined:
      return filter !== undefined
  }
}

export type Heard =
  | { readonly kind: 'row'; readonly row: KeyRow }
  /** The first of two strokes. */
  | { readonly kind: 'prefix'; readonly key: string }
  | { readonly kind: 'nothing' }

/** What a key means in a context, after the first stroke of a prefix if there was one. */
export function hear(context: KeyContext, key: string, prefix: string | undefined): Heard {
  if (prefix !== undefined) {
    const row = keyRow(context, `${prefix} ${key}`)
    return row === undefined ? { kind: 'nothing' } : { kind: 'row', row }
  }
  const row = keyRow(context, key)
  if (row !== undefined) return { kind: 'row', row }
  return followers(context, key).length > 0 ? { kind: 'prefix', key } : { kind: 'nothing' }
}
