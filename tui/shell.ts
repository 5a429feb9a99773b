import { demandOf, type Tier as EngineTier } from '../src/runtime/authority/operations.ts'
import type { CommandRow } from '../src/runtime/command-catalogue.ts'
import type { CommandOptions, EngineClient } from '../src/runtime/link/engine-client.ts'
import type { RibbonView, Topic } from '../src/runtime/link/views.ts'
import { type Ceremony, type CeremonyEvent, ceremonyReducer, type Draft, openCeremony } from './confirm/ceremony.ts'
import { CHALLENGE_MS, type Press, SPOKEN_CHALLENGE_MS } from './confirm/challenge.ts'
import { formReducer, openForm } from './confirm/form.ts'
import { bodyHeight, isTooSmall, paintScreen, type ScreenModel } from './frame/screen-frame.ts'
import { TIPS } from './frame/states.ts'
import { followers, type KeyFacts, RESERVED } from './input/key-table.ts'
import { hear, isTyping, type LayerFacts, topContext } from './input/layers.ts'
import type { InputEvent } from './input/tap.ts'
import { EMPTY_FIELD, edit, insert, textField } from './input/text-field.ts'
import {
  KILL_CLOSED,
  type KillContext,
  type KillEffect,
  type KillEvent,
  type KillState,
  killReducer,
} from './kill/kill-state.ts'
import { EXIT_CHOICES } from './overlay/exit.ts'
import {
  completed,
  type Match,
  matches,
  type PaletteAct,
  type PaletteFacts,
  paletteEntries,
  parseLine,
} from './overlay/palette.ts'
import type { ScreenLook } from './paint/tone.ts'
import type { Panel, PanelAction, PanelContext, PanelState, Size } from './panel.ts'
import { isFault, PanelGuard } from './panel-guard.ts'
import type { ScreenClock, ScreenEnd, ScreenLog, ScreenSettings } from './settings.ts'
import { evidenceOf, linksOf, rowView } from './state/links.ts'
import {
  EMPTY_HELP,
  EMPTY_PALETTE,
  freshScreen,
  type Message,
  panelState,
  rowAfter,
  type ScreenEvent,
  type ScreenState,
  screenReducer,
} from './state/screen-state.ts'
import { ViewStore } from './store.ts'

/** What the shell asks of whoever owns the terminal. */
export interface ShellPorts {
  /** Hands text to the clipboard and says by which way. */
  readonly copy: (text: string) => Promise<string>
  readonly notifyTest: () => void
  readonly repaint: () => void
  readonly end: (how: ScreenEnd) => void
  /** The third fault of a panel: no more frames until the reader asks. */
  readonly fallBack: () => void
  /** Something changed that must be seen at once. */
  readonly paint: () => void
  readonly freshId: () => string
}

export interface ShellParts {
  readonly client: EngineClient
  readonly panels: readonly Panel[]
  readonly settings: ScreenSettings
  readonly look: ScreenLook
  readonly clock: ScreenClock
  readonly log: ScreenLog
  readonly ports: ShellPorts
  readonly size: Size
}

const PREFIX_BOX_MS = 400
const TRIPLE_MS = 3_000

function isDone({ status }: CommandRow): boolean {
  return status === 'COMPLETED' || status === 'ACCEPTED'
}

/**
 * The screen without a terminal: keys and views go in, rows and commands come out. All state changes through reducers; what
 * they ask for is done here.
 */
export class Shell {
  readonly #parts: ShellParts
  readonly #store: ViewStore
  readonly #guard: PanelGuard
  #screen: ScreenState
  #kill: KillState = KILL_CLOSED
  #size: Size
  #look: ScreenLook
  #interrupts: readonly number[] = []
  #isLeaving = false
  readonly #unwatch: () => void

  constructor(parts: ShellParts) {
    this.#parts = parts
    const [first] = parts.panels
    if (first === undefined)
      throw new Error('a screen shows at least one panel, found none: give openScreen its panels')
    this.#size = parts.size
    this.#look = parts.look
    this.#screen = freshScreen(first.id, parts.settings)
    this.#store = new ViewStore(parts.client, () => parts.clock.ms())
    this.#store.onUrgent = () => {
      this.tick()
      parts.ports.paint()
    }
    const report = (fault: { readonly where: string; readonly id: string }, cause: unknown) =>
      parts.log.error(`panel fault ${fault.id} in ${fault.where}`, cause)
    this.#guard = new PanelGuard(report, parts.ports.fallBack)
    this.#unwatch = parts.client.onState((state) => {
      if (state === 'DOWN') this.#voidCeremony('the engine is gone: nothing sent')
      parts.ports.paint()
    })
    this.#follow()
    this.#store.handOver(false)
  }

  close(): void {
    this.#unwatch()
    this.#store.close()
  }

  get size(): Size {
    return this.#size
  }
  get isFocused(): boolean {
    return this.#screen.isFocused
  }
  get ribbon(): RibbonView | undefined {
    return this.#store.get('ribbon')
  }
  /** Whether a challenge waits for its frame to be seen. */
  get awaitsShown(): boolean {
    const { overlay } = this.#screen
    if (this.#kill.step.at === 'armed') return this.#kill.step.shownMs === undefined
    return overlay?.kind === 'confirm' && overlay.ceremony.shownMs === undefined
  }
  /** Names and panels of what is open, for logs and tests. */
  get state(): { readonly screen: ScreenState; readonly kill: KillState } {
    return { screen: this.#screen, kill: this.#kill }
  }

  resize(size: Size): void {
    this.#size = size
  }
  dress(look: ScreenLook): void {
    this.#look = look
  }
  /** The screen is back after a plain log. */
  revive(): void {
    this.#guard.reset()
  }

  /** The last frame has been written out. */
  shown(): void {
    this.#killEvent({ type: 'shown' })
    this.#ceremonyEvent({ type: 'shown' })
  }

  /** Takes over what arrived and lets time pass. */
  tick(): void {
    this.#store.handOver(this.#screen.isFrozen)
    this.#killEvent({ type: 'ticked' })
    this.#ceremonyEvent({ type: 'ticked' })
    this.#follow()
  }

  /** @param isBurst whether it came in one chunk with other keys */
  feed(event: InputEvent, isBurst = false): void {
    if (this.#isLeaving && event.kind === 'key' && event.key !== 'ctrl+c') return
    if (event.kind === 'focus') this.#do({ type: 'focus-changed', isFocused: event.isFocused })
    else if (event.kind === 'paste') this.#paste(event.text)
    else if (event.kind === 'key') this.#key({ key: event.key, text: event.text, isKana: event.isKana, isBurst })
    this.#follow()
  }

  rows(): readonly string[] {
    return paintScreen(this.#model())
  }

  // ---- what is looked at --------------------------------------------------------------------------------------------------

  get #panel(): Panel {
    const { panels } = this.#parts
    const found = panels.find(({ id }) => id === this.#screen.panelId) ?? panels[0]
    if (found === undefined) throw new Error('a screen shows at least one panel')
    return found
  }
  get #panelState(): PanelState {
    return panelState(this.#screen, this.#panel.id)
  }
  get #killScope(): string {
    const { step, awaiting } = this.#kill
    return step.at === 'closed' ? (awaiting?.scope ?? 'global') : step.scope
  }

  #follow(): void {
    const topics = new Set<Topic>(['ribbon', 'instruments'])
    const panel = this.#panel
    const asked = this.#ask('topics', () => panel.topics(this.#panelState, this.#store))
    for (const topic of asked ?? []) topics.add(topic)
    if (this.#kill.step.at !== 'closed' || this.#kill.awaiting !== undefined) topics.add(`kill/${this.#killScope}`)
    if (this.#screen.overlay?.kind === 'log') topics.add('system')
    this.#store.follow(topics)
  }

  #ask<T extends object>(where: string, answer: () => T): T | undefined {
    const found = this.#guard.ask(this.#panel, where, this.#parts.clock.ms(), answer)
    return isFault(found) ? undefined : found
  }
  #rows(): readonly string[] {
    return this.#ask('rows', () => this.#panel.rows(this.#store, this.#panelState)) ?? []
  }
  #actions(): readonly PanelAction[] {
    return this.#ask('actions', () => this.#panel.actions(this.#store, this.#panelState, this.#context())) ?? []
  }
  /** The selected row; the first one when what was selected has gone. */
  #selected(): string | undefined {
    const rows = this.#rows()
    const { selected } = this.#panelState
    return selected !== undefined && rows.includes(selected) ? selected : rows[0]
  }

  /** Engine time runs on between ribbons, also while the picture is frozen. */
  #nowTs(): number {
    const ribbon = this.ribbon
    const age = this.#store.ageMs('ribbon')
    if (ribbon === undefined || age === undefined) return this.#parts.clock.wallTs()
    return ribbon.nowTs + age * 1_000 * ribbon.speed
  }
  #context(): PanelContext {
    return {
      look: this.#look,
      zone: this.#parts.settings.zone,
      nowTs: this.#nowTs(),
      instruments: this.#store.get('instruments')?.rows ?? {},
      ribbon: this.ribbon,
      isMasked: this.#screen.isMasked,
    }
  }
  #keyFacts(): KeyFacts {
    return {
      hasHistory: this.#screen.past.length > 0,
      hasAlert: this.ribbon?.alert !== undefined,
      hasFilter: this.#panelState.filter !== '',
    }
  }
  #layers(): LayerFacts {
    return {
      kill: this.#kill,
      screen: this.#screen,
      isTooSmall: isTooSmall(this.#size),
      isFaulty: this.#guard.faultOf(this.#panel.id) !== undefined,
      isOwner: this.#parts.client.isOwner,
    }
  }

  #model(): ScreenModel {
    const { client, panels, settings, clock } = this.#parts
    const panel = this.#panel
    const nowMs = clock.ms()
    const { prefix } = this.#screen
    const context = this.#context()
    const state = this.#panelState
    return {
      size: this.#size,
      look: this.#look,
      screen: this.#screen,
      kill: this.#kill,
      killScope: this.#killScope,
      killLifeMs: this.#killLifeMs,
      shelf: this.#store,
      ribbon: {
        ribbon: this.ribbon,
        profile: settings.profile,
        nowTs: context.nowTs,
        zone: settings.zone,
        link: client.state,
        silentMs: client.silentMs,
        isMasked: this.#screen.isMasked,
        isLowPower: settings.isLowPower,
      },
      panels,
      panel,
      panelState: state,
      context,
      actions: this.#actions(),
      paintPanel: (size, look) =>
        this.#guard.ask(panel, 'paint', nowMs, () => panel.paint(this.#store, state, { ...context, look }, size)),
      keyContext: topContext(this.#layers()),
      keys: this.#keyFacts(),
      followers: prefix !== undefined && nowMs - prefix.sinceMs >= PREFIX_BOX_MS ? followers('global', prefix.key) : [],
      isOwner: client.isOwner,
      nowMs,
    }
  }

  // ---- state --------------------------------------------------------------------------------------------------------------

  #do(event: ScreenEvent): void {
    this.#screen = screenReducer(this.#screen, event)
  }
  #say(text: string, tone: Message['tone'] = 'plain'): void {
    this.#do({ type: 'said', message: { text, tone } })
  }
  #turn(change: Partial<PanelState>): void {
    this.#do({ type: 'panel-turned', change })
  }
  #close(): void {
    this.#do({ type: 'overlay-closed' })
  }

  // ---- keys ---------------------------------------------------------------------------------------------------------------

  #key(press: Press): void {
    const { key } = press
    this.#do({ type: 'said', message: undefined })
    if (key === 'ctrl+c') return this.#interrupt()
    if (key === 'ctrl+l') return this.#parts.ports.repaint()
    if (key === 'ctrl+z')
      return this.#say('refused: it would stop the engine with the screen. Use tmux to set this aside', 'warn')
    if (this.#kill.step.at !== 'closed') return this.#killEvent({ type: 'pressed', press })
    const layers = this.#layers()
    if (key === 'ctrl+k' || (key === 'K' && !isTyping(layers))) return this.#killEvent({ type: 'opened' })
    const { overlay, filter } = this.#screen
    if (overlay !== undefined) return this.#overlayKey(press)
    const context = topContext(layers)
    if (context === 'small') return key === '?' ? this.#do({ type: 'overlay-opened', overlay: EMPTY_HELP }) : undefined
    if (filter !== undefined) return this.#filterKey(press)
    if (context === 'fault' && key === 'r') return this.#guard.retry(this.#panel.id)
    if (context === 'fault' && key === 'y') return this.#copyFault()
    return this.#panelKey(press)
  }

  #panelKey({ key }: Press): void {
    const { prefix, tip } = this.#screen
    this.#do({ type: 'prefix-ended' })
    const panel = this.#panel
    if (prefix === undefined && !RESERVED.includes(key)) {
      const turn = panel.choices.find((choice) => choice.key === key || choice.backKey === key)
      if (turn !== undefined) {
        const count = turn.options.length
        const at = this.#panelState.choices[turn.name] ?? 0
        const next = (at + (turn.key === key ? 1 : count - 1)) % count
        return this.#turn({ choices: { ...this.#panelState.choices, [turn.name]: next } })
      }
      const action = this.#actions().find((one) => one.key === key)
      if (action !== undefined) return this.#act(action)
      if (tip !== undefined && key === 't') return this.#do({ type: 'tip-read', count: TIPS.length })
      if (tip !== undefined && key === 'T') return this.#do({ type: 'tour-ended' })
    }
    const heard = hear('global', key, prefix?.key)
    if (heard.kind === 'prefix') return this.#do({ type: 'prefix-pressed', key, ms: this.#parts.clock.ms() })
    if (heard.kind === 'nothing')
      return /^[A-Z]$/.test(key) ? this.#say(`${key} does nothing on ${panel.title}; . lists what does`) : undefined
    const refusal = heard.row.disabled?.(this.#keyFacts())
    if (refusal !== undefined) return this.#say(refusal)
    this.#run(heard.row.command, key)
  }

  /** A command of the key table, pressed or picked. */
  #run(command: string, key = ''): void {
    const panel = this.#panel
    const state = this.#panelState
    const half = Math.max(1, Math.floor(bodyHeight(this.#size) / 2))
    switch (command) {
      case 'down':
      case 'filter-next':
        return this.#move(1)
      case 'up':
      case 'filter-previous':
        return this.#move(-1)
      case 'first':
        return this.#move('first')
      case 'last':
        return this.#move('last')
      case 'half-down':
        return this.#move(half)
      case 'half-up':
        return this.#move(-half)
      case 'page-down':
        return this.#move(half * 2)
      case 'page-up':
        return this.#move(-half * 2)
      case 'left':
      case 'previous-pane':
        return this.#turn({ pane: Math.max(0, state.pane - 1) })
      case 'right':
      case 'next-pane':
      case 'open':
        return this.#turn({ pane: state.pane + 1 })
      case 'back':
        return this.#back()
      case 'quit':
        return this.#canGoBack() ? this.#back() : this.#say('Ctrl+C is the way out; q never exits')
      case 'filter':
        return this.#do({ type: 'filter-written', field: textField(state.filter) })
      case 'mark': {
        const selected = this.#selected()
        if (selected === undefined) return undefined
        const isMarked = state.marked.includes(selected)
        this.#turn({ marked: isMarked ? state.marked.filter((id) => id !== selected) : [...state.marked, selected] })
        return this.#move(1)
      }
      case 'sort':
        return panel.sorts.length === 0 ? undefined : this.#turn({ sort: (state.sort + 1) % panel.sorts.length })
      case 'view':
        return panel.views.length === 0 ? undefined : this.#turn({ view: (state.view + 1) % panel.views.length })
      case 'wide':
        return this.#turn({ isWide: !state.isWide })
      case 'zoom':
        return this.#turn({ isZoomed: !state.isZoomed })
      case 'freeze':
        return this.#do({ type: 'freeze-turned' })
      case 'mask':
        return this.#do({ type: 'mask-turned' })
      case 'resync':
        this.#store.resync()
        return this.#say('asked for everything again')
      case 'actions':
        return this.#do({ type: 'overlay-opened', overlay: { kind: 'actions', at: 0 } })
      case 'explain':
        return this.#explain()
      case 'palette':
        return this.#do({ type: 'overlay-opened', overlay: EMPTY_PALETTE })
      case 'help':
        return this.#do({ type: 'overlay-opened', overlay: EMPTY_HELP })
      case 'log':
        return this.#do({ type: 'overlay-opened', overlay: { kind: 'log', scroll: Number.MAX_SAFE_INTEGER } })
      case 'settings':
        return this.#settings()
      case 'alert':
        return this.#acknowledge()
      case 'exit':
        return this.#do({ type: 'overlay-opened', overlay: { kind: 'exit', choice: 0 } })
      case 'tour-off':
        return this.#do({ type: 'tour-ended' })
      case 'last-view':
      case 'history-back':
        return this.#do({ type: 'history-walked', steps: -1 })
      case 'history-forward':
        return this.#do({ type: 'history-walked', steps: 1 })
      case 'linked':
      case 'go-market':
        return this.#go('markets')
      case 'go-bot':
        return this.#go('bots')
      case 'go-orders':
        return this.#go('orders')
      case 'go-audit':
        this.#pick('audit')
        return undefined
      case 'go-evidence':
        return this.#explain()
      case 'copy-text':
        return this.#copy(this.#sentence())
      case 'copy-id':
        return this.#copy(this.#selected())
      case 'copy-json': {
        const view = rowView(this.#store, panel.id, this.#selected())
        return this.#copy(view === undefined ? undefined : JSON.stringify(view))
      }
      case 'copy-evidence':
        return this.#copy(evidenceOf(this.#store, panel.id, this.#selected()))
      case 'panel':
        return this.#number(key)
      default:
        return this.#say(`${command} is not bound here`)
    }
  }

  #move(move: number | 'first' | 'last'): void {
    this.#do({ type: 'row-selected', id: rowAfter(this.#rows(), this.#selected(), move) })
  }
  #canGoBack(): boolean {
    const { filter, isZoomed, pane, marked } = this.#panelState
    return filter !== '' || isZoomed || pane > 0 || marked.length > 0
  }
  #back(): void {
    const { filter, isZoomed, pane } = this.#panelState
    if (filter !== '') this.#turn({ filter: '' })
    else if (isZoomed) this.#turn({ isZoomed: false })
    else this.#turn(pane > 0 ? { pane: 0 } : { marked: [] })
  }
  #number(key: string): void {
    const panel = this.#parts.panels.find((one) => one.key === key)
    if (panel === undefined) return this.#say(`no panel ${key} in this release`)
    if (panel.id === this.#panel.id) return this.#run('view')
    return this.#do({ type: 'panel-picked', id: panel.id })
  }
  #pick(id: string): boolean {
    const isThere = this.#parts.panels.some((panel) => panel.id === id)
    if (isThere) this.#do({ type: 'panel-picked', id })
    else this.#say(`no ${id} panel in this release`)
    return isThere
  }
  #go(id: 'bots' | 'markets' | 'orders'): void {
    const linked = linksOf(this.#store, this.#panel.id, this.#selected())[id]
    if (linked === undefined) return this.#say(`nothing of this row is known in ${id}`)
    if (this.#pick(id) && linked !== '') this.#do({ type: 'row-selected', id: linked })
  }
  #sentence(): string | undefined {
    const panel = this.#panel
    const asked = this.#ask('sentence', () => [panel.sentence(this.#store, this.#panelState, this.#context())])
    return asked?.[0]
  }
  #explain(): void {
    const id = this.#selected()
    const evidence = evidenceOf(this.#store, this.#panel.id, id)
    const lines = [
      this.#sentence() ?? 'nothing is selected',
      '',
      `id        ${id ?? '--'}`,
      `evidence  ${evidence ?? '--'}`,
    ]
    this.#do({
      type: 'overlay-opened',
      overlay: { kind: 'info', title: `Evidence  ${id ?? this.#panel.title}`, lines, scroll: 0 },
    })
  }
  #settings(): void {
    const { settings } = this.#parts
    const own = [
      `palette ${settings.palette}  glyphs ${this.#look.glyphs.set}  zone ${settings.zone.name}`,
      `kill.typed ${settings.killTyped}  notify ${settings.notifyBy}  low power ${settings.isLowPower ? 'on' : 'off'}`,
    ]
    const engine = (this.#store.get('system')?.config ?? []).map(({ name, value }) => `${name} = ${value}`)
    this.#do({
      type: 'overlay-opened',
      overlay: { kind: 'info', title: 'Settings', lines: [...own, '', ...engine], scroll: 0 },
    })
  }
  #copy(text: string | undefined): void {
    if (text === undefined || text === '') return this.#say('nothing to copy here')
    this.#parts.ports.copy(text).then(
      (way) => this.#later(() => this.#say(`copied by ${way}`)),
      (error: unknown) => {
        this.#parts.log.error('copy failed', error)
        this.#later(() => this.#say('not copied: no clipboard here; see the log', 'warn'))
      },
    )
  }
  #copyFault(): void {
    const fault = this.#guard.faultOf(this.#panel.id)
    this.#copy(fault && `${fault.id} ${fault.where}: ${fault.error}`)
  }
  /** Something that ended after the key that began it. */
  #later(change: () => void): void {
    change()
    this.#parts.ports.paint()
  }

  #filterKey({ key, text }: Press): void {
    if (key === 'enter') return this.#do({ type: 'filter-ended', isKept: true })
    if (key === 'esc') return this.#do({ type: 'filter-ended', isKept: false })
    const field = edit(this.#screen.filter ?? EMPTY_FIELD, key, text)
    if (field !== undefined) this.#do({ type: 'filter-written', field })
  }

  // ---- overlays -----------------------------------------------------------------------------------------------------------

  #overlayKey(press: Press): void {
    const { overlay } = this.#screen
    const { key, text } = press
    const step = key === 'down' || key === 'j' ? 1 : key === 'up' || key === 'k' ? -1 : 0
    switch (overlay?.kind) {
      case undefined:
        return undefined
      case 'palette':
        return this.#paletteKey(press)
      case 'help': {
        if (key === 'esc') return this.#close()
        if (!overlay.isSearching) {
          if (key === '/') return this.#do({ type: 'overlay-opened', overlay: { ...overlay, isSearching: true } })
          return this.#do({
            type: 'overlay-opened',
            overlay: { ...overlay, scroll: Math.max(0, overlay.scroll + step) },
          })
        }
        if (key === 'enter') return this.#do({ type: 'overlay-opened', overlay: { ...overlay, isSearching: false } })
        const field = edit(overlay.field, key, text)
        return field && this.#do({ type: 'overlay-opened', overlay: { ...overlay, field, scroll: 0 } })
      }
      case 'exit':
        return this.#exitKey(key, overlay.choice, step)
      case 'confirm':
        return this.#ceremonyEvent({ type: 'pressed', press })
      case 'form': {
        const outcome = formReducer(overlay.form, press)
        if (outcome.act === 'close') {
          this.#close()
          return this.#say('closed: nothing sent')
        }
        if (outcome.act !== 'ask')
          return this.#do({ type: 'overlay-opened', overlay: { kind: 'form', form: outcome.form } })
        const { tier, label } = overlay.form.action
        return this.#ceremony({
          tier,
          title: label,
          effect: outcome.effect,
          draft: outcome.draft,
          changes: outcome.changes,
        })
      }
      case 'actions': {
        const actions = this.#actions()
        const picked = key === 'enter' ? actions[overlay.at] : actions.find((action) => action.key === key)
        if (picked !== undefined) {
          this.#close()
          return this.#act(picked)
        }
        if (key === 'esc' || key === '.') return this.#close()
        const at = Math.max(0, Math.min(actions.length - 1, overlay.at + step))
        return this.#do({ type: 'overlay-opened', overlay: { kind: 'actions', at } })
      }
      case 'info':
      case 'log': {
        if (key === 'esc' || key === 'q' || key === '`') return this.#close()
        const from = Math.min(overlay.scroll, 100_000)
        return this.#do({ type: 'overlay-opened', overlay: { ...overlay, scroll: Math.max(0, from + step) } })
      }
    }
  }

  #paletteFacts(): PaletteFacts {
    return { shelf: this.#store, panels: this.#parts.panels }
  }

  #paletteKey({ key, text }: Press): void {
    const { overlay, recent } = this.#screen
    if (overlay?.kind !== 'palette') return undefined
    const open = (change: Partial<typeof overlay>) =>
      this.#do({ type: 'overlay-opened', overlay: { ...overlay, ...change } })
    if (key === 'esc') return this.#close()
    const facts = this.#paletteFacts()
    const found = matches(overlay.field.text, paletteEntries(facts))
    const picked = found[overlay.at]
    if (key === 'enter') return this.#runLine(overlay.field.text, picked)
    if (key === 'tab') return open({ field: textField(completed(overlay.field.text, picked, facts)), at: 0 })
    if (key === 'up' && (overlay.recalled >= 0 || overlay.field.text === '') && overlay.at === 0) {
      const recalled = Math.min(overlay.recalled + 1, recent.length - 1)
      return open({ recalled, field: textField(recent.at(-1 - recalled) ?? '') })
    }
    if (key === 'up' || key === 'down')
      return open({ at: Math.max(0, Math.min(found.length - 1, overlay.at + (key === 'up' ? -1 : 1))) })
    const field = edit(overlay.field, key, text)
    return field && open({ field, at: 0, recalled: -1 })
  }

  #runLine(line: string, picked: Match | undefined): void {
    if (picked === undefined) return this.#say(`'${line}' means nothing here`)
    const { entry, argument } = picked
    if (entry.disabled !== undefined) return this.#say(`refused: ${entry.disabled}`, 'warn')
    const act = entry.act(argument, parseLine(line).filter)
    if (act === undefined) return this.#say(`${entry.words} needs a ${entry.takes ?? 'word'}; Tab completes`)
    this.#close()
    this.#do({ type: 'command-run', text: line.trim() === '' ? entry.words : line.trim() })
    this.#perform(act, entry.words)
  }

  #perform(act: PaletteAct, title: string): void {
    switch (act.do) {
      case 'panel':
        if (this.#pick(act.id)) this.#turn({ filter: act.filter })
        return
      case 'kill':
        return this.#killEvent({ type: 'opened', level: act.level, scope: act.scope })
      case 'confirm':
        return this.#ceremony({ tier: act.tier, title, effect: act.effect, draft: act.draft })
      case 'form':
        return this.#act(act.action)
      case 'key':
        return this.#run(act.command)
      case 'notify-test':
        return this.#parts.ports.notifyTest()
      case 'dump':
        return this.#copy(this.rows().join('\n'))
    }
  }

  // ---- acts ---------------------------------------------------------------------------------------------------------------

  #act(action: PanelAction): void {
    const { disabled, form, command, tier, label } = action
    if (disabled !== undefined) return this.#say(`refused: ${disabled}`, 'warn')
    const opened = openForm(action)
    if (opened !== undefined) return this.#do({ type: 'overlay-opened', overlay: { kind: 'form', form: opened } })
    if (command === undefined) return this.#explain()
    const { effect, ...draft } = command
    return this.#ceremony({ tier, title: label, effect, draft, reason: form?.fields['reason'] })
  }

  #ceremony(
    asked: Pick<Ceremony, 'title' | 'effect' | 'draft'> & {
      readonly tier: PanelAction['tier']
      readonly changes?: Ceremony['changes']
      readonly ends?: Ceremony['ends']
      readonly phrase?: string
      readonly reason?: string | undefined
    },
  ): void {
    const { reason, tier, phrase, ...rest } = asked
    // In paper and on the demo venue the short word does: the long one is for what can lose money.
    const isMoney = this.ribbon?.runMode === 'live' || this.ribbon?.runMode === 'canary'
    const challenged = this.#challengedTier(asked.draft)
    const ceremony = openCeremony({
      ...rest,
      ends: asked.ends,
      tier: challenged ?? (tier === 'look' ? 'stop' : tier),
      asks: challenged !== undefined,
      phrase: phrase ?? (tier === 'T0' && !isMoney ? 'CONFIRM' : undefined),
      id: this.#parts.ports.freshId(),
      nowMs: this.#parts.clock.ms(),
    })
    const filled = reason === undefined || reason === '' ? ceremony : { ...ceremony, reason: textField(reason) }
    this.#do({ type: 'overlay-opened', overlay: { kind: 'confirm', ceremony: filled } })
  }

  /** The tier that the engine gives a challenge for; undefined where it gives none. It has the last word when it is asked. */
  #challengedTier({ type, payload }: Draft): Exclude<EngineTier, 'none'> | undefined {
    const { ribbon } = this
    if (ribbon === undefined) return undefined
    const kills = this.#store.get('safety')?.kills ?? []
    const demand = demandOf(type, payload, {
      runMode: ribbon.runMode,
      isSimulated: false,
      safetyMode: ribbon.safetyMode,
      killAt: (scope) => kills.find((kill) => kill.scope === scope)?.level ?? 'NONE',
      positionsIn: () => ribbon.positions,
      // The screen sets no limits; whoever adds it asks the engine what a change does.
      limitStep: () => ({ before: 'none', after: 'none', relaxes: true }),
    })
    return demand === undefined || demand.tier === 'none' || demand.atOnce ? undefined : demand.tier
  }

  #ceremonyEvent(event: CeremonyEvent): void {
    const { overlay } = this.#screen
    if (overlay?.kind !== 'confirm') return
    const { ceremony, act } = ceremonyReducer(overlay.ceremony, event, this.#parts.clock.ms())
    if (act === 'close') {
      this.#close()
      const text = ceremony.answer?.text ?? ceremony.note
      if (text !== undefined)
        this.#say(text, ceremony.answer === undefined ? 'plain' : ceremony.answer.isDone ? 'ok' : 'bad')
      return
    }
    if (ceremony !== overlay.ceremony) this.#do({ type: 'overlay-opened', overlay: { kind: 'confirm', ceremony } })
    if (act === 'send') this.#sendCeremony(ceremony)
  }

  #voidCeremony(why: string): void {
    const { overlay } = this.#screen
    if (overlay?.kind !== 'confirm' || overlay.ceremony.sentMs !== undefined) return
    this.#close()
    this.#say(why, 'warn')
  }

  /** Step one, or what needs no other; with the engine's challenge in hand, step two. */
  #sendCeremony({ id, draft, reason, phrase, challenge, asks, ends }: Ceremony): void {
    const second: Draft | undefined = challenge && {
      type: 'CONFIRM',
      payload: { challenge_id: challenge.id, token: challenge.token },
    }
    this.#send(
      second ?? draft,
      {
        id: second === undefined ? id : this.#parts.ports.freshId(),
        reason: reason.text.trim(),
        confirmation: asks && second === undefined ? undefined : phrase,
      },
      (row) => {
        this.#ceremonyEvent({ type: 'answered', id, row })
        if (ends !== undefined && isDone(row)) this.#parts.ports.end(ends)
      },
      (message) => this.#ceremonyEvent({ type: 'failed', id, message }),
    )
  }

  #send(
    draft: Draft,
    options: { readonly id: string; readonly reason: string; readonly confirmation: string | undefined },
    answered: (row: CommandRow) => void,
    failed: (message: string) => void,
  ): void {
    const { client, log } = this.#parts
    // Type and payload belong together by construction of the draft.
    const all = { ...options, payload: draft.payload } as CommandOptions<typeof draft.type>
    client.command(draft.type, all).then(
      (row) => this.#later(() => answered(row)),
      (error: unknown) => {
        log.error(`${draft.type} was not handed in`, error)
        this.#later(() => failed(error instanceof Error ? error.message : String(error)))
      },
    )
  }

  #acknowledge(): void {
    const open = (this.#store.get('system')?.alerts ?? []).filter(({ state }) => state === 'OPEN')
    const oldest = open.toSorted((a, b) => a.firstTs - b.firstTs)[0] ?? this.ribbon?.alert
    if (oldest === undefined) return this.#say('no alert is open')
    const effect = `acknowledge ${oldest.severity} ${oldest.text}`
    return this.#ceremony({
      tier: 'stop',
      title: 'Alert',
      effect,
      draft: { type: 'ALERT_ACK', payload: { alert_id: oldest.id } },
    })
  }

  // ---- the way out --------------------------------------------------------------------------------------------------------

  #interrupt(): void {
    const { clock, client } = this.#parts
    const now = clock.ms()
    this.#interrupts = [...this.#interrupts.filter((ms) => now - ms < TRIPLE_MS), now]
    if (client.isOwner && this.#interrupts.length >= 3) return this.#safeExit()
    const { step } = this.#kill
    if (step.at !== 'closed') this.#killEvent({ type: 'pressed', press: { key: 'esc' } })
    if (this.#kill.step.at === 'choosing') this.#killEvent({ type: 'pressed', press: { key: 'esc' } })
    return this.#do({ type: 'overlay-opened', overlay: { kind: 'exit', choice: 0 } })
  }

  #exitKey(key: string, choice: number, step: number): void {
    if (!this.#parts.client.isOwner) {
      if (key === 'enter') this.#parts.ports.end('left')
      return key === 'enter' || key !== 'esc' ? undefined : this.#close()
    }
    if (key === 'esc') return this.#close()
    if (key === '?') return this.#do({ type: 'overlay-opened', overlay: EMPTY_HELP })
    if (key !== 'enter') {
      const picked = /^[1-4]$/.test(key) ? Number(key) - 1 : Math.max(0, Math.min(3, choice + step))
      return this.#do({ type: 'overlay-opened', overlay: { kind: 'exit', choice: picked } })
    }
    switch (EXIT_CHOICES[choice]) {
      case 'close-screen':
        return this.#parts.ports.end('close-screen')
      case 'safe-exit': {
        const effect = 'pause the bots, cancel our orders, keep venue stops and positions, stop the engine'
        return this.#ceremony({
          tier: 'T1',
          title: 'Safe exit',
          effect,
          ends: 'safe-exit',
          draft: { type: 'ENGINE_STOP', payload: { how: 'safe' } },
        })
      }
      case 'flatten-exit': {
        const positions = this.ribbon?.positions
        const effect = 'cancel all orders, close all positions, stop the engine'
        const phrase = positions === undefined ? 'flatten all' : `flatten ${positions}`
        return this.#ceremony({
          tier: 'T0',
          title: 'Flatten and exit',
          effect,
          phrase,
          ends: 'flatten-exit',
          draft: { type: 'ENGINE_STOP', payload: { how: 'flatten' } },
        })
      }
      case 'stay':
      case undefined:
        return this.#close()
    }
  }

  /** Three Ctrl+C: what SIGTERM does. A cancel that fails keeps the screen open and is named. */
  #safeExit(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#close()
    this.#say('safe exit: bots pause, orders are cancelled, venue stops stay', 'warn')
    const stay = (why: string) => {
      this.#isLeaving = false
      this.#interrupts = []
      this.#say(`still here: ${why}`, 'bad')
    }
    this.#send(
      { type: 'ENGINE_STOP', payload: { how: 'safe' } },
      { id: this.#parts.ports.freshId(), reason: 'Ctrl+C three times', confirmation: undefined },
      (row) => (isDone(row) ? this.#parts.ports.end('safe-exit') : stay(`${row.status} ${row.message}`)),
      stay,
    )
  }

  // ---- the kill screen ----------------------------------------------------------------------------------------------------

  get #killLifeMs(): number {
    return this.#parts.settings.isScreenReader ? SPOKEN_CHALLENGE_MS : CHALLENGE_MS
  }

  #killContext(): KillContext {
    const { clock, ports, settings } = this.#parts
    const scope = this.#killScope
    return {
      nowMs: clock.ms(),
      freshId: ports.freshId(),
      view: this.#store.get(`kill/${scope}`),
      positions: scope === 'global' ? this.ribbon?.positions : undefined,
      globalLevel: this.ribbon?.killLevel,
      isAllTyped: settings.killTyped === 'all',
      lifeMs: this.#killLifeMs,
    }
  }

  #killEvent(event: KillEvent): void {
    const { state, effect } = killReducer(this.#kill, event, this.#killContext())
    this.#kill = state
    if (effect !== undefined) this.#raise(effect)
    if (event.type === 'opened' || event.type === 'pressed') {
      this.#follow()
      this.#store.handOver(true)
    }
  }

  /** The word that the gate reads comes first, the durable command after: a busy engine delays neither. */
  #raise({ id, level, scope, reason, reviewMinutes, confirmation }: KillEffect): void {
    const { client, log } = this.#parts
    // The shared word and the kill file know no scope: they stop everything.
    if (scope === 'global') {
      try {
        client.stopNow(level, reason)
      } catch (error) {
        log.error(`stopNow ${level} failed; the command goes all the same`, error)
      }
    }
    this.#send(
      { type: 'KILL_RAISE', payload: { scope, level, review_minutes: reviewMinutes } },
      { id, reason, confirmation },
      (row) => this.#killEvent({ type: 'answered', id, row }),
      (message) => this.#killEvent({ type: 'failed', id, message }),
    )
  }

  #paste(text: string): void {
    const { overlay, filter } = this.#screen
    if (this.#kill.step.at !== 'closed') return this.#killEvent({ type: 'pasted' })
    if (overlay?.kind === 'confirm') return this.#ceremonyEvent({ type: 'pasted' })
    const line = text.replace(/[\r\n]+/g, ' ').slice(0, 500)
    if (overlay?.kind === 'palette')
      return this.#do({ type: 'overlay-opened', overlay: { ...overlay, field: insert(overlay.field, line), at: 0 } })
    if (overlay === undefined && filter !== undefined)
      return this.#do({ type: 'filter-written', field: insert(filter, line) })
    if (overlay?.kind === 'form') {
      const { form } = overlay
      const fields = form.fields.map((entry, at) =>
        at === form.at ? { ...entry, field: insert(entry.field, line) } : entry,
      )
      return this.#do({ type: 'overlay-opened', overlay: { kind: 'form', form: { ...form, fields } } })
    }
    return this.#say('paste ignored: nothing is being written')
  }
}
