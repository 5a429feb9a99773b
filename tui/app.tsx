import { Box, Text } from 'ink'
import { memo, useSyncExternalStore } from 'react'
import type { Size } from './panel.ts'

/** One picture: as many rows as the terminal has. */
export interface Picture {
  readonly size: Size
  readonly rows: readonly string[]
}

/** The picture that Ink has laid, and who wants to know when it is to lay another one. */
export class PictureFrame {
  #picture: Picture
  readonly #told = new Set<() => void>()

  constructor(first: Picture) {
    this.#picture = first
  }
  readonly get = (): Picture => this.#picture
  readonly subscribe = (told: () => void): (() => void) => {
    this.#told.add(told)
    return () => this.#told.delete(told)
  }
  show(picture: Picture): void {
    this.#picture = picture
    for (const told of this.#told) told()
  }
}

const Row = memo(function Row({ text }: { readonly text: string }) {
  return <Text wrap="truncate">{text}</Text>
})

/** Ink's part: rows of text in a box exactly as high as the terminal. What is in them was decided before. */
export function ScreenApp({ frame }: { readonly frame: PictureFrame }) {
  const { rows, size } = useSyncExternalStore(frame.subscribe, frame.get)
  return (
    <Box flexDirection="column" width={size.width} height={size.height} overflow="hidden">
      {rows.map((text, at) => (
        // Rows are places: the third one stays the third whatever it says.
        <Row key={at} text={text} />
      ))}
    </Box>
  )
}
