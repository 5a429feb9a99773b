import type { Size } from '../panel.ts'

/**
 * The stream that Ink draws on: the terminal's, with the size that the picture has. Ink must not hear of a resize before the
 * picture has the new size, or it draws the old one into it.
 */
export function inkStream(stdout: NodeJS.WriteStream, size: () => Size): NodeJS.WriteStream {
  return new Proxy(stdout, {
    get(target, name) {
      if (name === 'columns') return size().width
      if (name === 'rows') return size().height
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'on' || name === 'off' || name === 'addListener' || name === 'removeListener')
        return (event: string, told: (...args: unknown[]) => void) =>
          event === 'resize' ? target : Reflect.apply(value, target, [event, told])
      return value.bind(target)
    },
  })
}
