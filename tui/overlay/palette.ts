import type { Draft, Tier } from '../confirm/ceremony.ts'
import type { KillLevel } from '../kill/kill-state.ts'
import type { PanelAction, ViewShelf } from '../panel.ts'

/** What a line of the palette does. Dangerous acts open their form filled in; none of them runs from here. */
export type PaletteAct =
  | { readonly do: 'panel'; readonly id: string; readonly filter: string }
  | { readonly do: 'kill'; readonly level: KillLevel; readonly scope: string | undefined }
  | { readonly do: 'confirm'; readonly tier: Tier; readonly effect: string; readonly draft: Draft }
  | { readonly do: 'form'; readonly action: PanelAction }
  /** A command of the key table. */
  | { readonly do: 'key'; readonly command: string }
  | { readonly do: 'notify-test' }
  | { readonly do: 'dump' }

export interface PaletteFacts {
  readonly shelf: ViewShelf
  readonly panels: readonly { readonly id: string; readonly title: string; readonly key: string }[]
}

export interface PaletteEntry {
  /** `bot start`: what is typed, and what the command line says too. */
  readonly words: string
  readonly text: string
  readonly tier: PanelAction['tier']
  readonly key: string
  /** What may follow the words, by kind. */
  readonly takes?: 'bot' | 'order' | 'instrument' | 'alert' | 'scope' | undefined
  readonly disabled?: string | undefined
  /** @returns undefined when the argument is missing */
  readonly act: (argument: string, filter: string) => PaletteAct | undefined
}

function bots({ shelf }: PaletteFacts): readonly string[] {
  return Object.keys(shelf.get('bots')?.rows ?? {})
}
/** Ids that an argument may be, as far as the views on the screen tell. */
export function idsOf(takes: PaletteEntry['takes'], facts: PaletteFacts): readonly string[] {
  switch (takes) {
    case 'bot':
      return bots(facts)
    case 'order':
      return Object.keys(facts.shelf.get('orders')?.rows ?? {})
    case 'instrument':
      return Object.keys(facts.shelf.get('instruments')?.rows ?? {})
    case 'alert':
      return [facts.shelf.get('ribbon')?.alert?.id].filter((id) => id !== undefined)
    case 'scope':
      return ['global', ...bots(facts).map((id) => `bot:${id}`)]
    case undefined:
      return []
  }
}

function botEntry(verb: 'start' | 'pause' | 'resume' | 'stop' | 'release', key: string, tier: Tier): PaletteEntry {
  const type = `BOT_${verb.toUpperCase()}` as 'BOT_START' | 'BOT_PAUSE' | 'BOT_RESUME' | 'BOT_STOP' | 'BOT_RELEASE'
  return {
    words: `bot ${verb}`,
    text: `${verb} a bot`,
    tier,
    key,
    takes: 'bot',
    act: (bot) =>
      bot === ''
        ? undefined
        : { do: 'confirm', tier, effect: `${verb} bot ${bot}`, draft: { type, payload: { bot_id: bot } } },
  }
}

function killEntry(word: string, level: KillLevel, key: string, text: string): PaletteEntry {
  return {
    words: `kill ${word}`,
    text,
    tier: level === 'FLATTEN' ? 'T0' : 'stop',
    key,
    takes: 'scope',
    act: (scope) => ({ do: 'kill', level, scope: scope === '' ? undefined : scope }),
  }
}

function keyEntry(words: string, command: string, text: string, key: string): PaletteEntry {
  return { words, text, tier: 'look', key, act: () => ({ do: 'key', command }) }
}

/** Every line of the palette as things stand. */
export function paletteEntries(facts: PaletteFacts): readonly PaletteEntry[] {
  const panels = facts.panels.map(
    ({ id, title, key }): PaletteEntry => ({
      words: id,
      text: `${title} panel`,
      tier: 'look',
      key,
      act: (_, filter) => ({ do: 'panel', id, filter }),
    }),
  )
  const isNormal = facts.shelf.get('ribbon')?.safetyMode === 'NORMAL'
  return [
    killEntry('flatten', 'FLATTEN', 'K f', 'close all positions, cancel all orders'),
    killEntry('halt', 'HALT', 'K h', 'send only cancels, latch'),
    killEntry('close-only', 'CLOSE_ONLY', 'K c', 'refuse new exposure'),
    ...panels,
    botEntry('start', 'S', 'T1'),
    botEntry('resume', 'S', 'T1'),
    botEntry('pause', 'P', 'stop'),
    botEntry('stop', 'X', 'stop'),
    botEntry('release', 'R', 'T1'),
    {
      words: 'order place',
      text: 'fill in an order ticket',
      tier: 'T0',
      key: 'O',
      takes: 'instrument',
      act: (instrument) => ({
        do: 'form',
        action: {
          key: 'O',
          label: 'order ticket',
          tier: 'T0',
          form: {
            name: 'ticket',
            fields: {
              instrument_id: instrument,
              type: 'LIMIT',
              time_in_force: 'GTC',
              reduce_only: 'no',
              bot_id: 'manual',
            },
          },
        },
      }),
    },
    {
      words: 'order cancel',
      text: 'cancel one order',
      tier: 'stop',
      key: 'X',
      takes: 'order',
      act: (order) =>
        order === ''
          ? undefined
          : {
              do: 'confirm',
              tier: 'stop',
              effect: `cancel order ${order}`,
              draft: { type: 'ORDER_CANCEL', payload: { order_id: order } },
            },
    },
    {
      words: 'reconcile run',
      text: 'compare our books with the venues now',
      tier: 'stop',
      key: '',
      act: () => ({
        do: 'confirm',
        tier: 'stop',
        effect: 'reconcile everything',
        draft: { type: 'RECONCILE_RUN', payload: {} },
      }),
    },
    {
      words: 'mode safe',
      text: 'enter SAFE_MODE',
      tier: 'stop',
      key: 'F',
      act: () => ({
        do: 'confirm',
        tier: 'stop',
        effect: 'enter SAFE_MODE: no new risk',
        draft: { type: 'MODE_RAISE', payload: { mode: 'SAFE_MODE' } },
      }),
    },
    {
      words: 'mode release',
      text: 'release SAFE_MODE or HALTED',
      tier: 'T0',
      key: 'R',
      disabled: isNormal ? 'MODE_IS_NORMAL: nothing to release' : undefined,
      act: () => ({
        do: 'confirm',
        tier: 'T0',
        effect: 'release the safety mode: trading may go on',
        draft: { type: 'MODE_RELEASE', payload: {} },
      }),
    },
    {
      words: 'alert ack',
      text: 'acknowledge an alert',
      tier: 'stop',
      key: '!',
      takes: 'alert',
      disabled: facts.shelf.get('ribbon')?.alert === undefined ? 'no alert is open' : undefined,
      act: (alert) =>
        alert === ''
          ? { do: 'key', command: 'alert' }
          : {
              do: 'confirm',
              tier: 'stop',
              effect: `acknowledge ${alert}`,
              draft: { type: 'ALERT_ACK', payload: { alert_id: alert } },
            },
    },
    keyEntry('help', 'help', 'all keys', '?'),
    keyEntry('freeze', 'freeze', 'freeze the picture', 'f'),
    keyEntry('mask', 'mask', 'mask amounts', 'm'),
    keyEntry('logs', 'log', 'log of the engine', '`'),
    keyEntry('settings', 'settings', 'settings as they are', ','),
    keyEntry('exit', 'exit', 'exit screen', 'Ctrl+C'),
    keyEntry('tour off', 'tour-off', 'no more tips', ''),
    {
      words: 'notify test',
      text: 'try every way to call you',
      tier: 'look',
      key: '',
      act: () => ({ do: 'notify-test' }),
    },
    { words: 'dump', text: 'copy this frame as text', tier: 'look', key: '', act: () => ({ do: 'dump' }) },
  ]
}

/** `words argument /filter @venue` taken apart. */
export function parseLine(line: string): { readonly words: readonly string[]; readonly filter: string } {
  const parts = line
    .normalize('NFKC')
    .trim()
    .split(/\s+/)
    .filter((part) => part !== '')
  const isFilter = (part: string) => part.startsWith('/') || part.startsWith('@')
  const filter = parts.filter(isFilter).map((part) => (part.startsWith('/') ? part.slice(1) : part))
  return { words: parts.filter((part) => !isFilter(part)), filter: filter.join(' ') }
}

export interface Match {
  readonly entry: PaletteEntry
  readonly argument: string
}

/** Lines that what is typed may mean: each typed word begins the entry's, what is left over is its argument. */
export function matches(line: string, entries: readonly PaletteEntry[]): readonly Match[] {
  const { words } = parseLine(line)
  return entries.flatMap((entry) => {
    const own = entry.words.split(' ')
    const isMeant = words.slice(0, own.length).every((word, at) => own[at]?.startsWith(word.toLowerCase()) === true)
    const rest = words.slice(own.length)
    if (!isMeant || rest.length > (entry.takes === undefined ? 0 : 1)) return []
    // With an argument behind it, the words before it are whole.
    if (rest.length > 0 && own.some((word, at) => words[at]?.toLowerCase() !== word)) return []
    return [{ entry, argument: rest[0] ?? '' }]
  })
}

/** The line made longer as far as there is only one way, by the picked entry first, then by its ids. */
export function completed(line: string, picked: Match | undefined, facts: PaletteFacts): string {
  if (picked === undefined) return line
  const { entry, argument } = picked
  const whole = `${entry.words}${entry.takes === undefined ? '' : ' '}`
  if (!line.trim().toLowerCase().startsWith(entry.words)) return whole
  const ids = idsOf(entry.takes, facts).filter((id) => id.startsWith(argument))
  const [first = ''] = ids
  let common = first
  for (const id of ids) while (!id.startsWith(common)) common = common.slice(0, -1)
  return common === '' ? whole : `${entry.words} ${common}`
}

/** The same thing on the command line. */
export function commandLineOf(line: string, { entry, argument }: Match): string {
  const { filter } = parseLine(line)
  const venue = filter.split(' ').find((part) => part.startsWith('@'))
  const text = filter.split(' ').filter((part) => part !== '' && !part.startsWith('@'))
  const verb = entry.words.startsWith('kill ')
    ? `kill set --level ${entry.words.slice(5)}${argument === '' ? '' : ` --scope ${argument}`}`
    : `${entry.words}${entry.words.includes(' ') ? '' : ' list'}${argument === '' ? '' : ` ${argument}`}`
  return `profinaut ${verb}${text.map((part) => ` --filter ${part}`).join('')}${venue === undefined ? '' : ` --venue ${venue.slice(1)}`}`
}
