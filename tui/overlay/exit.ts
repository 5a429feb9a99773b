import type { RibbonView } from '../../src/runtime/link/views.ts'
import { type Piece, row, rule, stack } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Size } from '../panel.ts'

export const EXIT_CHOICES = ['stay', 'close-screen', 'safe-exit', 'flatten-exit'] as const

/** What stays and what goes with each way out; every number from the ribbon, `--` where it is not known. */
export function paintExit(
  look: ScreenLook,
  { width, height }: Size,
  choice: number,
  ribbon: RibbonView | undefined,
): readonly string[] {
  const known = (value: number | undefined) => (value === undefined ? '--' : String(value))
  const [bots, orders, positions] = [known(ribbon?.botsRunning), known(ribbon?.orders), known(ribbon?.positions)]
  const texts: readonly (readonly [string, ...string[]])[] = [
    ['Stay', ''],
    [
      'Close screen',
      'engine keeps trading, this terminal shows its log;',
      'Enter, or profinaut elsewhere, attaches. Hang-up safe',
    ],
    [
      'Safe exit',
      `pause ${bots} bots, cancel ${orders} orders, keep venue stops, keep ${positions}`,
      'positions, write state, exit.   T1',
    ],
    ['Flatten and exit', 'as kill FLATTEN, then exit.   T0'],
  ]
  const rows = texts.flatMap(([name, first = '', ...more], at) => {
    const isPicked = at === choice
    const head: readonly Piece[] = [
      ' ',
      isPicked ? [look.glyphs.selected, 'strong'] : ' ',
      ` ${at + 1} `,
      [name.padEnd(18), isPicked ? 'strong' : 'plain'],
      first,
    ]
    return [
      row(look, width, head),
      ...more.map((text) => row(look, width, [' '.repeat(23), text])),
      row(look, width, []),
    ]
  })
  return stack(width, height, [
    rule(look, width, 'Exit', `${bots} bots run, ${orders} orders work, ${positions} positions open`),
    row(look, width, []),
    ...rows,
    row(look, width, [' If a cancel fails the program stays open and names the order.']),
    row(look, width, [' Ctrl+C three times in 3s = choice 3 without typing (the same as SIGTERM).']),
  ])
}

/** The engine is another process: leaving touches nothing. */
export function paintLeave(look: ScreenLook, { width, height }: Size, pid: number | undefined): readonly string[] {
  return stack(width, height, [
    rule(look, width, 'Leave', `engine ${pid ?? '--'} is another process`),
    row(look, width, []),
    row(look, width, [' Enter leaves this screen. The engine goes on trading; nothing is sent to it.']),
    row(look, width, [' Esc stays.']),
  ])
}
