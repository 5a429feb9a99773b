/**
 * What a bot is doing. IDLE waits to be started; STOPPING waits for its orders to end, then it is IDLE; STOPPED owns what it
 * left behind when it was taken out of the configuration; ERROR failed and waits to be started again, by itself or by hand;
 * QUARANTINED is out of the way until an operator releases it.
 */
export type BotState = 'IDLE' | 'WARMING_UP' | 'RUNNING' | 'PAUSED' | 'STOPPING' | 'STOPPED' | 'ERROR' | 'QUARANTINED'

export type BotCommandKind =
  | 'BOT_START'
  | 'BOT_PAUSE'
  | 'BOT_RESUME'
  | 'BOT_STOP'
  /** The host's: nothing was heard of it for too long. */
  | 'BOT_FAIL'
  | 'BOT_RELEASE'
  | 'BOT_SET_PARAMS'

/** States in which each command is obeyed; in all others it is INVALID_TRANSITION. */
export const OBEYED_IN: Readonly<Record<BotCommandKind, readonly BotState[]>> = {
  BOT_START: ['IDLE', 'PAUSED', 'STOPPED', 'ERROR'],
  BOT_PAUSE: ['WARMING_UP', 'RUNNING'],
  BOT_RESUME: ['PAUSED'],
  BOT_STOP: ['WARMING_UP', 'RUNNING', 'PAUSED', 'ERROR'],
  BOT_FAIL: ['WARMING_UP', 'RUNNING', 'PAUSED'],
  BOT_RELEASE: ['QUARANTINED'],
  BOT_SET_PARAMS: ['IDLE', 'PAUSED', 'STOPPED', 'ERROR'],
}

/** Whether a bot in a state sees the market. A paused one does, so that it is warm when it resumes. */
export function isFedIn(state: BotState): boolean {
  return state === 'RUNNING' || state === 'WARMING_UP' || state === 'PAUSED'
}
