import { expect, test } from 'vitest'
import { RIBBON } from '../../fixtures/screen-client.ts'
import type { ViewShelf } from '../panel.ts'
import { commandLineOf, completed, matches, type PaletteFacts, paletteEntries } from './palette.ts'

const VIEWS: Readonly<Record<string, unknown>> = {
  ribbon: RIBBON,
  bots: { rows: { 'grid-btc': {}, 'grid-eth': {}, 'mm-eth': {} } },
}
const shelf: ViewShelf = { get: (topic) => VIEWS[topic] as never, ageMs: () => 0 }
const facts: PaletteFacts = {
  shelf,
  panels: [
    { id: 'bots', title: 'Bots', key: '1' },
    { id: 'orders', title: 'Orders', key: '5' },
  ],
}
const entries = paletteEntries(facts)
const meant = (line: string) => matches(line, entries).map(({ entry }) => entry.words)
const first = (line: string) => {
  const [found] = matches(line, entries)
  if (found === undefined) throw new Error(`${line} means nothing`)
  return found
}

test('words are found by their beginnings', () => {
  expect(meant('kill')).toEqual(['kill flatten', 'kill halt', 'kill close-only'])
  expect(meant('b st')).toEqual(['bot start', 'bot stop'])
  expect(meant('KILL H')).toEqual(['kill halt'])
  expect(meant('nonsense')).toEqual([])
})

test('no dangerous line runs: kill opens its screen, the rest their form or ceremony', () => {
  for (const entry of entries.filter(({ tier }) => tier !== 'look')) {
    const act = entry.act('grid-btc', '')
    expect(['kill', 'confirm', 'form'], entry.words).toContain(act?.do)
  }
})

test('a missing argument does nothing', () => {
  expect(first('bot stop').entry.act('', '')).toBeUndefined()
})

test('Tab completes words, then ids as far as they agree', () => {
  expect(completed('b', first('bot stop'), facts)).toBe('bot stop ')
  expect(completed('bot stop g', first('bot stop g'), facts)).toBe('bot stop grid-')
  expect(completed('bot stop grid-b', first('bot stop grid-b'), facts)).toBe('bot stop grid-btc')
})

test('filters and venues are one grammar with the command line', () => {
  expect(commandLineOf('orders /deny @gmo', first('orders /deny @gmo'))).toBe(
    'profinaut orders list --filter deny --venue gmo',
  )
  expect(commandLineOf('kill flatten', first('kill flatten'))).toBe('profinaut kill set --level flatten')
  expect(first('orders /deny @gmo').entry.act('', 'deny @gmo')).toEqual({
    do: 'panel',
    id: 'orders',
    filter: 'deny @gmo',
  })
})

test('what cannot be done now stays, with its reason', () => {
  expect(entries.find(({ words }) => words === 'mode release')?.disabled).toContain('MODE_IS_NORMAL')
})
