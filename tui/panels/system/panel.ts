import { textOf } from '../../paint/row.ts'
import type { Panel, PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { freshness } from '../freshness.ts'
import { selectedAt } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { paintSystem } from './paint.ts'
import {
  alertRows,
  checkRows,
  checkWords,
  chosenAlert,
  configRows,
  inputRows,
  inputWords,
  listView,
  logRows,
  queueRows,
  queueWords,
  SYSTEM_VIEWS,
  systemRowIds,
} from './view-model.ts'

/** Whether the machine is well. */
export const SYSTEM_PANEL: Panel = {
  key: '8',
  id: 'system',
  title: 'System',
  short: 'Sys',
  views: SYSTEM_VIEWS,
  sorts: ['worst first'],
  choices: [],
  topics: () => ['system'],
  rows: systemRowIds,
  actions(shelf, state) {
    const alert = chosenAlert(shelf, state)
    const shared = { key: 'A', label: 'ack', tier: 'T2' } as const
    if (alert === undefined) return [{ ...shared, disabled: 'NO_ALERT: nothing is open' }]
    return [
      {
        ...shared,
        disabled: alert.state === 'OPEN' ? undefined : `ALERT_${alert.state}: it needs no acknowledgement`,
        command: {
          type: 'ALERT_ACK',
          payload: { alert_id: alert.id },
          effect: `${alert.severity} ${plainText(alert.text)} is acknowledged: it stays listed and is no longer told`,
        },
      },
    ]
  },
  paint: paintSystem,
  sentence: (shelf, state, context) => sentenceOf(shelf, state, context) ?? 'Nothing is selected.',
}

function sentenceOf(shelf: ViewShelf, state: PanelState, context: PanelContext): string | undefined {
  const view = shelf.get('system')
  const fresh = freshness(shelf, 'system')
  function picked<Row extends { readonly id: string }>(rows: readonly Row[]): Row | undefined {
    return rows[selectedAt(rows, state.selected) ?? -1]
  }
  switch (listView(state)) {
    case 'health': {
      const check = picked(checkRows(view, state))?.of
      if (check === undefined) return undefined
      const said = checkWords(check, fresh.isStale, context)
      return `${said.name} is ${textOf(said.status)}: ${said.fact}.`
    }
    case 'inputs': {
      const input = picked(inputRows(view, state))?.of
      if (input === undefined) return undefined
      const said = inputWords(input, fresh.isStale ? fresh.ageMs : 0, context.look)
      return `${said.name}: age and limit ${said.fact}, ${said.verdict}.`
    }
    case 'queues': {
      const queue = picked(queueRows(view, state))?.of
      return queue && `${plainText(queue.name)} holds ${queueWords(queue, context.look).fact}.`
    }
    case 'alerts': {
      const alert = picked(alertRows(view, state))?.of
      return (
        alert && `${alert.severity} ${plainText(alert.text)} is ${alert.state}; first: ${plainText(alert.command)}.`
      )
    }
    case 'logs': {
      const line = picked(logRows(view, state))?.of
      return line && `${plainText(line.level)}: ${plainText(line.text)}`
    }
    case 'config': {
      const setting = picked(configRows(view, state))?.of
      return setting && `${plainText(setting.name)} is ${plainText(setting.value)}.`
    }
  }
}
