/**
 * A grid of cells that is drawn in dots: eight a cell in braille, one a cell where there is none. Dots are counted from the
 * top left. A cell belongs to whoever drew in it last, so that it can be dressed.
 */
export interface Raster {
  readonly columns: number
  readonly rows: number
  readonly dotsAcross: 1 | 2
  readonly dotsDown: 1 | 4
  /** Bits of the dots that are set, a cell each. */
  readonly dots: Uint8Array
  /** Who drew last in each cell, from 1; 0 is nobody. */
  readonly owner: Uint8Array
}

/** Bit of each braille dot, by row, then column (Unicode 15, block 2800). */
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const
/** Without braille each owner has its own character, because colour may be absent. */
const MARKS = '*o+x#'

export function emptyRaster({
  columns,
  rows,
  hasBraille,
}: {
  columns: number
  rows: number
  hasBraille: boolean
}): Raster {
  return {
    columns,
    rows,
    dotsAcross: hasBraille ? 2 : 1,
    dotsDown: hasBraille ? 4 : 1,
    dots: new Uint8Array(columns * rows),
    owner: new Uint8Array(columns * rows),
  }
}

/** Sets the dots of one dot column between two heights, both included, in either order. What lies outside is left out. */
export function drawDown(raster: Raster, column: number, from: number, to: number, owner: number): void {
  const { columns, rows, dotsAcross, dotsDown, dots } = raster
  if (column < 0 || column >= columns * dotsAcross) return
  const last = Math.min(Math.max(from, to), rows * dotsDown - 1)
  for (let dot = Math.max(0, Math.min(from, to)); dot <= last; dot++) {
    const cell = Math.floor(dot / dotsDown) * columns + Math.floor(column / dotsAcross)
    const bit = dotsDown === 1 ? 1 : (BRAILLE_BITS[dot % 4]?.[column % 2] ?? 0)
    dots[cell] = (dots[cell] ?? 0) | bit
    raster.owner[cell] = owner
  }
}

/** A place in dots. */
export interface Dot {
  readonly x: number
  readonly y: number
}

/**
 * Joins dots from left to right; undefined is a gap. Dots that share a column are joined upright, so that no spike is lost.
 *
 * @param fillTo height that everything between it and the line is filled to
 */
export function drawLine(raster: Raster, places: Iterable<Dot | undefined>, owner: number, fillTo?: number): void {
  let before: Dot | undefined
  for (const here of places) {
    if (here !== undefined) drawStroke(raster, before ?? here, here, owner, fillTo)
    before = here
  }
}

function drawStroke(raster: Raster, start: Dot, here: Dot, owner: number, fillTo: number | undefined): void {
  for (let column = start.x; column <= here.x; column++) {
    const left = along(start, here, column)
    const right = along(start, here, Math.min(here.x, column + 1))
    // A column owns the steep part up to the dot before the next column's, so that a jump is a wall and not a gap.
    const end = start.x === here.x ? here.y : right - Math.sign(right - left)
    drawDown(raster, column, left, fillTo ?? end, owner)
    if (fillTo !== undefined) drawDown(raster, column, end, fillTo, owner)
  }
}

/** Height of a straight line at a dot column. */
function along(start: Dot, end: Dot, column: number): number {
  if (start.x === end.x) return start.y
  return Math.round(start.y + ((end.y - start.y) * (column - start.x)) / (end.x - start.x))
}

/**
 * One row of cells, neighbours of one owner dressed together.
 *
 * @param marks where there is no braille, the character of each owner
 */
export function rasterRow(
  raster: Raster,
  row: number,
  dress: (owner: number, text: string) => string,
  marks = MARKS,
): string {
  const isBraille = raster.dotsDown === 4
  let painted = ''
  let run = ''
  let owner = 0
  for (let column = 0; column < raster.columns; column++) {
    const cell = row * raster.columns + column
    const here = raster.owner[cell] ?? 0
    if (here !== owner && run !== '') {
      painted += owner === 0 ? run : dress(owner, run)
      run = ''
    }
    owner = here
    const dots = raster.dots[cell] ?? 0
    if (dots === 0) run += ' '
    else run += isBraille ? String.fromCharCode(0x2800 + dots) : (marks[(owner - 1) % marks.length] ?? '*')
  }
  return painted + (owner === 0 || run === '' ? run : dress(owner, run))
}
