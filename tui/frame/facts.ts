import { type Piece, row, textOf, widthOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'

/** One thing said on a row of facts. The highest rank gives way first when there is no room; 0 never does. */
export interface Fact {
  readonly pieces: readonly Piece[]
  readonly rank: number
  /** What stands before it; two blanks unless told. */
  readonly gap?: string
}

const widthOfFacts = (facts: readonly Fact[]) =>
  facts.reduce(
    (sum, { pieces, gap = '  ' }, at) =>
      sum + (at === 0 ? 0 : gap.length) + pieces.reduce((all, piece) => all + widthOf(textOf(piece)), 0),
    0,
  )

/** Drops the highest ranks until everything fits in `width` cells; 0 stays whatever happens. */
export function fitting(
  left: readonly Fact[],
  right: readonly Fact[],
  width: number,
): readonly [left: readonly Fact[], right: readonly Fact[]] {
  let [lefts, rights] = [left, right]
  for (;;) {
    const needed = widthOfFacts(lefts) + (rights.length === 0 ? 0 : 2) + widthOfFacts(rights)
    const worst = Math.max(0, ...lefts.map(({ rank }) => rank), ...rights.map(({ rank }) => rank))
    if (needed <= width || worst === 0) return [lefts, rights]
    const stays = ({ rank }: Fact) => rank < worst
    lefts = lefts.filter(stays)
    rights = rights.filter(stays)
  }
}

function piecesOf(facts: readonly Fact[]): readonly Piece[] {
  return facts.flatMap(({ pieces, gap = '  ' }, at) => (at === 0 ? pieces : [gap, ...pieces]))
}

/** Facts from both ends of a row, one blank inside its edges, in exactly `width` cells. */
export function factRow(
  look: ScreenLook,
  width: number,
  facts: { readonly left: readonly Fact[]; readonly right?: readonly Fact[] },
): string {
  const [left, right] = fitting(facts.left, facts.right ?? [], width - 2)
  const room = Math.max(0, width - 2 - widthOfFacts(left) - widthOfFacts(right))
  return row(look, width, [' ', ...piecesOf(left), ' '.repeat(room), ...piecesOf(right)])
}
