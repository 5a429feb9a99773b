import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runId } from '../domain/ids.ts'
import { Random } from '../domain/random.ts'
import { isFlagOn } from '../runtime/authority/flags.ts'
import { EngineClock, soon } from '../runtime/clock.ts'
import { parseConfigFile } from '../runtime/config-file.ts'
import { layerConfig } from '../runtime/config-layers.ts'
import type { Config } from '../runtime/config-schema.ts'
import type { Engine } from '../runtime/engine/engine.ts'
import { raiseKillWord } from '../runtime/engine/kill-file.ts'
import { Killed, type ScratchDisk, type ScratchStore, watched } from './disk.ts'
import type { Act, Death, SimulationPlan } from './plan.ts'
import type { SimulationPorts, WorldVenue } from './ports.ts'
import { restless } from './restless.ts'
import { Trader, type Sight } from './trader.ts'
import { BOT, startProcess } from './trading-process.ts'
import { settled, VirtualTime } from './virtual-time.ts'
import { Violated, type Violation, Witness } from './witness.ts'

/** 2026-01-05T00:00:00Z, µs: a Monday. */
const START_US = 1_767_571_200_000_000
const TEND_EVERY_MS = 4_000
/** A death that finds no occasion comes by itself. */
const DEATH_WAITS_MS = 20_000
const START_AGAIN_MS = 2_000
/** A failure of a full disk may be heard of a moment after there is room again. */
const FULL_LATELY_MS = 5_000
/** How long everything may take to come to rest once nothing goes wrong any more. */
const REST_MS_MAX = 400_000
const STEP_MS_AT_REST = 250
const CHECK_EVERY = 8

/** How a simulated world ended. */
export interface WorldEnd {
  readonly violation: Violation | undefined
  /** Hash of the last session's last event. */
  readonly hash: string
  readonly virtualMs: number
  readonly events: number
  readonly orders: number
  readonly fills: number
  readonly lives: number
  /** What really went wrong, and how often. */
  readonly faults: ReadonlyMap<string, number>
  readonly trace: readonly string[]
}

interface Life {
  readonly owner: object
  readonly scratch: ScratchStore
  readonly engine: Engine
  isStarted: boolean
  isDead: boolean
  failure: unknown
  diesAtTurnsEnd: boolean
}

/** A machine, a disk, a network, a venue and a person: runs one plan from its beginning to rest. */
export class World {
  readonly #plan: SimulationPlan
  readonly #ports: SimulationPorts
  readonly #random: Random
  readonly #time = new VirtualTime(START_US)
  readonly #venue: WorldVenue
  readonly #disk: ScratchDisk
  readonly #config: Config
  readonly #witness: Witness
  readonly #trader: Trader
  readonly #killWord = new Int32Array(new SharedArrayBuffer(4))
  readonly #folder = mkdtempSync(join(tmpdir(), 'pf-sim-'))
  readonly #faults = new Map<string, number>()
  /** What was begun and ends by itself. */
  #ends: { readonly atMs: number; readonly end: () => void }[] = []
  #life: Life | undefined
  #bornMs = 0
  #pages: number | undefined
  /** When the disk was last full, ms; Infinity while it is. */
  #fullMs = Number.NEGATIVE_INFINITY
  #slowMs = 0
  #death: { readonly where: Death; left: number; readonly downMs: number; readonly atMs: number } | undefined
  #downMs = 0
  #lives = 0
  /** The commit under way is the last, and does not get to the disk whole. */
  #tear = false
  #isTorn = false
  #hash = ''

  constructor(plan: SimulationPlan, ports: SimulationPorts) {
    this.#plan = plan
    this.#ports = ports
    this.#random = Random.seeded(plan.seed ^ 0x5eed)
    this.#venue = ports.venue({ time: this.#time, ...plan })
    this.#disk = ports.disk()
    this.#config = configOf(plan)
    this.#witness = new Witness(() => this.#time.ms)
    this.#trader = new Trader(this.#random, () => this.#time.us + this.#time.wallOffUs)
  }

  async run(): Promise<WorldEnd> {
    const uncaught = (error: unknown) => this.#heedUncaught(error)
    process.on('unhandledRejection', uncaught)
    let violation: Violation | undefined
    try {
      await this.#live()
      await this.#rest()
    } catch (error) {
      violation = error instanceof Violated ? error.violation : this.#unforeseen(error)
    } finally {
      await new Promise<void>(soon)
      process.off('unhandledRejection', uncaught)
      this.#bury()
      this.#disk.end()
      rmSync(this.#folder, { recursive: true, force: true })
    }
    const { events, orders, fills, trace } = this.#witness
    return {
      violation: violation ?? this.#witness.broken,
      hash: this.#hash,
      virtualMs: this.#time.ms,
      events,
      orders,
      fills: fills.size,
      lives: this.#lives,
      faults: this.#faults,
      trace,
    }
  }

  /** A mistake of the simulator is told like one of the program: with the plan that shows it. */
  #unforeseen(error: unknown): Violation {
    const detail = error instanceof Error ? (error.stack ?? error.message).slice(0, 800) : String(error)
    return { invariant: 'the simulator itself goes on', detail, atMs: Math.round(this.#time.ms) }
  }

  // ---- time passes -------------------------------------------------------------------------------------------------

  async #live(): Promise<void> {
    const { minutes, turnMs, acts } = this.#plan
    const endMs = minutes * 60_000
    let next = 0
    let tendMs = 0
    for (let steps = 0; this.#time.ms < endMs; steps++) {
      for (let act = acts[next]; act !== undefined && act.atMs <= this.#time.ms; act = acts[++next]) this.#begin(act)
      await this.#step(turnMs)
      if (steps % CHECK_EVERY === 0) this.#heedTrader(this.#time.ms >= tendMs)
      if (this.#time.ms >= tendMs) tendMs = this.#time.ms + TEND_EVERY_MS
    }
  }

  /** One turn of everything. */
  async #step(ms: number): Promise<void> {
    if (this.#life === undefined && this.#time.ms >= this.#bornMs) this.#bear()
    await this.#time.pass(ms)
    for (const { atMs, end } of this.#ends) if (atMs <= this.#time.ms) end()
    this.#ends = this.#ends.filter(({ atMs }) => atMs > this.#time.ms)
    this.#venue.advance()
    const life = this.#life
    if (life !== undefined && this.#death?.where === 'at-once') this.#kill(life)
    if (life?.isStarted === true && !life.isDead) this.#turn(life)
    await settled()
    // What nobody caught is told between two tasks, and no sooner.
    await new Promise<void>(soon)
    this.#heedEnd()
  }

  #turn(life: Life): void {
    try {
      life.engine.turn()
    } catch (error) {
      if (error instanceof Violated) throw error
      life.isDead = true
      if (!(error instanceof Killed)) life.failure = error
    }
    if (life.diesAtTurnsEnd) this.#kill(life)
  }

  /** What became of the process in this turn. */
  #heedEnd(): void {
    if (this.#witness.broken !== undefined) throw new Violated(this.#witness.broken)
    const life = this.#life
    if (life === undefined) return
    const death = this.#death
    if (death !== undefined && !life.isDead && this.#time.ms - death.atMs > DEATH_WAITS_MS) this.#kill(life)
    if (life.failure !== undefined && !this.#isDiskFull(life.failure))
      this.#witness.violate('the engine ends only when it is told to', said(life.failure))
    if (life.failure !== undefined) {
      this.#witness.note(`the process ends: ${said(life.failure)}`)
      this.#downMs = START_AGAIN_MS
      this.#bury()
    } else if (life.isDead) this.#bury()
    else if (life.engine.phase === 'STOPPED') {
      this.#witness.note('the process ends: it was stopped')
      this.#downMs = START_AGAIN_MS
      this.#bury()
    }
  }

  // ---- the process -------------------------------------------------------------------------------------------------

  #bear(): void {
    const wall = this.#time.us + this.#time.wallOffUs
    let scratch: ScratchStore
    try {
      scratch = this.#disk.open(wall, this.#pages)
    } catch (error) {
      if (!this.#isDiskFull(error)) this.#witness.violate('a profile can always be opened again', said(error))
      this.#bornMs = this.#time.ms + START_AGAIN_MS
      return
    }
    const owner = {}
    this.#lives++
    this.#witness.note(`life ${this.#lives} begins`)
    this.#lookAtDisk(scratch)
    let life: Life | undefined
    const alive = () => {
      if (life?.isDead === true) throw new Killed('dead')
    }
    const host = this.#time.clocksOf(owner)
    const clock = new EngineClock(host, { speed: 1, notBefore: scratch.store.state().lastTs })
    const venueClock = { ...host, nowUs: () => clock.now() }
    const connector = this.#venue.connector(
      { owner, clock: venueClock },
      {
        placed: ({ clientId, reduceOnly }) => {
          alive()
          this.#maybeDie('before-send')
          this.#witness.placed(orderIdOf(clientId), reduceOnly)
          this.#maybeDieLater()
        },
        amended: alive,
        canceled: alive,
      },
    )
    const store = watched(scratch.store, {
      alive,
      before: () => {
        if (this.#slowMs > 0) this.#time.stall(this.#slowMs)
        this.#maybeDie('before-commit')
        this.#maybeTear(scratch)
      },
      after: (events) => {
        if (this.#tear) {
          this.#tear = false
          this.#isTorn = true
          throw this.#dies()
        }
        this.#witness.committed(events)
        this.#maybeDie('after-commit')
      },
    })
    try {
      const { engine } = startProcess({
        store,
        connector,
        instruments: this.#venue.instruments,
        deposits: this.#venue.deposits,
        host,
        clock,
        venueClock,
        compare: this.#ports.compare(),
        config: this.#config,
        runMode: this.#plan.runMode,
        seed: this.#plan.seed,
        killFile: join(this.#folder, 'kill.json'),
        killWord: this.#killWord,
        newRunId: () => runId(`sim-${this.#plan.seed}-${this.#lives}-${this.#random.uint32()}`),
      })
      life = { owner, scratch, engine, isStarted: false, isDead: false, failure: undefined, diesAtTurnsEnd: false }
      this.#life = life
    } catch (error) {
      scratch.drop()
      if (!this.#isDiskFull(error)) this.#witness.violate('a process can always be started', said(error))
      this.#bornMs = this.#time.ms + START_AGAIN_MS
      return
    }
    const born = life
    born.engine.start().then(
      () => {
        born.isStarted = true
      },
      (error: unknown) => {
        born.isDead = true
        if (!(error instanceof Killed)) born.failure = error
      },
    )
  }

  #lookAtDisk(scratch: ScratchStore): void {
    const { fault, events } = scratch.verify()
    if (fault !== undefined) this.#witness.violate('what is kept is whole', fault)
    if (events !== this.#witness.events)
      this.#witness.violate('what was committed is kept', `${events} events, ${this.#witness.events} were committed`)
  }

  #kill(life: Life): void {
    life.isDead = true
    this.#count('death')
    this.#downMs = this.#death?.downMs ?? START_AGAIN_MS
    this.#death = undefined
  }

  /** @throws Killed */
  #maybeDie(where: Death): void {
    const death = this.#death
    if (death?.where !== where || --death.left > 0) return
    throw this.#dies()
  }

  #dies(): Killed {
    const life = this.#life
    if (life !== undefined) this.#kill(life)
    return new Killed('here')
  }

  #maybeDieLater(): void {
    const death = this.#death
    if (death?.where === 'after-send' && --death.left <= 0 && this.#life !== undefined) this.#life.diesAtTurnsEnd = true
  }

  #maybeTear(scratch: ScratchStore): void {
    const death = this.#death
    if (death?.where !== 'torn-commit' || --death.left > 0) return
    scratch.mark()
    this.#tear = true
  }

  /** The process is gone; the disk, the network and the venue are not. */
  #bury(): void {
    const life = this.#life
    if (life === undefined) return
    life.isDead = true
    this.#life = undefined
    this.#time.forget(life.owner)
    this.#venue.cut()
    this.#trader.forget()
    if (this.#isTorn) life.scratch.tear(this.#random.float())
    else life.scratch.drop()
    this.#isTorn = false
    this.#tear = false
    this.#bornMs = this.#time.ms + this.#downMs
  }

  #isDiskFull(error: unknown): boolean {
    const wasFull = this.#time.ms - this.#fullMs <= FULL_LATELY_MS
    return wasFull && (error as { code?: string }).code === 'storage.disk-full'
  }

  #heedUncaught(error: unknown): void {
    if (error instanceof Killed || error instanceof Violated) return
    const life = this.#life
    if (life === undefined || life.isDead) return
    life.isDead = true
    life.failure = error
  }

  // ---- what goes wrong ---------------------------------------------------------------------------------------------

  #begin(act: Act): void {
    const later = (forMs: number, end: () => void) => this.#ends.push({ atMs: this.#time.ms + forMs, end })
    this.#witness.note(`— ${said(act)}`)
    switch (act.kind) {
      case 'network':
        return this.#venue.arm(act.fault, act)
      case 'death':
        this.#death = { where: act.where, left: act.nth, downMs: act.downMs, atMs: this.#time.ms }
        return
      case 'disk-full':
        this.#count('disk-full')
        this.#pages = 0
        this.#fullMs = Number.POSITIVE_INFINITY
        this.#life?.scratch.limit(0)
        return void later(act.forMs, () => this.#freeDisk())
      case 'disk-slow':
        this.#count('disk-slow')
        this.#slowMs = act.ms
        return void later(act.forMs, () => (this.#slowMs = 0))
      case 'clock-jump':
        this.#count('clock-jump')
        this.#time.wallOffUs = act.ms * 1_000
        return void later(act.forMs, () => (this.#time.wallOffUs = 0))
      case 'operator':
        return this.#operate(act.act, act.isConfirmed)
      case 'foreign-order':
        this.#count('foreign-order')
        return void later(act.forMs, this.#venue.intrude())
      case 'rule-change':
        this.#count('rule-change')
        this.#venue.changeRules(true)
        return void later(act.forMs, () => this.#venue.changeRules(false))
    }
  }

  #freeDisk(): void {
    this.#pages = undefined
    this.#fullMs = this.#time.ms
    this.#life?.scratch.limit(undefined)
  }

  #operate(act: Extract<Act, { kind: 'operator' }>['act'], isConfirmed: boolean): void {
    const life = this.#life
    if (life?.isStarted !== true) return
    this.#count(`operator ${act}`)
    if (act === 'kill-word') raiseKillWord(this.#killWord, 'HALT')
    else this.#byHand(() => this.#trader.act(life.scratch.store, act, isConfirmed, this.#sight(life.engine)))
    life.engine.poke()
  }

  #heedTrader(tends: boolean): void {
    const life = this.#life
    if (life?.isStarted !== true) return
    this.#byHand(() => {
      this.#trader.look(life.scratch.store)
      if (tends) this.#trader.tend(life.scratch.store, this.#sight(life.engine))
    })
  }

  /** A client writes to the same disk: where it is full, the person is told so. */
  #byHand(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!this.#isDiskFull(error)) throw error
    }
  }

  #sight({ authority, live, kernel, tapes, parts }: Engine): Sight {
    const instrumentId = this.#venue.instruments[0]?.id ?? ''
    return {
      isArmed: live.isArmed,
      mayDanger: isFlagOn(authority.flags(), 'dangerous_ops', 'live'),
      isLive: this.#plan.runMode === 'live',
      isClockOff: parts.venue.downReason?.includes('clock') === true,
      botState: kernel.bots.find(({ config }) => config.id === BOT)?.state,
      killed: this.#witness.killed,
      instrumentId,
      price: tapes[0]?.last(1)[0]?.price ?? Number.NaN,
    }
  }

  #count(what: string): void {
    this.#faults.set(what, (this.#faults.get(what) ?? 0) + 1)
  }

  // ---- rest --------------------------------------------------------------------------------------------------------

  /** Nothing goes wrong any more; everything is halted; and in the end the books are the venue's. */
  async #rest(): Promise<void> {
    for (const { end } of this.#ends) end()
    this.#ends = []
    this.#death = undefined
    for (const [fault, count] of this.#venue.calm()) this.#faults.set(fault, count)
    this.#witness.note('— from here on nothing goes wrong')
    const untilMs = this.#time.ms + REST_MS_MAX
    let haltedId: string | undefined
    for (let steps = 0; ; steps++) {
      await this.#step(STEP_MS_AT_REST)
      const life = this.#life
      if (life?.isStarted === true) {
        if (haltedId === undefined || (this.#witness.killed !== 'HALT' && steps % 200 === 0))
          haltedId = this.#trader.submit(life.scratch.store, 'KILL_RAISE', { scope: 'global', level: 'HALT' })
        this.#trader.look(life.scratch.store)
        if (steps % 40 === 39 && this.#sight(life.engine).isClockOff)
          this.#trader.submit(life.scratch.store, 'ENGINE_STOP', { how: 'now' })
        life.engine.poke()
      }
      if (steps % 4 !== 0) continue
      const open = this.#unrest()
      if (open === undefined) break
      if (this.#time.ms > untilMs)
        this.#witness.violate(
          'everything comes to rest',
          `${open} ${Math.round(REST_MS_MAX / 1_000)} s after the last fault`,
        )
    }
    this.#compare()
  }

  /** What is not at rest yet. */
  #unrest(): string | undefined {
    const life = this.#life
    if (life?.isStarted !== true) return 'no process runs'
    const { engine } = life
    if (this.#witness.killed !== 'HALT') return 'the halt is not in force'
    if (!engine.parts.venue.isConnected) return `the venue is not connected: ${engine.parts.venue.downReason}`
    const [working] = engine.kernel.orders.working
    if (working !== undefined) return `${working.id} is ${working.state}`
    const open = this.#venue.orders().find(({ isOpen, clientId }) => isOpen && clientId !== undefined)
    if (open !== undefined) return `${open.venueOrderId} is open at the venue`
    const { last } = engine.reconcile
    if (last === undefined) return 'nothing was reconciled'
    if (last.status === 'OK' || this.#faults.has('foreign-order')) return undefined
    return `reconciliation says ${last.status}: ${said(last).slice(0, 600)}`
  }

  #compare(): void {
    const life = this.#life
    if (life === undefined) return
    const { store } = life.scratch
    const witness: Witness = this.#witness
    const trueFills = this.#venue.fills().filter(({ clientId }) => clientId !== undefined)
    for (const { tradeId, clientId, qty } of trueFills) {
      const known = witness.fills.get(tradeId)
      if (known === undefined) witness.violate('no fill is lost', `${tradeId} of ${clientId} is not in the books`)
      if (known.qty !== qty || known.orderId !== orderIdOf(clientId ?? ''))
        witness.violate('fills are the venue’s', `${tradeId}: ${said(known)} against ${qty} of ${clientId}`)
    }
    if (witness.fills.size !== trueFills.length)
      witness.violate('no fill is invented', `${witness.fills.size} are booked, ${trueFills.length} happened`)
    const seen = new Set<string>()
    for (const { clientId, venueOrderId } of this.#venue.orders()) {
      if (clientId === undefined) continue
      if (seen.has(clientId)) witness.violate('no order is doubled', `${clientId} stands twice at the venue`)
      seen.add(clientId)
      if (!witness.hasLeft.has(orderIdOf(clientId)))
        witness.violate('the venue has only what was sent', `${venueOrderId} is not in the journal`)
    }
    this.#lookAtDisk(life.scratch)
    this.#hash = witness.digest
    const held = store
      .state()
      .holdings.reduce(
        (sum, { instrumentId, qty }) => sum.set(instrumentId, (sum.get(instrumentId) ?? 0) + qty),
        new Map<string, number>(),
      )
    const truth = new Map<string, number>()
    for (const { tradeId, qty, instrumentId, side } of this.#venue.fills())
      if (witness.fills.has(tradeId))
        truth.set(instrumentId, (truth.get(instrumentId) ?? 0) + (side === 'buy' ? qty : -qty))
    for (const [instrumentId, qty] of truth)
      if ((held.get(instrumentId) ?? 0) !== qty)
        witness.violate(
          'positions are the sum of fills',
          `${instrumentId}: ${held.get(instrumentId) ?? 0} in the books, ${qty} by the venue's fills`,
        )
  }
}

function orderIdOf(clientId: string): string {
  return /o\d+$/.exec(clientId)?.[0] ?? clientId
}

function said(what: unknown): string {
  if (what instanceof Error) return `${what.name}: ${what.message}`
  return JSON.stringify(what, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

/** The settings of every simulated profile. */
function configOf({ seed, everyMs }: SimulationPlan): Config {
  const toml = `[engine]
seed = ${seed}
reconcile_every_s = 10
crash_restarts_max = 0
[time]
system = "never"
[approvals]
first_days = 0
limit_share = 1.0
[limits]
venues = ["*"]
instruments = ["*"]
market_orders = true
order_notional_max = 2000000
order_qty_max = { "*" = 1 }
gross_exposure_max = 20000000
net_exposure_max = 10000000
instrument_exposure_max = 8000000
venue_exposure_max = 20000000
loss_day_max = 2000000
loss_drawdown_max = 5000000
quiet_hours = "never"
[[bot]]
id = "${BOT}"
strategy = "restless"
instruments = ["FX_BTC_JPY"]
allocation = 5000000
start = true
on_restart = "resume"
params = { everyMs = ${everyMs} }
`
  return layerConfig({ file: parseConfigFile('config.toml', toml), env: {}, flags: {}, strategies: [restless] }).config
}
