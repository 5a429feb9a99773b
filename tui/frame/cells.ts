import { fit, rule, widthOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'

/** The cells `from`…`to` of a text without escapes; half a wide character is a blank. */
export function cells(text: string, from: number, to: number): string {
  let at = 0
  let kept = ''
  for (const char of text) {
    const next = at + widthOf(char)
    if (next > from && at < to)
      kept += at < from || next > to ? ' '.repeat(Math.min(next, to) - Math.max(at, from)) : char
    at = next
  }
  return fit(kept, Math.max(0, to - from))
}

/** A look with this one's characters and no escapes: for what is cut, or lies under a box. */
export function bareLook(look: ScreenLook): ScreenLook {
  return { ...look, paint: (_, text) => text }
}

/** Cells of a box at this width of the screen. */
export function boxWidth(width: number): number {
  return Math.min(width - 2, width >= 200 ? 110 : width >= 120 ? 96 : 78)
}

/**
 * Lays a box over rows that were painted with {@link bareLook}; what shows of them is dim. The title row is the box's first.
 */
export function boxed(
  look: ScreenLook,
  size: { readonly width: number; readonly height: number },
  under: readonly string[],
  box: { readonly title: string; readonly facts: string; readonly rows: readonly string[] },
): readonly string[] {
  const wide = boxWidth(size.width)
  const left = Math.floor((size.width - wide) / 2)
  const rows = box.rows.slice(0, Math.max(0, size.height - 3))
  const [topLeft, topRight, bottomLeft, bottomRight] = look.glyphs.corners
  const head = rule(bareLook(look), wide - 2, box.title, box.facts)
  const drawn = [
    `${topLeft}${head}${topRight}`,
    ...rows.map((line) => `${look.glyphs.bar}${line}${look.glyphs.bar}`),
    `${bottomLeft}${look.glyphs.rule.repeat(wide - 2)}${bottomRight}`,
  ]
  return under.map((line, at) => {
    const over = drawn[at - 1]
    if (over === undefined) return look.paint('muted', line)
    const right = cells(line, left + wide, size.width)
    return `${look.paint('muted', cells(line, 0, left))}${over}${look.paint('muted', right)}`
  })
}
