import type { BotRow } from '../../../src/runtime/link/views.ts'
import { textOf } from '../../paint/row.ts'
import type { Panel, PanelAction, PanelContext } from '../../panel.ts'
import { type Freshness, freshness, staleReason } from '../freshness.ts'
import { plainText } from '../plain-text.ts'
import { paintBots } from './paint.ts'
import { BOT_SORTS, botRows, botWords, selectedBot } from './view-model.ts'

/** Who trades, and why or why not now. */
export const BOTS_PANEL: Panel = {
  key: '1',
  id: 'bots',
  title: 'Bots',
  short: 'Bots',
  views: ['bots'],
  sorts: BOT_SORTS,
  choices: [],
  topics(state, shelf) {
    const bot = selectedBot(shelf, state)
    if (bot === undefined) return ['bots']
    const [instrument] = bot.instrumentIds
    return instrument === undefined ? ['bots', `bot/${bot.id}`] : ['bots', `bot/${bot.id}`, `bars/${instrument}/5m`]
  },
  rows: (shelf, state) => botRows(shelf, state).map(({ id }) => id),
  actions(shelf, state) {
    const bot = selectedBot(shelf, state)
    return bot === undefined ? NO_BOT : botActions(bot, freshness(shelf, 'bots'))
  },
  paint: paintBots,
  sentence(shelf, state, context) {
    const bot = selectedBot(shelf, state)
    return bot === undefined ? 'No bot is selected.' : botSentence(bot, freshness(shelf, 'bots'), context)
  },
}

const LOCKED = 'LIVE_LOCKED: this build trades on paper alone'
const NO_BOT: readonly PanelAction[] = (
  [
    ['S', 'start', 'T2'],
    ['P', 'pause', 'stop'],
    ['X', 'stop', 'stop'],
    ['M', 'parameters', 'T2'],
  ] as const
).map(([key, label, tier]) => ({ key, label, tier, disabled: 'NO_ROW: there is no bot here' }))

function botActions(bot: BotRow, age: Freshness): readonly PanelAction[] {
  const payload = { bot_id: bot.id }
  const stale = staleReason('bots', age)
  const isOn = bot.state === 'RUNNING' || bot.state === 'WARMING_UP' || bot.state === 'PAUSED'
  return [
    startAction(bot, stale),
    {
      key: 'P',
      label: 'pause',
      tier: 'stop',
      disabled:
        bot.state === 'RUNNING' || bot.state === 'WARMING_UP'
          ? undefined
          : `BOT_${bot.state}: there is nothing to pause`,
      command: { type: 'BOT_PAUSE', payload, effect: `${bot.id} opens nothing new; its orders and its position stay` },
    },
    {
      key: 'X',
      label: 'stop',
      tier: 'stop',
      disabled: isOn || bot.state === 'QUARANTINED' ? undefined : `BOT_${bot.state}: it is not running`,
      command: {
        type: 'BOT_STOP',
        payload,
        effect: `${bot.id} stops and its working orders are cancelled; its position stays`,
      },
    },
    {
      key: 'M',
      label: 'parameters',
      tier: 'T2',
      disabled: stale,
      form: {
        name: 'params',
        fields: {
          bot_id: bot.id,
          ...Object.fromEntries(Object.entries(bot.params).map(([name, value]) => [`params.${name}`, String(value)])),
        },
      },
    },
    ...(bot.state === 'QUARANTINED'
      ? [
          {
            key: 'R',
            label: 'release',
            tier: 'T2',
            disabled: stale,
            command: { type: 'BOT_RELEASE', payload, effect: `${bot.id} leaves quarantine; S starts it again` },
          } as const,
        ]
      : []),
    { key: 'L', label: 'mode', tier: 'T0', disabled: LOCKED },
  ]
}

function startAction(bot: BotRow, stale: string | undefined): PanelAction {
  const payload = { bot_id: bot.id }
  if (bot.state === 'PAUSED')
    return {
      key: 'S',
      label: 'resume',
      tier: 'T2',
      disabled: stale,
      command: { type: 'BOT_RESUME', payload, effect: `${bot.id} may open positions again` },
    }
  const refusal =
    bot.state === 'QUARANTINED'
      ? 'BOT_QUARANTINED: release it first (R)'
      : bot.state === 'IDLE' || bot.state === 'STOPPED' || bot.state === 'ERROR'
        ? stale
        : `BOT_${bot.state}: it runs already`
  return {
    key: 'S',
    label: 'start',
    tier: 'T2',
    disabled: refusal,
    command: {
      type: 'BOT_START',
      payload,
      effect: `${bot.id} warms up and trades on ${bot.venueId} in ${bot.runMode} mode`,
    },
  }
}

function botSentence(bot: BotRow, age: Freshness, context: PanelContext): string {
  const said = botWords(bot, age, context)
  const parts = [
    `${said.id}, ${said.strategy} on ${said.venue} ${said.instrument}, ${bot.runMode}, ${bot.state}`,
    `position ${textOf(said.position)}`,
    `unrealised ${textOf(said.unrealised).trim()}`,
    `today ${textOf(said.day).trim()}`,
    `${bot.orders} orders`,
    said.why === '' ? '' : `why: ${said.why}`,
    bot.stateReason === '' ? '' : plainText(bot.stateReason),
  ]
  return `${parts.filter((part) => part !== '').join('; ')}.`
}
