/** What a filter may find a row by. */
export interface RowWords {
  /** Everything that names the row, with spaces between. */
  readonly text: string
  readonly venueId: string
}

/** Rows that a filter lets through; nothing is put into words where there is no filter. */
export function filteredRows<Row>(
  rows: readonly Row[],
  filter: string,
  describe: (row: Row) => RowWords,
): readonly Row[] {
  if (filter.trim() === '') return rows
  const isWanted = rowFilter(filter)
  return rows.filter((row) => isWanted(describe(row)))
}

/**
 * Reads a filter: words that must all hold. `x` is a part of the row's text, `!x` must not be, `~x` has its letters in this
 * order, `@x` begins the venue. Case and full-width forms do not matter; an unfinished `!`, `~` or `@` lets everything through.
 */
export function rowFilter(filter: string): (words: RowWords) => boolean {
  const terms = folded(filter).split(/\s+/).filter(Boolean)
  const tests = terms.map((term) => testOf(term))
  return ({ text, venueId }) => {
    const [inText, inVenue] = [folded(text), folded(venueId)]
    return tests.every((test) => test(inText, inVenue))
  }
}

type Test = (text: string, venue: string) => boolean

function testOf(term: string): Test {
  const rest = term.slice(1)
  if (term.startsWith('!')) return rest === '' ? () => true : (text) => !text.includes(rest)
  if (term.startsWith('~')) return (text) => hasInOrder(text, rest)
  if (term.startsWith('@')) return (_, venue) => venue.startsWith(rest)
  return (text) => text.includes(term)
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function hasInOrder(text: string, letters: string): boolean {
  let from = 0
  for (const letter of letters) {
    const found = text.indexOf(letter, from)
    if (found < 0) return false
    from = found + letter.length
  }
  return true
}

export interface RowOrder<Row> {
  /** Below zero: `a` first. */
  readonly compare: (a: Row, b: Row) => number
  /** 0 is UNKNOWN, 1 is failing, 2 is well. */
  readonly trouble: (row: Row) => 0 | 1 | 2
  readonly isTroubleFirst: boolean
}

/** Rows in their order; ids decide between equals, so that no row ever changes its place without a reason. */
export function sortedRows<Row extends { readonly id: string }>(
  rows: readonly Row[],
  { compare, trouble, isTroubleFirst }: RowOrder<Row>,
): readonly Row[] {
  return rows.toSorted((a, b) => (isTroubleFirst ? trouble(a) - trouble(b) : 0) || compare(a, b) || byText(a.id, b.id))
}

/** Code-point order: the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Largest first; what is not known comes after what is. */
export function byFigure(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0)
  return b - a
}
