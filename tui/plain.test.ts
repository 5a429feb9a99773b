import { expect, test } from 'vitest'
import { listPanel, NOW_TS, RIBBON, ScriptedClient } from '../fixtures/screen-client.ts'
import { UTC } from './paint/clock-text.ts'
import { plainLog, printPanel, ribbonSentence } from './plain.ts'
import { ViewStore } from './store.ts'

test('a panel is printed without an escape byte and without blanks at the ends', () => {
  const shelf = new ViewStore(new ScriptedClient(), () => 0)
  const context = { zone: UTC, nowTs: NOW_TS, instruments: {}, ribbon: RIBBON, isMasked: false }
  const text = printPanel(listPanel(), shelf, { context, width: 40, height: 10 })
  expect(text).toBe('─ Bots 3 ───────────────── filter none ─\n▸ grid-btc 0 0\n  mm-eth 1 0\n  trend-fx 2 0')
})

test('the log says each alert, result and change of state once, and P3 never', () => {
  const client = new ScriptedClient()
  const lines: string[] = []
  const stop = plainLog(client, { zone: UTC }, (line) => lines.push(line))
  const alert = {
    id: 'a',
    severity: 'P1',
    source: 's',
    text: 'stale',
    state: 'OPEN',
    firstTs: 0,
    lastTs: 0,
    count: 1,
    command: 'profinaut status',
  } as const
  client.show('ribbon', RIBBON)
  client.show('ribbon', { ...RIBBON, alert })
  client.show('ribbon', { ...RIBBON, alert, killLevel: 'HALT', notice: { ts: NOW_TS, text: 'sold 1', severity: 'P2' } })
  client.show('ribbon', { ...RIBBON, alert, killLevel: 'HALT', notice: { ts: NOW_TS, text: 'sold 1', severity: 'P2' } })
  client.show('ribbon', { ...RIBBON, alert: { ...alert, id: 'b', severity: 'P3' }, killLevel: 'HALT' })
  client.turn('DOWN')
  stop()
  client.turn('UP')
  expect(lines).toEqual([
    `05:03:27 ${ribbonSentence(RIBBON)}`,
    '05:03:27 P1 stale. First look: profinaut status',
    '05:03:27 kill NONE to HALT',
    '05:03:27 P2 sold 1',
    'link DOWN',
  ])
  expect(client.watched).toEqual([])
})

test('what is not known is said to be unknown', () => {
  expect(ribbonSentence({ ...RIBBON, equity: undefined, dayPnl: undefined })).toContain('equity unknown, day unknown')
})
