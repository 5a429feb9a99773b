import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import stringWidth from 'string-width'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { buildModule, type CellStyle, sleep, Terminal } from '../fixtures/screen/terminal.ts'

const FOLDER = resolve(import.meta.dirname, '../fixtures/golden/pty')
const UPDATES = process.env['UPDATE_GOLDEN'] === '1'
const SIZES = { '80x24': [80, 24], '120x40': [120, 40], '200x50': [200, 50] } as const
type SizeName = keyof typeof SIZES

/** On the hint row of Bots and in nothing that lies over it. */
const HOME = 'S start'

interface Scene {
  readonly name: string
  /** Pressed on what the scene before has left. */
  readonly keys: readonly string[]
  /** Only this picture says so, and only once all its views have come. */
  readonly shows: string
  /** Lies over Bots until Esc. */
  readonly isOverlay?: true
}

const SCENES: readonly Scene[] = [
  { name: 'bots', keys: [], shows: 'stop at venue 14,900,000' },
  { name: 'kill', keys: ['K'], shows: 'KILL SWITCH', isOverlay: true },
  { name: 'help', keys: ['?'], shows: 'same table as profinaut keys', isOverlay: true },
  { name: 'palette', keys: [':'], shows: 'Command ─', isOverlay: true },
  { name: 'exit', keys: ['ctrl+c'], shows: 'Flatten and exit', isOverlay: true },
  { name: 'markets', keys: ['2'], shows: 'funding n/a (spot)' },
  { name: 'portfolio', keys: ['3'], shows: '+¥82,040' },
  { name: 'safety', keys: ['4'], shows: 'DAY_LOSS' },
  // Its evidence is not told: a panel that waits.
  { name: 'orders', keys: ['5'], shows: 'Evidence chain  o-77c9' },
  // The fourth order of today: the gate blocked it.
  { name: 'order', keys: ['5', 'down', 'down', 'down'], shows: 'BLOCK rule 4/9' },
  { name: 'system', keys: ['8'], shows: 'lag p99 3ms' },
]

interface Shot {
  readonly frame: string
  readonly hasWrapped: boolean
  readonly styles: readonly (readonly CellStyle[])[]
  /** What was written for it. */
  readonly raw: string
}

let file = ''
const folder = scratchFolder()
const open: Terminal[] = []

beforeAll(async () => {
  file = await buildModule('fixtures/screen/scripted-screen.ts', folder)
})
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close()
})

function openTerminal(
  [columns, rows]: readonly [number, number],
  env: Readonly<Record<string, string>> = {},
): Terminal {
  const terminal = new Terminal({ columns, rows, home: folder, program: process.execPath, args: [file], env })
  open.push(terminal)
  return terminal
}

/** Everything that has a golden file, in one process. */
async function shots(size: SizeName, env: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Shot>> {
  const terminal = openTerminal(SIZES[size], env)
  const taken = new Map<string, Shot>()
  for (const { name, keys, shows, isOverlay } of SCENES) {
    const before = terminal.bytes
    await terminal.press(...keys)
    await terminal.see(shows)
    const frame = await terminal.settled()
    taken.set(name, {
      frame,
      hasWrapped: terminal.hasWrapped,
      styles: terminal.styles(),
      raw: terminal.since(before),
    })
    if (isOverlay !== true) continue
    await terminal.press('escape')
    await terminal.see(HOME)
  }
  return taken
}

/** A frame as a file holds it: no spaces at the ends of its lines. */
function fileText(frame: string): string {
  return `${frame.replace(/ +$/gm, '')}\n`
}

/** Compares with the file, which is first written anew when asked to, unless another test writes it. */
function expectGolden(name: string, frame: string, isWritten = true) {
  const path = join(FOLDER, `${name}.txt`)
  if (UPDATES && isWritten) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(path, fileText(frame))
  }
  expect(existsSync(path), `${path} is missing: run with UPDATE_GOLDEN=1 and look at it`).toBe(true)
  expect(fileText(frame)).toBe(readFileSync(path, 'utf8'))
}

function rowsOf(frame: string): readonly string[] {
  return frame.split('\n')
}

/** How the first cell of a text looks, where it stands for the first time. */
function styleOf({ frame, styles }: Shot, text: string): CellStyle | undefined {
  const rows = rowsOf(frame)
  const row = rows.findIndex((line) => line.includes(text))
  return styles[row]?.[stringWidth(rows[row]?.slice(0, rows[row].indexOf(text)) ?? '')]
}

const ESC = '\u001b'
const RED = 1
const GREEN = 2
/** Clears the screen, or the lines above it: either flashes. */
const CLEARS = new RegExp(`${ESC}\\[[23]J`)
/** Any colour, foreground or background, among the numbers of one SGR. */
const COLOURS = new RegExp(`${ESC}\\[(?:\\d+[;:])*(?:[34]\\d|9[0-7]|10[0-7])(?:[;:]\\d+)*m`)

describe.each(Object.keys(SIZES) as SizeName[])('a terminal of %s', (size) => {
  const [columns, height] = SIZES[size]
  let coloured: ReadonlyMap<string, Shot> = new Map()
  let colourless: ReadonlyMap<string, Shot> = new Map()
  const shot = (of: ReadonlyMap<string, Shot>, name: string): Shot => {
    const found = of.get(name)
    if (found === undefined) throw new Error(`a shot of ${name} was taken, found ${[...of.keys()].join(', ')}`)
    return found
  }

  beforeAll(async () => {
    ;[coloured, colourless] = await Promise.all([shots(size, {}), shots(size, { NO_COLOR: '1' })])
  }, 60_000)

  test.each(SCENES)('shows $name as it was last approved, with and without colour', ({ name }) => {
    expectGolden(`${name}-${size}`, shot(coloured, name).frame)
    expect(fileText(shot(colourless, name).frame)).toBe(fileText(shot(coloured, name).frame))
  })

  test.each(SCENES)('has the ribbon, the tabs, the hints and nothing over its edge on $name', ({ name }) => {
    const { frame, hasWrapped, raw } = shot(coloured, name)
    const rows = rowsOf(frame)
    expect(rows).toHaveLength(height)
    expect(rows.filter((row) => stringWidth(row) > columns)).toEqual([])
    expect(hasWrapped).toBe(false)
    expect(rows[0]).toMatch(/^ prod LIVE {2}NORMAL ✓ {2}kill:NONE /)
    expect(rows[1]).toMatch(/^ EQ ¥3,482,190 /)
    expect(rows[2]).toMatch(/1 Bots.* K KILL ?$/)
    expect(rows.at(-1)).toMatch(name === 'kill' ? /Esc disarm/ : /K KILL$/)
    if (name !== 'bots') expect(raw).not.toMatch(CLEARS)
  })

  test('means with colours what its letters mean', () => {
    const bots = shot(coloured, 'bots')
    expect(styleOf(shot(coloured, 'system'), '✓ engine loop')).toMatchObject({ colour: GREEN, isInverse: false })
    expect(styleOf(bots, 'LIVE')).toEqual({ colour: RED, isBold: true, isInverse: true })
    expect(styleOf(bots, '+9,830')).toMatchObject({ colour: GREEN })
    expect(styleOf(bots, '-1,940')).toMatchObject({ colour: RED })
    expect(styleOf(bots, '▸ grid-btc')).toEqual({ colour: undefined, isBold: true, isInverse: false })
    expect(styleOf(bots, 'mm-eth')).toEqual({ colour: undefined, isBold: false, isInverse: false })
  })

  test('sends no colour at all where NO_COLOR is set, and still marks what is selected', () => {
    expect(shot(coloured, 'bots').raw).toMatch(COLOURS)
    for (const { name } of SCENES) expect(shot(colourless, name).raw).not.toMatch(COLOURS)
    const bots = shot(colourless, 'bots')
    expect(styleOf(bots, 'LIVE')).toEqual({ colour: undefined, isBold: true, isInverse: true })
    expect(styleOf(bots, '▸ grid-btc')).toEqual({ colour: undefined, isBold: true, isInverse: false })
  })
})

describe('a terminal that changes its size', () => {
  test('keeps no row of another size, clears nothing and scrolls nothing away', async () => {
    const terminal = openTerminal(SIZES['80x24'])
    await terminal.see('stop at venue 14,900,000')
    await terminal.settled()
    const before = terminal.bytes
    // Faster than it redraws, about as fast, and slower.
    for (const pauseMs of [10, 55, 250])
      for (const size of ['200x50', '120x40', '80x24'] as const) {
        const [columns, height] = SIZES[size]
        terminal.resize(columns, height)
        await sleep(pauseMs)
        expect(terminal.scrolledBack).toBe(0)
      }
    expectGolden('bots-80x24', await terminal.settled(), false)
    expect(terminal.since(before)).not.toMatch(CLEARS)
    // There and back before anyone redraws: the same picture, on a terminal that has lost half of it.
    terminal.resize(60, 16)
    await sleep(10)
    terminal.resize(80, 24)
    expectGolden('bots-80x24', await terminal.settled(), false)
    for (const size of ['200x50', '120x40'] as const) {
      const [columns, height] = SIZES[size]
      terminal.resize(columns, height)
      // The tabs reach the right edge.
      await terminal.see(new RegExp(`^.{${columns - 7}}K KILL`, 'm'))
      expectGolden(`bots-${size}`, await terminal.settled(), false)
    }
    expect(terminal.since(before)).not.toMatch(CLEARS)
    expect(terminal.isAlternate).toBe(true)
    expect(terminal.scrolledBack).toBe(0)
  })

  test('says which keys work where it is too small, and K works there', async () => {
    const terminal = openTerminal([50, 12])
    await terminal.see('K Ctrl+K kill   Ctrl+C exit   ? help')
    expectGolden('small-50x12', await terminal.settled())
    await terminal.press('K')
    await terminal.see('KILL SWITCH')
    const frame = await terminal.settled()
    expectGolden('kill-50x12', frame)
    for (const level of ['c CLOSE_ONLY', 'f FLATTEN', 'h HALT']) expect(frame).toContain(level)
    expect(terminal.hasWrapped).toBe(false)
  })
})

describe('a terminal that is given back', () => {
  test('has its main screen, its cursor, its modes and its line discipline as they were', async () => {
    const script = 'stty -g; "$@"; stty -g'
    const terminal = new Terminal({
      columns: 200,
      rows: 50,
      home: folder,
      program: '/bin/sh',
      args: ['-c', script, 'sh', process.execPath, file],
    })
    open.push(terminal)
    await terminal.see(HOME)
    expect(terminal.isAlternate).toBe(true)
    expect(terminal.modes).toMatchObject({ bracketedPasteMode: true, sendFocusMode: true })
    await terminal.press('ctrl+c')
    await terminal.see('Flatten and exit')
    await terminal.press('2', 'enter')
    await terminal.ended()
    const [before, said, after] = rowsOf(await terminal.settled())
    expect(said).toBe('the screen ended: close-screen')
    expect(before).toMatch(/^[0-9a-f]+:/)
    expect(after).toBe(before)
    expect(terminal.isAlternate).toBe(false)
    expect(terminal.modes).toMatchObject({
      bracketedPasteMode: false,
      sendFocusMode: false,
      synchronizedOutputMode: false,
      mouseTrackingMode: 'none',
    })
    expect(terminal.raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(terminal.raw.lastIndexOf('\u001b[?25l'))
  })
})
