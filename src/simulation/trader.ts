import type { Random } from '../domain/random.ts'
import { COMMAND_LIFE_US, type CommandPayload, type CommandType } from '../runtime/command-catalogue.ts'
import type { EngineStore } from '../runtime/ports.ts'
import type { OperatorAct } from './plan.ts'
import { BOT } from './trading-process.ts'

interface Asked {
  readonly id: string
  readonly isConfirmed: boolean
}

/** What a person can see of the engine before saying anything. */
export interface Sight {
  readonly isArmed: boolean
  /** Whether dangerous operations are switched on. */
  readonly mayDanger: boolean
  readonly isLive: boolean
  /** The venue's clock and the engine's disagree: an engine that began on a wrong clock has to be started again. */
  readonly isClockOff: boolean
  readonly botState: string | undefined
  readonly killed: string | undefined
  readonly instrumentId: string
  readonly price: number
}

/**
 * The person at the keys: hands in commands as any client does, confirms what asks for it, and between the mishaps keeps the
 * thing going, as somebody would who wants to trade.
 */
export class Trader {
  readonly #random: Random
  readonly #wallTs: () => number
  #asked: Asked[] = []
  #number = 0

  constructor(random: Random, wallTs: () => number) {
    this.#random = random
    this.#wallTs = wallTs
  }

  /** Everything that was asked for is forgotten: the process that would have answered is gone, the rows stay. */
  forget(): void {
    this.#asked = []
  }

  submit<T extends CommandType>(
    store: EngineStore,
    type: T,
    payload: CommandPayload<T>,
    { isConfirmed = true, confirmation }: { isConfirmed?: boolean; confirmation?: string | undefined } = {},
  ): string {
    const id = `sim-${++this.#number}`
    const now = this.#wallTs()
    store.commands.submit({
      id,
      type,
      payload,
      actor: 'human:trader',
      origin: 'cli',
      reason: 'as the plan has it',
      confirmation,
      issuedTs: now,
      expiresTs: now + COMMAND_LIFE_US,
    })
    this.#asked.push({ id, isConfirmed })
    return id
  }

  /** Looks for answers, and confirms what waits for it. */
  look(store: EngineStore): void {
    const open = this.#asked
    this.#asked = []
    for (const asked of open) {
      const row = store.commands.get(asked.id)
      if (row === undefined || row.status === 'PENDING' || row.status === 'ACCEPTED') {
        if (row !== undefined) this.#asked.push(asked)
        continue
      }
      const {
        challenge_id: challengeId,
        token,
        phrase,
      } = (row.result ?? {}) as {
        readonly challenge_id?: string
        readonly token?: string
        readonly phrase?: string
      }
      if (challengeId !== undefined && token !== undefined && asked.isConfirmed && row.type !== 'CONFIRM')
        this.submit(store, 'CONFIRM', { challenge_id: challengeId, token }, { confirmation: phrase })
    }
  }

  /** Something at random, as the plan has it. */
  act(store: EngineStore, act: OperatorAct, isConfirmed: boolean, sight: Sight): void {
    const more = { isConfirmed }
    const scope = this.#random.float() < 0.5 ? 'global' : (`bot:${BOT}` as const)
    switch (act) {
      case 'kill-close-only':
      case 'kill-halt':
      case 'kill-flatten': {
        const level = act === 'kill-halt' ? 'HALT' : act === 'kill-flatten' ? 'FLATTEN' : 'CLOSE_ONLY'
        return void this.submit(store, 'KILL_RAISE', { scope, level }, more)
      }
      case 'kill-lower':
        return void this.submit(store, 'KILL_LOWER', { scope: 'global', level: milder(sight.killed) }, more)
      case 'cancel-all':
        return void this.submit(store, 'CANCEL_ALL', {}, more)
      case 'pause-bot':
        return void this.submit(store, 'BOT_PAUSE', { bot_id: BOT }, more)
      case 'resume-bot':
        return void this.submit(store, 'BOT_RESUME', { bot_id: BOT }, more)
      case 'close-position':
        return void this.submit(store, 'POSITION_CLOSE', { instrument_id: sight.instrumentId }, more)
      case 'place-order': {
        const terms = { instrument_id: sight.instrumentId, side: 'buy', type: 'LIMIT', qty: '0.002' } as const
        if (!Number.isFinite(sight.price)) return
        return void this.submit(
          store,
          'ORDER_PLACE',
          { ...terms, limit: String(Math.round(sight.price * 0.999)) },
          more,
        )
      }
      case 'reconcile':
        return void this.submit(store, 'RECONCILE_RUN', {}, more)
      case 'limit-down':
        return void this.submit(store, 'LIMIT_SET', { limit: 'open_orders_max', value: '3' }, more)
      case 'stop-safe':
      case 'stop-now':
        return void this.submit(store, 'ENGINE_STOP', { how: act === 'stop-safe' ? 'safe' : 'now' }, more)
      case 'arm':
        return void this.submit(store, 'LIVE_ARM', { minutes: 60 }, more)
      case 'disarm':
        return void this.submit(store, 'LIVE_DISARM', {}, more)
      case 'kill-word':
    }
  }

  /** Wants to trade: arms, resumes, takes kills back. */
  tend(store: EngineStore, sight: Sight): void {
    if (sight.killed !== undefined && this.#random.float() < 0.5)
      this.submit(store, 'KILL_LOWER', { scope: 'global', level: milder(sight.killed) })
    if (sight.isClockOff) this.submit(store, 'ENGINE_STOP', { how: 'now' })
    if (!sight.mayDanger) this.submit(store, 'FLAG_SET', { name: 'dangerous_ops', stage: 'on' })
    if (sight.isLive && !sight.isArmed) this.submit(store, 'LIVE_ARM', { minutes: 60 })
    if (sight.botState === 'PAUSED') this.submit(store, 'BOT_RESUME', { bot_id: BOT })
    if (sight.botState === 'STOPPED' || sight.botState === 'IDLE') this.submit(store, 'BOT_START', { bot_id: BOT })
  }
}

/** The next level below. */
function milder(level: string | undefined): 'NONE' | 'CLOSE_ONLY' | 'FLATTEN' {
  return level === 'HALT' ? 'FLATTEN' : level === 'FLATTEN' ? 'CLOSE_ONLY' : 'NONE'
}
