import { type Piece, spread, textOf, widthOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Panel } from '../panel.ts'

/** Row 2: the panels, what waits in them, and the kill key, always at the right end. */
export function tabRow(
  look: ScreenLook,
  width: number,
  tabs: {
    readonly panels: readonly Pick<Panel, 'key' | 'id' | 'title' | 'short'>[]
    /** Undefined while no panel is in front. */
    readonly current: string | undefined
    readonly badges: Readonly<Record<string, number>>
  },
): string {
  const isRoomy = width >= 120
  const gap = width >= 200 ? '   ' : isRoomy ? '  ' : ' '
  const pieces: Piece[] = [' ']
  tabs.panels.forEach(({ key, id, title, short }, at) => {
    const count = tabs.badges[id] ?? 0
    const name = `${key} ${isRoomy ? title : short}${count > 0 ? `:${count}` : ''}`
    if (at > 0) pieces.push(gap)
    pieces.push(id === tabs.current ? [`[${name}]`, 'strong'] : name)
  })
  const used = pieces.reduce((sum, piece) => sum + widthOf(textOf(piece)), 0)
  const kill: readonly Piece[] = [['K KILL', 'strong'], used + 8 <= width ? ' ' : '']
  return spread(look, width, pieces, kill)
}
