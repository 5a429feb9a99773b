import { expect, test } from 'vitest'
import { PANELS } from '../panels/all-panels.ts'
import { keyList } from './key-list.ts'
import { KEYS } from './key-table.ts'

test('every key of the table and of every panel is on paper, with a place and words', () => {
  const lines = keyList(PANELS)
  expect(lines.length).toBeGreaterThan(KEYS.length + PANELS.length)
  expect(lines.filter(({ key, where, description }) => key === '' || where === '' || description === '')).toEqual([])
  expect(lines).toContainEqual({
    key: 'K, Ctrl+K',
    where: 'any panel, exit dialog, leave dialog, failed panel, small terminal',
    description: 'kill screen, from anywhere',
  })
  // A panel without rows still says which keys it has.
  expect(lines).toContainEqual({ key: 'P', where: 'Bots', description: 'pause; asks for two keys and a reason' })
})
