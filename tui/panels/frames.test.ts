import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { SCREEN_STATES, SCREEN_VIEWS, screenContext, shelfOf } from '../../fixtures/screen-views.ts'
import { GLYPHS } from '../paint/glyphs.ts'
import { BARE } from '../paint/tone.ts'
import { FRESH_STATE, type Panel, type PanelContext, type PanelState, type ViewShelf } from '../panel.ts'
import { APPROVALS_PANEL } from './approvals/panel.ts'
import { BOTS_PANEL } from './bots/panel.ts'
import { ORDERS_PANEL } from './orders/panel.ts'
import { SYSTEM_PANEL } from './system/panel.ts'

const FOLDER = resolve(import.meta.dirname, '../../fixtures/golden/screen')
const UPDATES = process.env['UPDATE_GOLDEN'] === '1'

/** What the panel has of a terminal: five rows belong to the ribbon, the tabs, the message and the hints. */
const SIZES = { '80x24': [80, 19], '120x40': [120, 35], '200x50': [200, 45] } as const

const PANELS: readonly (readonly [Panel, PanelState])[] = [
  [BOTS_PANEL, FRESH_STATE],
  [ORDERS_PANEL, { ...FRESH_STATE, view: 1, selected: 'o-77c6' }],
  [SYSTEM_PANEL, FRESH_STATE],
  [APPROVALS_PANEL, FRESH_STATE],
]

interface Shot {
  readonly shelf: ViewShelf
  readonly context: PanelContext
}

function expectGolden(
  name: string,
  panel: Panel,
  state: PanelState,
  { shelf, context }: Shot,
  size: keyof typeof SIZES,
) {
  const [width, height] = SIZES[size]
  const rows = panel.paint(shelf, state, context, { width, height })
  expect(rows.map((row) => stringWidth(row))).toEqual(Array.from({ length: height }, () => width))
  const text = `${rows.map((row) => row.trimEnd()).join('\n')}\n`
  const path = resolve(FOLDER, `${name}.txt`)
  if (UPDATES) writeFileSync(path, text)
  expect(existsSync(path), `${path} is missing: run with UPDATE_GOLDEN=1 and look at it`).toBe(true)
  expect(text).toBe(readFileSync(path, 'utf8'))
}

describe.each(PANELS)('the frames of $id', (panel, state) => {
  describe.each(Object.entries(SCREEN_STATES))('%s', (name, shot) => {
    test.each(Object.keys(SIZES) as (keyof typeof SIZES)[])('look at %s as they were last approved', (size) => {
      expectGolden(`${panel.id}-${size}${name === 'normal' ? '' : `-${name}`}`, panel, state, shot, size)
    })
  })

  test('keep their columns where only ASCII can be drawn', () => {
    const context = screenContext({ look: { ...BARE, glyphs: GLYPHS.ascii } })
    expectGolden(`${panel.id}-120x40-ascii`, panel, state, { shelf: shelfOf(SCREEN_VIEWS), context }, '120x40')
    const rows = panel.paint(shelfOf(SCREEN_VIEWS), state, context, { width: 120, height: 35 })
    expect(rows.join('\n')).toMatch(/^[\x20-\x7e\n]*$/)
  })
})
