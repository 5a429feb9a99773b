/** Exit codes of every command (conventions C2 of the feature specification). */
export const EXIT = {
  ok: 0,
  internal: 1,
  /** Usage, malformed input or invalid configuration. */
  usage: 2,
  /** Policy, safety state, role, disabled capability; also what has ended and cannot end again. */
  denied: 3,
  /** A challenge was printed and nothing executed. */
  confirm: 4,
  /** Mismatch, divergence, broken chain. */
  checkFailed: 5,
  /** Engine unreachable, lock held elsewhere, no acknowledgement in time. */
  unreachable: 6,
  /** A required input was unknown; never to be read as success. */
  inconclusive: 7,
  /** Ended by Ctrl-C, as shells expect it. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
