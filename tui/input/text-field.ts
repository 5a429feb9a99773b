/** One line that is being written; `cursor` counts characters. */
export interface TextField {
  readonly text: string
  readonly cursor: number
}

export const EMPTY_FIELD: TextField = { text: '', cursor: 0 }

export function textField(text: string): TextField {
  return { text, cursor: Array.from(text).length }
}

/** Puts text in at the cursor; controls are gone. */
export function insert({ text, cursor }: TextField, added: string): TextField {
  const clean = added.replace(/\p{Cc}/gu, ' ')
  const chars = Array.from(text)
  return {
    text: [...chars.slice(0, cursor), clean, ...chars.slice(cursor)].join(''),
    cursor: cursor + Array.from(clean).length,
  }
}

/**
 * What a key does to a line: the readline keys, but never Ctrl+K, which is the kill screen's everywhere.
 *
 * @returns undefined when the key is no editing key
 */
export function edit(field: TextField, key: string, typed: string | undefined): TextField | undefined {
  const { text, cursor } = field
  const chars = Array.from(text)
  const cutTo = (start: number, end: number, at: number): TextField => ({
    text: [...chars.slice(0, start), ...chars.slice(end)].join(''),
    cursor: at,
  })
  switch (key) {
    case 'left':
    case 'ctrl+b':
      return { text, cursor: Math.max(0, cursor - 1) }
    case 'right':
    case 'ctrl+f':
      return { text, cursor: Math.min(chars.length, cursor + 1) }
    case 'home':
    case 'ctrl+a':
      return { text, cursor: 0 }
    case 'end':
    case 'ctrl+e':
      return { text, cursor: chars.length }
    case 'backspace':
      return cursor === 0 ? field : cutTo(cursor - 1, cursor, cursor - 1)
    case 'delete':
    case 'ctrl+d':
      return cutTo(cursor, cursor + 1, cursor)
    case 'ctrl+u':
      return cutTo(0, cursor, 0)
    case 'ctrl+w': {
      const start = chars
        .slice(0, cursor)
        .join('')
        .replace(/\S+\s*$/, '')
      return cutTo(Array.from(start).length, cursor, Array.from(start).length)
    }
    default:
      return typed === undefined ? undefined : insert(field, typed)
  }
}

/** The line as it is shown, the cursor as `_` at its end. */
export function shownField({ text, cursor }: TextField): string {
  const chars = Array.from(text)
  return cursor >= chars.length ? `${text}_` : text
}
