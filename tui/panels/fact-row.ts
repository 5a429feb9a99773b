import { phrase } from '../paint/phrase.ts'
import { type Piece, row, rule, textOf, widthOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'

/** Something to say in a row that is shown whole or not at all. */
export interface Fact {
  readonly pieces: readonly Piece[]
  /** The highest rank is dropped first; 0 stays, and is cut as a text where even it does not fit. */
  readonly rank: number
}

export function fact(rank: number, ...pieces: readonly Piece[]): Fact {
  return { rank, pieces }
}

const GAP = '  '

function factWidth({ pieces }: Fact): number {
  return pieces.reduce((sum, piece) => sum + widthOf(textOf(piece)), 0)
}

/** A label and facts in exactly `width` cells: facts give way by rank, so that no number is ever cut. */
export function factRow(look: ScreenLook, width: number, label: string, facts: readonly Fact[]): string {
  const kept = [...facts]
  const needed = () => kept.reduce((sum, each) => sum + factWidth(each) + GAP.length, widthOf(label) - GAP.length)
  while (needed() > width && kept.some(({ rank }) => rank > 0)) {
    const worst = kept.reduce((a, b) => (b.rank >= a.rank ? b : a))
    kept.splice(kept.indexOf(worst), 1)
  }
  const pieces = kept.flatMap((each, at) => (at === 0 ? each.pieces : [GAP, ...each.pieces]))
  return row(look, width, [[label, 'muted'], ...whole(pieces, width - widthOf(label))])
}

/** The last piece that fits is cut between its words. */
function whole(pieces: readonly Piece[], width: number): readonly Piece[] {
  let left = width
  return pieces.map((piece) => {
    const text = phrase(textOf(piece), Math.max(0, left))
    left -= widthOf(text)
    return typeof piece === 'string' ? text : [text, piece[1]]
  })
}

/** Facts one after another over as many rows as they need, never broken within one. */
export function flow(look: ScreenLook, width: number, facts: readonly (readonly Piece[])[]): string[] {
  const gap = 3
  const rows: Piece[][] = []
  let left = 0
  for (const pieces of facts) {
    const size = factWidth({ pieces, rank: 0 })
    const line = rows.at(-1)
    if (line === undefined || left < size + gap) {
      rows.push([' ', ...whole(pieces, width - 1)])
      left = width - 1 - size
    } else {
      line.push(' '.repeat(gap), ...pieces)
      left -= size + gap
    }
  }
  return rows.map((pieces) => row(look, width, pieces))
}

/** A text over as many rows as it needs, at least one, broken between words. Its tone stands on the first, where its sign is. */
export function paragraph(look: ScreenLook, width: number, piece: Piece, indent = 1): string[] {
  const lines: string[] = []
  for (const word of textOf(piece).split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1)
    if (line === undefined || widthOf(line) + 1 + widthOf(word) > width - indent)
      lines.push(phrase(word, Math.max(0, width - indent)))
    else lines[lines.length - 1] = `${line} ${word}`
  }
  const tone = typeof piece === 'string' ? 'plain' : piece[1]
  const [first = '', ...rest] = lines
  const start = ' '.repeat(indent)
  return [row(look, width, [start, [first, tone]]), ...rest.map((line) => row(look, width, [start, line]))]
}

/** A section's head with as many of its facts as fit whole; the last ones give way first. */
export function head(look: ScreenLook, width: number, title: string, facts: readonly string[] = []): string {
  const name = phrase(title, Math.max(0, width - 4))
  const kept = facts.filter((each) => each !== '')
  while (kept.length > 0 && widthOf(kept.join(GAP)) > width - widthOf(name) - 7) kept.pop()
  return rule(look, width, name, kept.join(GAP))
}
