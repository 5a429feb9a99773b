import type { OrderId, RunId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import type { Command, CommandOutcome } from '../../kernel/command.ts'
import { assertRecordable, type Condition, InputLog } from '../../kernel/input-log.ts'
import { Kernel } from '../../kernel/kernel.ts'
import type { KernelEvent } from '../../events/event.ts'
import { type SessionSpec, sessionConfig } from '../../kernel/session-spec.ts'
import { RULES } from '../../risk/gate.ts'
import type { KillScope } from '../../risk/kill.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { Authority } from '../authority/authority.ts'
import { isFlagOn } from '../authority/flags.ts'
import { GlassDesk } from '../authority/glass-desk.ts'
import { isMoney } from '../authority/operations.ts'
import { OperatorDesk } from '../authority/operator-desk.ts'
import { bookOf, keepBook, MAIN_BOOK } from '../books.ts'
import type { EngineClock, HostClock } from '../clock.ts'
import type { CommandPayload, CommandRow } from '../command-catalogue.ts'
import type { Config } from '../config-schema.ts'
import type { Drift } from '../config-drift.ts'
import { DeadManDesk } from '../deadman/deadman-desk.ts'
import type { HostNews } from '../host-news.ts'
import { LadderDesk } from '../live/ladder-desk.ts'
import { LiveDesk, type LiveTerms } from '../live/live-desk.ts'
import type { Log } from '../log/log.ts'
import type { EngineStore, SessionWriter } from '../ports.ts'
import { CaseDesk } from '../reconcile-cases/case-desk.ts'
import type { VenueStatus } from '../resilience/venue-status.ts'
import { DEFAULT_RESTART_WISH } from '../restart-wish.ts'
import { botDebuts } from './bot-debuts.ts'
import { Chronicle, FILLS_RECALLED } from './chronicle.ts'
import { ConfigDesk, type ConfigSource } from './config-desk.ts'
import { CRASH_WINDOW_US, countCrashes } from './crash-record.ts'
import type { EngineVenue, VenueListener } from './engine-venue.ts'
import { EquityBook } from './equity-book.ts'
import { Escalation } from './escalation.ts'
import { explainOrder } from './explain-order.ts'
import { FeedConflator } from './feed-conflator.ts'
import { FeedWatch } from './feed-watch.ts'
import { GuardFeed, guardFacts } from './guard-feed.ts'
import { breachesOf, type HeldLimit, heldLimits } from './held-limits.ts'
import { Intake } from './intake.ts'
import { type KillFile, takeKillWord } from './kill-file.ts'
import { LimitDesk } from './limit-desk.ts'
import { keepLossMarks, storedLossMarks } from './loss-marks.ts'
import { InterlockDesk } from './interlock-desk.ts'
import type { HeldWorth } from './exposure-jump.ts'
import { canaryBot } from '../reconcile-cases/canary-bot.ts'
import { MANUAL_BOT } from './manual-strategy.ts'
import { MinuteFeed } from './minute-feed.ts'
import { ReconcileDesk, resolvedFact } from './reconcile-desk.ts'
import { type ReconcilePort, ReconcileRound } from './reconcile-round.ts'
import { APPROVAL_REQUIRED, OrderApprovals } from './order-approvals.ts'
import { recoverOrders } from './recovery.ts'
import { releaseObstacles } from './release-obstacles.ts'
import { keepRestartWish, restartWishOf } from './restart-notes.ts'
import { sessionLimits } from './session-limits.ts'
import { type BotPlan, botSpec, planSession } from './session-plan.ts'
import { type ClockState, SkewBoard } from '../timekeeping/skew-board.ts'
import type { ClockSource } from '../timekeeping/clock-source.ts'
import { isAtWork, type StopKind, Stopping } from './stopping.ts'
import { Tape } from './tape.ts'
import { timeOfDayUs } from './time-of-day.ts'
import { Sight } from './sight.ts'
import { Watch } from './watch.ts'

/** Everything an engine is made of. It opens nothing itself. */
export interface EngineParts {
  readonly config: Config
  readonly store: EngineStore
  readonly venue: EngineVenue
  readonly instruments: readonly Instrument[]
  /** What the accounts began with, posted in the first session of a profile. */
  readonly deposits: SessionSpec['deposits']
  readonly strategyOf: (id: string) => StrategyDefinition | undefined
  readonly compare: ReconcilePort
  readonly host: HostClock
  readonly clock: EngineClock
  readonly newRunId: () => RunId
  readonly log: Log
  readonly killFile: KillFile
  /** Raised by a screen in the same process; undefined where there is none. */
  readonly killWord?: Int32Array | undefined
  /** Share of the disk that is free, 0…1. */
  readonly diskFree?: () => number | undefined
  /** Where the settings come from, where they can be read again. */
  readonly settings?: ConfigSource | undefined
  /** How the settings on disk differ from those in force. */
  readonly drift?: (nowMs: number) => Drift | undefined
  /** Clocks that ours is held against; absent where nobody is asked. */
  readonly clockSources?: readonly ClockSource[] | undefined
  /** Log lines that were dropped because a secret was in them. */
  readonly leaks?: () => number
  /** Of a venue that is not simulated. */
  readonly live?: LiveTerms | undefined
  /** µs since the lease was renewed. */
  readonly leaseAgeUs?: () => number | undefined
  /** What happened while no engine ran. */
  readonly news?: HostNews | undefined
}

export type EnginePhase = 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED'

export interface StartupFact {
  readonly part: string
  readonly state: 'WAITING' | 'RUNNING' | 'OK' | 'FAILED'
  readonly fact: string
}

const CLOCK_EVERY_US = US_PER_SECOND
/** Inputs that led to no event are flushed with the next commit, or after this much of them. */
const INPUTS_MAX = 262_144
/** What strategies want kept is kept this often: a crash costs them no more. */
const CHECKPOINT_EVERY_US = 60 * US_PER_SECOND
const WATCH_EVERY_MS = 250
/** How often what is held is measured against its limits (UGF-D-004). */
const MONITOR_EVERY_US = US_PER_SECOND
/** A limit of which this much is used is told of. */
const LIMIT_NEAR = 0.8
const RECONNECT_EVERY_MS = 500
/** How long a safe stop waits for cancels to be answered. */
const HISTORY_BARS = 600
const WARM_UP_S = 120
/** Reason code of a start that follows too many crashes. */
const CRASH_LOOP = 'CRASH_LOOP'
/** Reason code of flags that make no sense: all are off. */
const FLAGS_UNREADABLE = 'FLAGS_UNREADABLE'
const STARTUP_PARTS = ['database', 'books', 'venue', 'orders', 'history', 'reconcile'] as const

/**
 * The living host of one kernel: it takes in what arrives, commits, and only then acts. Single-threaded and turned by
 * {@link turn}; nothing in it waits. The books are the journal's: a process that dies anywhere is gone on from by the next.
 */
export class Engine {
  #parts: EngineParts
  readonly #limits: LimitDesk
  readonly tapes: readonly Tape[]
  readonly feeds: FeedWatch
  readonly skew: SkewBoard
  #clockTold: ClockState = 'NONE'
  readonly bars: MinuteFeed
  readonly conflator: FeedConflator
  readonly watch: Watch
  readonly reconcile: ReconcileRound
  readonly deadMan: DeadManDesk
  readonly approvals: OrderApprovals
  readonly authority: Authority
  readonly glass: GlassDesk
  readonly live: LiveDesk
  readonly ladder: LadderDesk
  readonly operators: OperatorDesk
  readonly cases: CaseDesk
  readonly startup: StartupFact[]
  phase: EnginePhase = 'STARTING'
  spec!: SessionSpec
  kernel!: Kernel
  chronicle!: Chronicle
  equity!: EquityBook
  runId!: RunId
  startedTs = 0
  /** Start of a trading day, µs after midnight UTC. */
  readonly dayOffsetUs: number
  /** Duration of turns, ms. */
  turnMs: number[] = []
  /** Turns that took longer than the engine may stand still are told by the watch. */
  stallUs = 0
  commits = 0
  commitMs: number[] = []
  /** From an input coming in to what it led to being recorded and handed over, ms. */
  orderMs: number[] = []
  #writer!: SessionWriter
  #inputs!: InputLog
  #guards!: GuardFeed
  readonly #intake: Intake
  readonly #escalation: Escalation
  readonly #interlocks: InterlockDesk
  #monitoredTs = Number.NEGATIVE_INFINITY
  readonly #listener: VenueListener
  #clockTs = 0
  /** When the input at hand came in. */
  #inputMs = 0
  #checkpointTs = 0
  #watchedMs = Number.NEGATIVE_INFINITY
  #connectedMs = Number.NEGATIVE_INFINITY
  #startedMs = 0
  #turnedMs = Number.NaN
  #isPoked = true
  readonly #reconciling: ReconcileDesk
  #isReady = false
  readonly #sight = new Sight()
  #blindness: string | undefined
  #policySha256 = ''
  readonly #stopping: Stopping
  readonly #settings: ConfigDesk

  constructor(parts: EngineParts) {
    const { store, instruments } = parts
    this.#limits = new LimitDesk(parts.config, store.notes, {
      spec: () => this.spec,
      now: () => this.now,
      record: (fact) => {
        this.#inputs.fact(fact, Math.max(this.now, this.kernel.now))
        this.commit()
      },
      renew: (config, why) => {
        this.#parts = { ...this.#parts, config }
        this.#renew([], why)
      },
    })
    const { config } = this.#limits
    this.#parts = { ...parts, config }
    this.#settings = new ConfigDesk(parts.settings, {
      now: () => this.now,
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
      renew: (settings, why) => {
        this.#limits.rebase(settings)
        this.#parts = { ...this.#parts, config: this.#limits.config }
        this.commit()
        this.#renew([], why)
      },
    })
    assertRecordable(instruments.length)
    this.tapes = instruments.map(() => new Tape())
    const staleUs = config.engine.data_stale_s * US_PER_SECOND * Math.max(1, parts.clock.speed / 10)
    this.feeds = new FeedWatch(instruments, this.tapes, staleUs, {
      tell: (at, status, detail) => this.#inputs.feedStatus(at, status, detail, Math.max(this.now, this.kernel.now)),
      alert: (source, isOn, text) => this.#alert(source, isOn, 'P1', text, 'market quality'),
      resync: (at) => parts.venue.resync?.(at),
    })
    this.bars = new MinuteFeed(instruments)
    this.startup = STARTUP_PARTS.map((part) => ({ part, state: 'WAITING', fact: '' }))
    this.watch = new Watch({
      skewWarnMs: config.engine.clock_skew_warn_ms,
      skewCriticalMs: config.engine.clock_skew_critical_ms,
    })
    this.skew = new SkewBoard(
      parts.clockSources ?? [],
      parts.host,
      { warnMs: config.engine.clock_skew_warn_ms, criticalMs: config.engine.clock_skew_critical_ms },
      (name, { offsetUs, uncertaintyUs }) =>
        store.clockSamples.add({ ts: parts.host.wallTs(), source: name, offsetUs, uncertaintyUs }),
    )
    this.deadMan = new DeadManDesk(
      {
        botSeconds: config.deadman.bot_s,
        botAction: config.deadman.bot_action,
        operatorHours: config.deadman.operator_h,
        isLatched: isMoney(this.runMode),
      },
      {
        raise: (scope, level, who) =>
          void this.#obey({ ...who, id: this.#ownId('deadman'), kind: 'KILL_RAISE', scope, level }),
        lower: (scope, who) =>
          void this.#obey({ ...who, id: this.#ownId('deadman'), kind: 'KILL_LOWER', scope, level: 'NONE' }),
        fail: (botId, who) => void this.#obey({ ...who, id: this.#ownId('bot-lost'), kind: 'BOT_FAIL', botId }),
        standing: (scope) => this.chronicle.state.safety.kills.find((kill) => kill.scope === scope),
        alert: (source, isOn, text) => this.#alert(source, isOn, 'P0', text, 'deadman status'),
      },
    )
    this.#escalation = new Escalation(config.limits.escalate_after_s, {
      standing: (scope) => this.kernel.facts.kill.at(scope),
      isHeld: (scope) => this.kernel.holdingsIn(scope).length > 0,
      raise: (scope, level, reason) =>
        void this.#obey({
          actor: 'service:engine',
          reason,
          id: this.#ownId('limit'),
          kind: 'KILL_RAISE',
          scope,
          level,
        }),
    })
    this.dayOffsetUs = timeOfDayUs(config.account.day_starts, config.account.time_zone, this.now)
    this.#interlocks = new InterlockDesk(this.watch, {
      standing: (scope) => this.kernel.facts.kill.at(scope),
      raise: (scope, level, reason) => {
        const id = this.#ownId('interlock')
        void this.#obey({ actor: 'service:engine', reason, id, kind: 'KILL_RAISE', scope, level })
      },
      alert: (...told) => this.#alert(...told),
    })
    this.operators = new OperatorDesk(store.operators, {
      nowTs: () => parts.host.wallTs(),
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
    })
    this.approvals = new OrderApprovals(
      store.approvals,
      { required: config.approvals.required, isSolo: config.approvals.solo },
      {
        kernel: () => this.kernel,
        now: () => this.now,
        obey: (command) => this.#obey(command),
        order: (id) => this.chronicle.order(id),
        record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
        alert: (source, isOn, text) => this.#alert(source, isOn, 'P2', text, 'approve list'),
        wasCommanded: (id) => store.wasCommanded(id),
        personRole: (actor) => this.authority.personRole(actor),
      },
    )
    this.reconcile = new ReconcileRound(parts.venue, parts.compare, store.notes)
    this.#reconciling = new ReconcileDesk(this.reconcile, instruments, parts.log, {
      state: () => this.chronicle.state,
      now: () => this.now,
      isStopped: () => this.phase === 'STOPPED',
      begins: () => {
        if (this.phase === 'STARTING') this.#step('reconcile', 'RUNNING', 'asking the venue')
      },
      report: (report, ts) => this.#inputs.report(report, Math.max(ts, this.kernel.now)),
      reconciled: (news) => this.#inputs.reconciled(news, Math.max(this.now, this.kernel.now)),
      seen: (sighting) => this.cases.heed(sighting),
      resolved: (resolution, id) =>
        this.#inputs.fact(resolvedFact(resolution, id), Math.max(this.now, this.kernel.now)),
      ended: (isOk, detail) => {
        this.commit()
        this.#step('reconcile', isOk ? 'OK' : 'FAILED', detail)
      },
      answer: (row, outcome) => {
        this.#intake.finish(row, outcome, parts.host.wallTs())
        this.commit()
      },
    })
    this.#stopping = new Stopping({
      kernel: () => this.kernel,
      now: () => this.now,
      speed: parts.clock.speed,
      newId: () => this.#ownId('stop'),
      obey: (command) => this.#obey(command),
      end: (detail) => this.#end(detail),
    })
    this.glass = new GlassDesk(store.notes, {
      host: parts.host,
      isSimulated: () => parts.venue.fault !== undefined,
      isAdmin: (actor) => this.authority.personRole(actor) === 'admin',
      isHalted: () => this.kernel.facts.mode.mode === 'HALTED' || this.kernel.facts.kill.at('global') === 'HALT',
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
      alert: (isOn, text) => this.#alert('BREAK_GLASS', isOn, 'P0', text, 'break-glass list'),
    })
    this.cases = new CaseDesk(store.notes, parts.compare.cases, {
      runMode: () => this.runMode,
      now: () => Math.max(this.now, this.kernel.now),
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
      modeOf: (code) => this.kernel.facts.mode.reasons.get(code)?.mode,
      condition: (condition) => this.#condition(condition, this.now),
      standing: (scope) => this.kernel.facts.kill.at(scope),
      raise: (scope, level, reason) => {
        const id = this.#ownId('case')
        void this.#obey({ actor: 'service:engine', reason, id, kind: 'KILL_RAISE', scope, level })
      },
      alert: (source, isOn, severity, text) => this.#alert(source, isOn, severity, text, 'reconcile case list'),
      canaryBot: (one) =>
        canaryBot({ bots: this.kernel.bots, allocations: this.kernel.facts.allocations, instruments }, one),
      cancelForeign:
        config.engine.external_orders === 'cancel' ? parts.venue.cancelForeign?.bind(parts.venue) : undefined,
    })
    this.ladder = new LadderDesk(store.notes, {
      stage: () => (parts.live === undefined || this.runMode === 'paper' ? undefined : this.runMode),
      isPractice: () => parts.live?.isPractice === true,
      nowMs: () => parts.host.monotonicMs(),
      isAtWork: () => this.phase === 'RUNNING' && parts.venue.isConnected,
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
      alert: (isOn, text) => this.#alert('STAGE_REVOKED', isOn, 'P0', text, 'live ladder'),
      standBack: (reason) => {
        this.live.disarm({ actor: 'service:engine', reason })
        const scope = `venue:${parts.venue.venueId}` as const
        const id = this.#ownId('ladder')
        void this.#obey({ actor: 'service:engine', reason, id, kind: 'KILL_RAISE', scope, level: 'CLOSE_ONLY' })
      },
    })
    this.live = new LiveDesk({
      host: parts.host,
      terms: parts.live,
      isVenueUp: () => parts.venue.isConnected,
      isFlagOn: () => this.#isLiveOn(),
      leaseAgeUs: () => parts.leaseAgeUs?.(),
      obstacles: () => [
        ...(this.kernel.facts.mode.mode === 'NORMAL' ? [] : ['MODE_NOT_NORMAL']),
        ...this.failedChecks().filter((code) => code !== 'VENUE_DOWN'),
        ...(this.ladder.isUngranted ? ['STAGE_NOT_GRANTED'] : []),
      ],
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
      alert: (isOn, text) => this.#alert('LIVE_ARMED', isOn, 'P2', text, 'live status'),
    })
    const killAt = (scope: string) => {
      this.#hearKillWord()
      if (parts.killFile.exists) this.#lookAtKillFile()
      return this.kernel.facts.kill.at(scope as KillScope)
    }
    this.authority = new Authority({
      store,
      host: parts.host,
      facts: new Set(store.audit === undefined ? [] : ['audit_chain']),
      lifeS: config.engine.confirm_s,
      glass: this.glass,
      operators: this.operators,
      books: {
        ofBot: (id) => bookOf(store.notes, id),
        botOfOrder: (id) => this.chronicle.order(id)?.botId,
        botOfApproval: (id) => botOfPayload(store.approvals.get(id)?.payload),
        botOfStanding: (id) => store.approvals.standing().find((one) => one.id === id)?.botId,
      },
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
      situation: () => ({
        runMode: this.spec.run_mode,
        isSimulated: parts.venue.fault !== undefined,
        safetyMode: this.kernel.facts.mode.mode,
        killAt,
        positionsIn: (scope) => this.positionsIn(scope),
        limitStep: (payload) => this.#limits.step(payload),
      }),
      faults: () => {
        const { reasons } = this.kernel.facts.mode
        const standing = (code: string) => (reasons.has(code) ? code : undefined)
        return { audit: standing('AUDIT_BROKEN'), clock: standing('CLOCK_CRITICAL') }
      },
    })
    this.#intake = new Intake(this.authority, store.commands, () => this.#writer, {
      instruments,
      obey: (command) => this.#obey(command),
      failedChecks: () => this.failedChecks(),
      releaseObstacles: () => {
        const { mode, reasons } = this.kernel.facts.mode
        const clearUs = Math.max(this.now, this.kernel.now) - this.chronicle.state.safety.clearSinceTs
        const dwellUs = this.spec.mode.releaseDwellUs
        return releaseObstacles({ mode, reasons, failedChecks: this.failedChecks(), clearUs, dwellUs })
      },
      botState: (id) => this.kernel.bots.find(({ config: bot }) => bot.id === id)?.state,
      killAt,
      register: (payload) => this.#register(payload),
      allocate: (payload) => this.#allocate(payload),
      reconcile: (row, payload) => this.#reconciling.ask(row, payload),
      stop: (row, how) => this.#beginStop(row, how),
      fault: (payload) => this.#fault(payload),
      acknowledge: (id) => store.alerts.acknowledge(id, this.now),
      note: (row, outcome) => this.#note(row, outcome),
      explain: (payload) => explainOrder(this.kernel, payload),
      operatorSeen: () => this.deadMan.acknowledge(parts.host.monotonicMs()),
      killLowered: () => parts.killFile.remove(),
      vote: ({ actor, reason }, { approval_id: id, vote, typed }) =>
        this.approvals.desk.vote(id, { actor, isYes: vote === 'yes', reason, typed }),
      cancelApproval: ({ actor, reason }, { approval_id: id }) => this.approvals.desk.cancel(id, actor, reason),
      addStanding: ({ actor, reason }, { bot_id: botId, instrument_id: instrumentId, notional_max, uses, seconds }) =>
        this.approvals.desk.giveStanding(
          { botId, instrumentId, notionalMax: Number(notional_max), usesLeft: uses, actor, reason },
          seconds,
        ),
      revokeStanding: ({ standing_id: id }) => this.approvals.desk.revokeStanding(id),
      now: () => Math.max(this.now, this.kernel.now),
      glass: this.glass,
      cases: this.cases,
      live: this.live,
      ladder: this.ladder,
      operators: this.operators,
      record: (fact) => this.#inputs.fact(fact, Math.max(this.now, this.kernel.now)),
      againstLimit: (payload) => this.#limits.against(payload),
      setLimit: (row, payload) => this.#limits.set(payload, row),
      againstConfig: () => this.#settings.against(),
      applyConfig: (row) => this.#settings.apply(row),
      suppress: (payload) => this.#interlocks.suppress(payload, parts.host.monotonicMs()),
    })
    this.conflator = new FeedConflator(instruments.length, {
      onBook: (at, columns, from, to) => {
        this.#before()
        this.#inputs.book(at, columns, from, to)
        this.#after()
      },
      onTrade: (at, columns, row) => {
        this.#before()
        this.#inputs.trade(at, columns, row)
        this.#after()
      },
      skipped: (at) => {
        this.tapes[at]?.skip()
      },
      now: () => this.kernel.now,
    })
    this.#listener = {
      onBook: (at, columns, from, to, number) => {
        this.tapes[at]?.heard(columns.venueTs[from] as number, columns.recvTs[from] as number)
        if (!this.feeds.book(at, columns, from, number)) return
        this.conflator.onBook(at, columns, from, to)
      },
      onTrade: (at, columns, row) => {
        const tape = this.tapes[at]
        if (!this.feeds.trade(at, columns, row)) return
        tape?.heard(columns.venueTs[row] as number, columns.recvTs[row] as number)
        tape?.trade(columns, row)
        this.#closeBars((columns.recvTs[row] as number) - 1)
        this.bars.trade(at, columns, row)
        this.conflator.onTrade(at, columns, row)
      },
      onBookLost: (at, why) => this.feeds.lost(at, why, this.now),
      report: (report, ts) => {
        this.conflator.flush()
        this.#before()
        this.#inputs.report(report, Math.max(ts, this.kernel.now))
        this.#after()
      },
    }
  }

  /** What it was made of, with the settings as they are in force. */
  get parts(): EngineParts {
    return this.#parts
  }

  /** Whether there is a kernel to look at. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Engine time, µs. */
  get now(): number {
    return this.parts.clock.now()
  }

  /** What the account was worth when it was first valued; NaN before. */
  get startEquity(): number {
    return this.equity.first
  }

  get ruleNames(): readonly { readonly number: number; readonly reasonCodes: readonly string[] }[] {
    return RULES
  }

  get policySha256(): string {
    return this.#policySha256
  }

  /** Hash of the last committed event. */
  get journalHash(): string {
    return this.#writer.hash
  }

  /** Real money waits, whatever the settings say (UGF-0-002). */
  get #leastWarmUpS(): number {
    const { live } = this.parts
    return live !== undefined && !live.isPractice ? WARM_UP_S : 0
  }

  /** What its orders are: rehearsed, or real. */
  get runMode(): SessionSpec['run_mode'] {
    return this.parts.live?.runMode ?? 'paper'
  }

  /** How often our records lost against the venue's in the last ten minutes. */
  get corrections(): number {
    return this.#reconciling.corrections(this.now)
  }

  get openCommands(): number {
    return this.#intake.open
  }

  get inputBytes(): number {
    return this.#inputs.size
  }

  // ---- start -------------------------------------------------------------------------------------------------------

  /**
   * Goes on from the books: begins a session, meets the venue, asks for what happened while nobody listened, warms the
   * indicators and reconciles. New risk waits until all of it is done.
   */
  async start(): Promise<void> {
    const { store, log } = this.parts
    this.startedTs = this.now
    this.#startedMs = this.parts.host.monotonicMs()
    const crashes = countCrashes(store, this.parts.host.wallTs())
    const state = store.state()
    this.#found('database', `${state.working.length} orders work, ${state.bots.length} bots known`)
    this.#begin(this.#plan())
    this.equity = new EquityBook(store.equity, { nowTs: this.now, dayOffsetUs: this.dayOffsetUs, notes: store.notes })
    this.watch.recall(this.kernel.facts.mode.reasons)
    this.#heedCrashes(crashes)
    this.#heedRestart(new Set(state.bots.flatMap((bot) => (isAtWork(bot.state) ? [bot.id as string] : []))))
    this.#isReady = true
    for (const fact of this.parts.news?.pending() ?? []) this.#inputs.fact(fact, this.now)
    this.#found('books', `session ${this.#writer.runNo} goes on from ${formatCount(state.counters.inputs)} inputs`)
    await this.#meetVenue()
    this.#warm()
    const standing = this.kernel.facts.kill.strictest
    if (this.parts.killFile.exists && standing !== 'HALT') this.#lookAtKillFile()
    await this.#reconciling.run('all')
    this.approvals.desk.resume()
    this.glass.resume()
    this.phase = 'RUNNING'
    this.commit()
    this.parts.news?.journaled()
    log.info('engine.start', 'running', { fields: { session: this.#writer.runNo, bots: this.spec.bots.length } })
  }

  /** An engine that dies again and again must not trade again and again: all bots are paused until an operator has looked. */
  #heedCrashes(crashes: number): void {
    const most = this.parts.config.engine.crash_restarts_max
    if (most === 0 || crashes < most) {
      this.#endCrashLoop()
      return
    }
    const detail = `the engine was cut off ${crashes} times within ten minutes`
    this.#condition({ code: CRASH_LOOP, mode: 'SAFE_MODE', detail }, this.now)
    const who = { actor: 'service:engine', reason: detail }
    for (const { config, state } of this.kernel.bots)
      if (isAtWork(state))
        this.#obey({
          ...who,
          id: this.#ownId(`crash-loop-${config.id}`),
          kind: 'BOT_PAUSE',
          botId: config.id,
        })
    this.commit()
  }

  /** A bot that was at work when the last engine ended does what it declared; those that hold are told of. */
  #heedRestart(worked: ReadonlySet<string>): void {
    const { config, store } = this.parts
    const held: string[] = []
    for (const { config: bot, state } of this.kernel.bots) {
      if (bot.id === MANUAL_BOT || !worked.has(bot.id) || !isAtWork(state)) continue
      const wish = config.bot.find(({ id }) => id === bot.id)?.on_restart ?? restartWishOf(store.notes, bot.id)
      // With money at stake nothing goes on by itself: a person looks first, and arms (UGF-D-007).
      const isHeld = isMoney(this.runMode) && wish === 'resume'
      if (wish === 'resume' && !isHeld) continue
      const why = isHeld ? `${this.runMode}: a person starts it` : `on_restart = ${wish}`
      const who = { actor: 'service:engine', reason: `${why}: the engine was started again` }
      held.push(`${bot.id} ${isHeld ? 'hold' : wish}`)
      if (wish === 'hold' || isHeld)
        this.#obey({ ...who, id: this.#ownId(`hold-${bot.id}`), kind: 'BOT_PAUSE', botId: bot.id })
      else
        this.#obey({
          ...who,
          id: this.#ownId(`flatten-${bot.id}`),
          kind: 'KILL_RAISE',
          scope: `bot:${bot.id}`,
          level: 'FLATTEN',
        })
    }
    this.#alert('BOTS_HELD', held.length > 0, 'P2', `after a restart: ${held.join(', ')}`, 'bot list')
    this.commit()
  }

  /** The reason goes when the engine has lived through the time in which it kept dying; the mode is an operator's to release. */
  #endCrashLoop(): void {
    if (!this.kernel.facts.mode.reasons.has(CRASH_LOOP)) return
    this.#condition({ code: CRASH_LOOP, mode: undefined, detail: 'the engine lived through ten minutes' }, this.now)
  }

  /** @param changed bots that a command brought or changed: they stand above the configuration */
  #plan(changed: readonly BotPlan[] = []): SessionSpec {
    const { config, instruments, deposits, store, strategyOf } = this.parts
    for (const { id, book = MAIN_BOOK } of config.bot) keepBook(store.notes, id, book)
    const plans: BotPlan[] = config.bot.map((bot) => ({
      id: bot.id,
      strategyId: bot.strategy,
      instrumentIds: bot.instruments,
      allocation: bot.allocation,
      params: bot.params,
      starts: bot.start,
    }))
    return planSession({
      instruments,
      bots: plans,
      changed,
      deposits,
      runMode: this.runMode,
      limitsFor: (botIds) =>
        sessionLimits(config, {
          runMode: this.runMode,
          startTs: this.now,
          hasAudit: store.audit !== undefined,
          debuts: botDebuts(store.notes, this.runMode, botIds, this.now),
        }),
      lossMarks: this.#isReady ? this.kernel.facts.losses?.marks : storedLossMarks(store),
      baseCurrency: config.account.base_currency,
      seed: config.engine.seed,
      startTs: this.now,
      warmUpSeconds: Math.max(config.engine.warm_up_s, this.#leastWarmUpS),
      state: store.state(),
      strategyOf,
      notes: store.notes,
    })
  }

  /** Begins a session on the books as they are. */
  #begin(spec: SessionSpec): void {
    const { store, instruments, strategyOf, newRunId } = this.parts
    const state = store.state()
    this.spec = spec
    this.runId = newRunId()
    this.#writer = store.beginSession({ runId: this.runId, openedTs: spec.start_ts, spec })
    this.chronicle = new Chronicle(instruments, state, store.lastFills(FILLS_RECALLED))
    const writer = this.#writer
    const restored = state.lastTs > 0 ? state : undefined
    const kernelConfig = sessionConfig(spec, strategyOf, restored)
    this.#policySha256 = kernelConfig.policySha256
    this.kernel = new Kernel(kernelConfig, {
      append: (event) => {
        writer.append(event)
        this.chronicle.apply(event)
        this.ladder.heed(event)
        if (event.type === 'order.blocked') this.#heedBlocked(event as KernelEvent<'order.blocked'>)
      },
    })
    this.#inputs = new InputLog(this.kernel)
    this.#guards = new GuardFeed(kernelConfig.limits.guards ?? {}, (news) =>
      this.#inputs.guard(news, Math.max(this.now, this.kernel.now)),
    )
    this.kernel.start()
    this.cases.resume()
    this.glass.retell()
    this.commit()
    // The journal is looked at as it stands, so only now.
    const drift = this.parts.drift?.(this.parts.host.monotonicMs())
    this.#guards.look(guardFacts(this, { auditFault: this.#lookAtJournal(), drift }), this.now)
    this.commit()
  }

  #heedBlocked({ payload }: KernelEvent<'order.blocked'>): void {
    if (payload.reason_code === APPROVAL_REQUIRED) this.approvals.refused(payload.order_id)
  }

  async #meetVenue(): Promise<void> {
    const { venue } = this.parts
    this.#step('venue', 'RUNNING', 'connecting')
    if (!venue.connect(this.now)) await venue.opened?.()
    if (!venue.connect(this.now)) {
      this.#step('venue', 'FAILED', `${venue.downReason ?? 'not reachable'}; trying again`)
      this.#step('orders', 'WAITING', 'until the venue answers')
      return
    }
    this.#connectedMs = this.parts.host.monotonicMs()
    this.#found('venue', `${venue.venueId} connected`)
    await this.#recover()
  }

  /** Asks the venue what became of orders and fills while nobody listened, and tells the kernel. */
  async #recover(): Promise<void> {
    const { venue, log } = this.parts
    this.#step('orders', 'RUNNING', 'asking the venue')
    try {
      const { reports, asked } = await recoverOrders(venue, this.kernel.orders.working, this.reconcile.cursor)
      for (const { report, ts } of reports) this.#inputs.report(report, Math.max(ts, this.kernel.now))
      this.commit()
      this.#found('orders', `${asked} asked for, ${reports.length} reports caught up`)
    } catch (error) {
      log.warn('engine.recover', 'the venue did not answer', { error })
      this.#step('orders', 'FAILED', 'the venue did not answer; trying again')
      venue.disconnect()
    }
  }

  /** Feeds indicators with bars from before. */
  #warm(): void {
    const { store, instruments } = this.parts
    let fed = 0
    instruments.forEach(({ id }, at) => {
      const bars = store.bars.last(id, HISTORY_BARS, this.now)
      this.bars.load(at, bars)
      for (let row = 0; row < bars.length; row++) this.#inputs.history(at, bars, row)
      fed += bars.length
    })
    this.commit()
    this.#found('history', `${fed} bars`)
  }

  // ---- turns -------------------------------------------------------------------------------------------------------

  /** A client has handed a command in and asks to be looked at now. */
  poke(): void {
    this.#isPoked = true
  }

  /** One turn: stops first, then commands, then what arrived, then time. */
  turn(): void {
    if (this.phase === 'STOPPED') return
    const { host, store, venue } = this.parts
    const startedMs = host.monotonicMs()
    if (!Number.isNaN(this.#turnedMs)) this.stallUs = Math.max(this.stallUs, (startedMs - this.#turnedMs) * 1_000)
    this.#before()
    // Before anything that may have piled up: an engine that stood still wakes up to it.
    if (this.parts.killFile.exists) this.#lookAtKillFile()
    if (this.#isPoked || store.commands.hasChanged()) {
      this.#isPoked = false
      this.#intake.look(host.wallTs())
      this.commit()
    }
    const now = this.now
    if (venue.isConnected) {
      venue.advance(now, this.#listener)
      this.conflator.endTurn()
    } else if (startedMs - this.#connectedMs >= RECONNECT_EVERY_MS && this.phase !== 'STARTING')
      this.#reconnect(startedMs)
    this.#closeBars(now - CLOCK_EVERY_US)
    if (now >= this.kernel.nextTimerTs || now - this.#clockTs >= CLOCK_EVERY_US) {
      this.#clockTs = now
      this.#inputs.clock(now)
      this.#after()
    }
    if (now - this.#checkpointTs >= CHECKPOINT_EVERY_US && this.phase === 'RUNNING') {
      this.#checkpointTs = now
      this.#inputs.checkpoint(now)
      keepLossMarks(store, this.kernel.facts.losses?.marks)
    }
    if (startedMs - this.#watchedMs >= WATCH_EVERY_MS) {
      this.#watchedMs = startedMs
      this.#lookAround(now)
    }
    // A flatten that has closed everything waits for the venue's word.
    const everyS = this.kernel.asksVenue ? 1 : this.parts.config.engine.reconcile_every_s
    if (this.cases.isDue(now) || this.reconcile.isDue(now, everyS * US_PER_SECOND)) void this.#reconciling.run('all')
    this.#reconciling.look(now)
    this.#stopping.look()
    this.commit()
    this.#turnedMs = host.monotonicMs()
    sample(this.turnMs, this.#turnedMs - startedMs)
  }

  /** A raised kill is obeyed before anything else happens: nothing is sent after it. */
  #before(): void {
    this.#inputMs = this.parts.host.monotonicMs()
    this.#hearKillWord()
  }

  #hearKillWord(): void {
    const { killWord } = this.parts
    if (killWord === undefined) return
    const level = takeKillWord(killWord)
    if (level === undefined) return
    const outcome = this.#obey({
      id: this.#ownId('kill-word'),
      actor: 'human:screen',
      reason: 'kill screen',
      kind: 'KILL_RAISE',
      scope: 'global',
      level,
    })
    this.parts.log.warn('engine.kill', `kill ${level} from the screen`, { fields: { ok: outcome.ok } })
  }

  /** What the kernel decided becomes durable, and only then leaves. */
  #after(): void {
    if (this.kernel.outbox.length > 0) this.commit()
  }

  /** Commits everything that waits and performs the effects that became durable with it. */
  commit(): void {
    const { host, venue } = this.parts
    const startedMs = host.monotonicMs()
    const effects = this.kernel.takeOutbox()
    // Inputs that led to nothing wait for those that do: losing them loses nothing.
    if (effects.length === 0 && !this.#writer.isDirty && this.#inputs.size < INPUTS_MAX) return
    const inputs = this.#inputs.take()
    if (inputs !== undefined) this.#writer.record(inputs)
    this.#writer.commit()
    this.commits++
    sample(this.commitMs, host.monotonicMs() - startedMs)
    for (const effect of effects) {
      const ts = this.kernel.now
      if (effect.kind === 'place') venue.place(effect.order, ts, this.#isFlatten(effect.order.orderId))
      else if (effect.kind === 'amend') venue.amend(effect.amend, ts)
      else venue.cancel(effect.orderId, effect.instrumentAt, ts)
    }
    if (effects.length > 0) sample(this.orderMs, host.monotonicMs() - this.#inputMs)
  }

  #isFlatten(orderId: OrderId): boolean {
    return this.kernel.orders.get(orderId)?.origin === 'flatten'
  }

  #closeBars(ts: number): void {
    this.bars.close(ts, (at, bars, row) => {
      this.parts.store.bars.append(this.parts.instruments[at]?.id ?? '', bars, row)
      this.#before()
      this.#inputs.bar(at, bars, row)
      this.#after()
    })
  }

  #reconnect(nowMs: number): void {
    this.#connectedMs = nowMs
    if (!this.parts.venue.connect(this.now)) return
    this.parts.log.info('engine.reconnect', 'the venue answers again')
    void this.#recover().then(() => this.#reconciling.run('all'))
  }

  // ---- watching ----------------------------------------------------------------------------------------------------

  /** How far the wall clock is off: against the monotonic one, or against others, whichever is worse. µs with its sign. */
  get worstSkewUs(): number {
    const [own, others] = [this.parts.clock.skewUs(), this.skew.certainUs]
    return Math.abs(others) > Math.abs(own) ? others : own
  }

  /** A kill that somebody wanted to look at again: it stands until it is lowered, and says that it is time. */
  #heedReviews(now: number): void {
    const due = this.chronicle.state.safety.kills.filter(({ reviewTs }) => reviewTs !== undefined && now >= reviewTs)
    const text = due.map(({ scope, level, reason }) => `${level} of ${scope}: ${reason}`).join('; ')
    this.#alert('KILL_REVIEW', due.length > 0, 'P1', `look again at ${text}`, 'kill status')
  }

  /** Has other clocks asked, and tells when what they say has become another. */
  #heedClock(): void {
    const { skew } = this
    skew.look()
    const { state, reading } = skew
    if (state === this.#clockTold) return
    const before = this.#clockTold
    this.#clockTold = state
    const detail = skew.sources.map(({ name, fault }) => (fault === '' ? name : `${name}: ${fault}`)).join('; ')
    this.#inputs.fact(
      {
        type: 'clock.state_changed',
        payload: {
          from: before,
          to: state,
          offset_us: reading?.offsetUs,
          uncertainty_us: reading?.uncertaintyUs,
          detail: detail.slice(0, 400),
        },
      },
      Math.max(this.now, this.kernel.now),
    )
    this.#alert('CLOCK_UNKNOWN', state === 'UNKNOWN', 'P1', `no source answers: ${detail}`, 'time status')
  }

  #lookAround(now: number): void {
    const { venue, diskFree } = this.parts
    this.feeds.look(now, venue.isConnected)
    this.#heedClock()
    this.#heedReviews(now)
    const venueStatus = venue.status?.()
    const nowMs = this.parts.host.monotonicMs()
    const drift = this.parts.drift?.(nowMs)
    const auditFault = this.#lookAtJournal()
    this.#guards.look(guardFacts(this, { auditFault, drift }), now)
    const watched = {
      blindness: this.#blindness,
      leaks: this.parts.leaks?.(),
      skewUs: this.worstSkewUs,
      stallUs: this.stallUs,
      diskFree: diskFree?.(),
      isReconciled: this.reconcile.last !== undefined,
      reconcile: this.reconcile.isUnanswered
        ? 'UNKNOWN'
        : this.reconcile.last?.status === 'MISMATCH'
          ? 'MISMATCH'
          : 'OK',
      isVenueUp: venue.isConnected,
      auditFault,
      venueTrouble: venueStatus?.trouble,
    } as const
    const conditions = this.watch.look(watched, nowMs)
    this.stallUs = 0
    this.glass.look()
    this.live.look(this.kernel.facts.mode.mode === 'HALTED' || this.kernel.facts.kill.at('global') === 'HALT')
    this.ladder.look()
    this.#interlocks.heedDrift(drift)
    if (venueStatus !== undefined) this.#interlocks.heedKey(venue.venueId, venueStatus)
    this.#interlocks.heedExposure(now, () => this.#heldWorth())
    if (venueStatus?.isSpent === true) this.#heedSpentVenue(venueStatus)
    if (nowMs - this.#startedMs > CRASH_WINDOW_US / 1_000) this.#endCrashLoop()
    for (const condition of conditions) this.#condition(condition, now)
    this.#heedFlags(now)
    this.#heedSilence()
    this.#markEquity(now)
    this.approvals.look()
    const { frozen } = this.chronicle
    const said = `${[...frozen].join(' ')}: the venue does not end them; cancel or resolve them by hand`
    this.#alert('ORDERS_FROZEN', frozen.size > 0, 'P0', said, 'order list')
    for (const { scope, state, detail } of this.chronicle.flatten.values()) {
      const isLate = state === 'WAITING' || state === 'STUCK' || state === 'INCOMPLETE'
      this.#alert(`FLATTEN ${scope}`, isLate, 'P0', `${state}: ${detail}`, 'kill status')
    }
    this.commit()
  }

  /** What is wrong with the journal, as far as it was checked; each look goes a little further. */
  #lookAtJournal(): string | undefined {
    return this.parts.store.audit?.look({ ms: this.parts.host.monotonicMs(), ts: this.now })
  }

  #heldWorth(): readonly HeldWorth[] {
    const { portfolio } = this.kernel
    return this.parts.instruments.map((_, at) => ({
      at,
      exposure: portfolio.exposure(at),
      lots: portfolio.accountQty(at),
    }))
  }

  /** Is told once a second what the health checks came to; too little known is a reason to stand back (OBS_UNKNOWN). */
  heedHealth(checks: readonly { readonly name: string; readonly health: string }[]): void {
    // Why a venue that is down cannot be asked is known; it is told as VENUE_DOWN.
    const open = this.parts.venue.isConnected ? checks : checks.filter(({ name }) => name !== 'reconcile')
    this.#blindness = this.phase === 'RUNNING' ? this.#sight.look(open, this.parts.host.monotonicMs()) : undefined
  }

  /** A venue that cannot be asked takes no new risk until an operator has looked (UGF-0-008). */
  #heedSpentVenue({ givenUp }: VenueStatus): void {
    const { venueId } = this.parts.venue
    const scope = `venue:${venueId}` as const
    if (this.kernel.facts.kill.at(scope) !== 'NONE') return
    const reason = `${givenUp} questions to ${venueId} were given up within a minute`
    const id = this.#ownId('venue-spent')
    void this.#obey({ actor: 'service:engine', reason, id, kind: 'KILL_RAISE', scope, level: 'CLOSE_ONLY' })
  }

  /** Flags that cannot be read are off, and health says so (UGF-0-020). */
  #heedFlags(now: number): void {
    const { fault, expired } = this.authority.flags()
    if ((fault !== undefined) !== this.kernel.facts.mode.reasons.has(FLAGS_UNREADABLE)) {
      const mode = fault === undefined ? undefined : 'DEGRADED'
      this.#condition({ code: FLAGS_UNREADABLE, mode, detail: fault ?? 'the flags can be read again' }, now)
    }
    this.#alert('FLAG_EXPIRED', expired.length > 0, 'P2', `${expired.join(', ')}: off again`, 'flag list')
  }

  /**
   * The data of a bot is its heartbeat: it thinks in our own thread, and one that hangs hangs us, which the watchdog sees.
   * Bars that we close ourselves are none.
   */
  #heedSilence(): void {
    if (this.phase !== 'RUNNING') return
    const bots = this.kernel.bots.map(({ config, state }) => ({
      id: config.id,
      isRunning: state === 'RUNNING' && config.id !== MANUAL_BOT,
      heardTs: Math.max(...config.instruments.map((at) => this.tapes[at]?.heardTs || 0)),
    }))
    this.deadMan.look(bots, this.parts.host.monotonicMs())
  }

  /** A command that the engine gives itself. */
  #ownId(what: string): Command['id'] {
    return `${what}-${this.kernel.inputs}` as Command['id']
  }

  #condition(condition: Condition, now: number): void {
    this.#inputs.condition(condition, Math.max(now, this.kernel.now))
    if (condition.mode === 'SAFE_MODE' || condition.mode === 'HALTED')
      this.parts.venue.holdBack?.('openings', `${condition.code} was found`)
    const severity = condition.mode === 'DEGRADED' ? 'P2' : condition.mode === 'HALTED' ? 'P0' : 'P1'
    this.#alert(condition.code, condition.mode !== undefined, severity, condition.detail, 'health')
    if (condition.mode !== undefined) this.parts.log.warn('engine.watch', `${condition.code} ${condition.detail}`)
  }

  #alert(source: string, isOn: boolean, severity: 'P0' | 'P1' | 'P2' | 'P3', text: string, command: string): void {
    const { alerts } = this.parts.store
    if (isOn) alerts.raise({ source, severity, text: `${source} ${text}`.slice(0, 200), command }, this.now)
    else alerts.resolve(source, this.now)
  }

  /** Keeps the account's curve, and once a second holds it against its limits: at marks, not on closed trades alone. */
  #markEquity(now: number): void {
    const { portfolio, bots } = this.kernel
    const { equity } = portfolio
    this.equity.mark(now, {
      equity,
      bots: bots.map(({ at, config }) => ({ id: config.id, equity: portfolio.botEquity(at) })),
      gains: () => portfolio.gains,
    })
    if (!Number.isFinite(equity) || now - this.#monitoredTs < MONITOR_EVERY_US) return
    this.#monitoredTs = now
    this.#heedLimits(now)
  }

  /** Every limit on what is held, with what it is away from. */
  heldLimits(): readonly HeldLimit[] {
    const { portfolio } = this.kernel
    const { peak } = this.equity
    const { instruments, config } = this.parts
    const dayStart = this.equity.startEquity('day')
    return heldLimits({ equity: portfolio.equity, peak, dayStart, instruments, portfolio }, config.limits)
  }

  /** Limits are told before they are reached, and answered when they are. */
  #heedLimits(now: number): void {
    const limits = this.heldLimits()
    for (const { rule, scope, share } of limits) {
      const isNear = share >= LIMIT_NEAR && share < 1
      this.#alert(`LIMIT_80 ${rule} ${scope}`, isNear, 'P2', `${(100 * share).toFixed(0)} % used`, 'portfolio show')
    }
    const breaches = breachesOf(limits)
    const said = breaches.map(({ rule, scope, text }) => `${rule} ${scope}: ${text}`).join('; ')
    this.#alert('LOSS_LIMIT', breaches.length > 0, 'P0', said, 'portfolio show')
    this.#escalation.look(breaches, now)
  }

  #lookAtKillFile(): void {
    const order = this.parts.killFile.look()
    if (order === undefined) return
    this.parts.log.warn('engine.kill', `kill file: ${order.level} ${order.reason}`)
    this.#obey({
      id: this.#ownId('kill-file'),
      actor: 'human:kill-file',
      reason: order.reason,
      kind: 'KILL_RAISE',
      scope: 'global',
      level: order.level,
    })
    this.commit()
  }

  // ---- commands ----------------------------------------------------------------------------------------------------

  #obey(command: Command): CommandOutcome {
    const outcome = this.#inputs.command(command, Math.max(this.now, this.kernel.now))
    // What was allowed before a stop and has not left yet does not leave after it.
    if (command.kind === 'KILL_RAISE' && outcome.ok) {
      const { scope, level } = command
      const what = scope === 'global' && level === 'HALT' ? 'all' : 'openings'
      this.parts.venue.holdBack?.(what, `kill ${level} was raised for ${scope}`)
    }
    if (this.kernel.outbox.length > 0) this.commit()
    return outcome
  }

  #note(
    { id, actor, reason, type }: Pick<CommandRow, 'id' | 'actor' | 'reason' | 'type'>,
    outcome: CommandOutcome,
  ): void {
    if (this.phase === 'STOPPED') return
    const { result: _, ...told } = outcome
    this.#obey({ id: id as Command['id'], actor, reason, kind: 'NOTED', command: type, outcome: told })
  }

  /** The switch that real orders wait for; at a practice venue no money does. */
  #isLiveOn(): boolean {
    return this.parts.live?.isPractice === true || isFlagOn(this.authority.flags(), 'live_enabled', this.runMode)
  }

  /** What stands between here and a milder mode, beyond the mode machine's own reasons. */
  failedChecks(): readonly string[] {
    const failed: string[] = []
    if (this.reconcile.last?.status !== 'OK') failed.push('RECONCILE_NOT_OK')
    if (!this.parts.venue.isConnected) failed.push('VENUE_DOWN')
    if (this.parts.killFile.exists) failed.push('KILL_FILE_PRESENT')
    return failed
  }

  /** Positions that are open in a scope. */
  positionsIn(scope: string): number {
    return this.kernel.holdingsIn(scope as 'global').length
  }

  #register(payload: CommandPayload<'BOT_REGISTER'>): CommandOutcome {
    const { bot_id: id, strategy_id: strategyId, instrument_ids: instrumentIds, allocation, params } = payload
    if (this.spec.bots.some((bot) => bot.id === id))
      return { ok: false, reasonCodes: ['BOT_EXISTS'], detail: `bot ${id} is registered; ids are never used again` }
    const plan: BotPlan = { id, strategyId, instrumentIds, allocation, params, starts: false }
    try {
      botSpec(plan, this.parts)
    } catch (error) {
      return { ok: false, reasonCodes: ['BOT_INVALID'], detail: error instanceof Error ? error.message : String(error) }
    }
    keepRestartWish(this.parts.store.notes, id, payload.on_restart ?? DEFAULT_RESTART_WISH)
    keepBook(this.parts.store.notes, id, payload.book ?? MAIN_BOOK)
    this.#renew([plan], `bot ${id} registered`)
    return { ok: true, reasonCodes: [], detail: `${id} is registered and idle`, result: { bot_id: id } }
  }

  #allocate(payload: CommandPayload<'BOT_SET_ALLOCATION'>): CommandOutcome {
    const bot = this.spec.bots.find(({ id }) => id === payload.bot_id)
    if (bot === undefined)
      return { ok: false, reasonCodes: ['BOT_UNKNOWN'], detail: `there is no bot ${payload.bot_id}` }
    const plan: BotPlan = {
      id: bot.id,
      strategyId: bot.strategy.id,
      instrumentIds: bot.instruments.map((at) => this.parts.instruments[at]?.id ?? ''),
      allocation: payload.allocation,
      params: bot.strategy.params as BotPlan['params'],
      starts: false,
    }
    this.#renew([plan], `allocation of ${bot.id} set to ${payload.allocation}`)
    return { ok: true, reasonCodes: [], detail: `${bot.id} may trade with ${payload.allocation}` }
  }

  /** Ends the session and begins the next on the same books: how anything changes that a kernel is made of. */
  #renew(more: readonly BotPlan[], why: string): void {
    this.#inputs.stop('completed', why, this.now)
    this.commit()
    const { venue } = this.parts
    this.#begin(this.#plan(more))
    this.feeds.reset()
    this.#warm()
    // Books are windows of the kernel that went: a new snapshot fills those of the new one.
    venue.disconnect()
    venue.connect(this.now)
    void this.#recover().then(() => this.#reconciling.run('all'))
  }

  #fault(payload: CommandPayload<'VENUE_FAULT'>): CommandOutcome {
    const { venue } = this.parts
    if (venue.fault === undefined)
      return { ok: false, reasonCodes: ['NOT_SIMULATED'], detail: `${venue.venueId} is no simulated venue` }
    const instrument = this.parts.instruments.find(({ id }) => id === payload.instrument_id)
    if (payload.instrument_id !== undefined && instrument === undefined) {
      const detail = `there is no instrument ${payload.instrument_id}`
      return { ok: false, reasonCodes: ['INSTRUMENT_UNKNOWN'], detail }
    }
    const detail = venue.fault(payload.fault, { instrumentId: instrument?.id, seconds: payload.seconds })
    return { ok: true, reasonCodes: [], detail }
  }

  // ---- stop --------------------------------------------------------------------------------------------------------

  #beginStop(row: CommandRow | undefined, how: StopKind): CommandOutcome {
    if (this.phase === 'STOPPING')
      return { ok: false, reasonCodes: ['STOPPING'], detail: 'the engine is stopping already' }
    this.phase = 'STOPPING'
    return this.#stopping.begin(row, how)
  }

  /** Asks for a safe stop: what SIGTERM does. */
  requestStop(how: StopKind): CommandOutcome {
    return this.#beginStop(undefined, how)
  }

  #end(detail: string): void {
    const { venue, log } = this.parts
    this.#inputs.stop('completed', detail, Math.max(this.now, this.kernel.now))
    this.commit()
    keepLossMarks(this.parts.store, this.kernel.facts.losses?.marks)
    this.ladder.keep()
    this.parts.store.audit?.seal(this.now)
    venue.disconnect()
    this.phase = 'STOPPED'
    log.info('engine.stop', detail)
  }

  // ---- words -------------------------------------------------------------------------------------------------------

  #found(part: string, fact: string): void {
    this.#step(part, 'OK', fact)
  }

  #step(part: string, state: StartupFact['state'], fact: string): void {
    const at = this.startup.findIndex((step) => step.part === part)
    if (at >= 0) this.startup[at] = { part, state, fact }
  }
}

/** An approval is of a bot's order, or of something that is nobody's. */
function botOfPayload(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const botId = payload?.['botId']
  return typeof botId === 'string' ? botId : undefined
}

function sample(list: number[], value: number): void {
  list.push(value)
  if (list.length > 2_048) list.splice(0, 1_024)
}

function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
