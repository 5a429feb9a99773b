/** What trips by itself, and what that does (UGF-0-002). */
export interface Interlock {
  readonly id: string
  /** When it trips, in one sentence. */
  readonly condition: string
  /** What happens: safety modes, or kill levels with their scope. */
  readonly result: string
  /** Stands until an operator releases it, even when its cause is gone. */
  readonly isLatched: boolean
  /** Reads what the host sees, not money: an operator may put it aside for minutes. */
  readonly canBeSuppressed: boolean
}

/** An operator puts an interlock aside for at most this long, s. */
export const SUPPRESSION_S_MAX = 300

const latched = { isLatched: true, canBeSuppressed: false }
const held = { isLatched: false, canBeSuppressed: false }
const soft = { isLatched: false, canBeSuppressed: true }

/** Every interlock, as data: what raises one looks its id up here in a test. */
export const INTERLOCKS: readonly Interlock[] = [
  {
    id: 'OBS_UNKNOWN',
    condition: 'a fifth of the health checks are UNKNOWN, or one is for a minute',
    result: 'SAFE_MODE',
    ...soft,
  },
  {
    id: 'CLOCK_WARN',
    condition: 'the wall clock moved half a second against the monotonic one',
    result: 'DEGRADED',
    ...soft,
  },
  { id: 'CLOCK_CRITICAL', condition: 'it moved a second and a half', result: 'SAFE_MODE', ...latched },
  { id: 'LOOP_STALL', condition: 'the engine stood still for five seconds', result: 'SAFE_MODE', ...soft },
  {
    id: 'RECONCILE_MISMATCH',
    condition: 'our books differ from the venue’s, twice',
    result: 'SAFE_MODE',
    ...latched,
  },
  {
    id: 'CASE_OPEN',
    condition: 'a mismatch is being repaired and proven to be gone: `reconcile case list`',
    result: 'SAFE_MODE; several instruments or an order that is not ours: CLOSE_ONLY of the scope',
    ...latched,
  },
  {
    id: 'CASE_ESCALATED',
    condition: 'three repairs did not help, it came back twice, it grows, or with money at stake a stranger’s order',
    result: 'HALTED',
    ...latched,
  },
  { id: 'RECONCILE_UNKNOWN', condition: 'the venue could not be asked for its books', result: 'DEGRADED', ...soft },
  { id: 'VENUE_DOWN', condition: 'the venue does not answer', result: 'DEGRADED', ...held },
  {
    id: 'VENUE_DEGRADED',
    condition: 'a breaker is open, or the venue wants to be left alone',
    result: 'DEGRADED',
    ...soft,
  },
  {
    id: 'AUTH_FAILURE',
    condition: 'the venue refuses our key three times in a row; three times more, or thirty in a minute',
    result: 'venue CLOSE_ONLY; venue HALT',
    ...latched,
  },
  {
    id: 'ORDER_STORM',
    condition: 'a bot wishes ten orders a second for three seconds; 120 orders leave in one second',
    result: 'bot QUARANTINED; HALTED',
    ...latched,
  },
  {
    id: 'CANCEL_LOOP',
    condition: '80 cancels in a second, or five of one order',
    result: 'SAFE_MODE',
    ...held,
  },
  {
    id: 'UNKNOWN_SPIKE',
    condition: 'the fate of 50 orders becomes unknown within a minute; again within five minutes',
    result: 'SAFE_MODE; HALTED',
    ...latched,
  },
  {
    id: 'PNL_EXPOSURE_JUMP',
    condition: 'what is held changes its worth by 35 % within a minute without a fill; still so a second later',
    result: 'global CLOSE_ONLY; global HALT',
    ...latched,
  },
  {
    id: 'LOSS_LIMIT',
    condition: 'a limit on what is held is passed; still so after a minute, each minute',
    result: 'CLOSE_ONLY; FLATTEN; HALT of the smallest scope',
    ...latched,
  },
  {
    id: 'DISK_WAL_DANGER',
    condition: 'a tenth of the disk is free; a twentieth',
    result: 'SAFE_MODE; HALTED',
    ...latched,
  },
  { id: 'AUDIT_BROKEN', condition: 'the journal was changed', result: 'HALTED', ...latched },
  {
    id: 'SECRET_LEAK',
    condition: 'a secret got past the masking of the log; its line was dropped',
    result: 'SAFE_MODE',
    ...latched,
  },
  {
    id: 'CONFIG_DRIFT',
    condition: 'the limits or safety settings on disk are no longer those in force',
    result: 'SAFE_MODE',
    ...latched,
  },
  {
    id: 'CRASH_LOOP',
    condition: 'the engine was cut off three times within ten minutes',
    result: 'SAFE_MODE',
    ...latched,
  },
]
