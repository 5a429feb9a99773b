/** Roles that an actor may have (UGF-B-001); break-glass is an exception for minutes, not a role. */
export const ROLES = ['viewer', 'researcher', 'operator', 'admin', 'cron'] as const
export type Role = (typeof ROLES)[number]

/**
 * `yes` and `no` say all; the others hold only as far as they say: figures are masked, a change may be asked for and not
 * made, SAFE_MODE may be released where no money is at stake, a break-glass must be open.
 */
export type Cell = 'yes' | 'no' | 'masked' | 'request' | 'safe_mode' | 'break_glass'

/** What each role may do, one row per kind of operation, in the order of {@link ROLES}. */
export const MATRIX = {
  /** Status, lists, panels, metrics. */
  observe: ['yes', 'yes', 'yes', 'yes', 'yes'],
  /** Balances and the details of orders. */
  restricted: ['masked', 'masked', 'yes', 'yes', 'no'],
  /** Backtest, replay, forward, catalogue. */
  research: ['no', 'yes', 'yes', 'yes', 'yes'],
  /** Reconcile, verify, back up, report. */
  upkeep: ['no', 'no', 'yes', 'yes', 'yes'],
  /** Pause and stop bots, cancel and close, raise the kill level, acknowledge. */
  stop: ['no', 'no', 'yes', 'yes', 'no'],
  /** Start and set up what trades on paper. */
  paper: ['no', 'yes', 'yes', 'yes', 'no'],
  /** Start what reads a real account. */
  shadow: ['no', 'no', 'yes', 'yes', 'no'],
  /** Start or resume with money, arm, order by hand with money. */
  live: ['no', 'no', 'no', 'yes', 'no'],
  /** Release the safety mode, lower a kill, end a quarantine, change what live runs with. */
  release: ['no', 'no', 'safe_mode', 'yes', 'no'],
  /** Open a break-glass, put an interlock aside. */
  exception: ['no', 'no', 'request', 'yes', 'no'],
  treasury: ['no', 'no', 'request', 'yes', 'no'],
  /** Operators, secrets, flags, restore, delete. */
  govern: ['no', 'no', 'no', 'yes', 'no'],
  /** Switch a gate or a monitor off. */
  unguard: ['no', 'no', 'no', 'break_glass', 'no'],
} as const satisfies Record<string, readonly [Cell, Cell, Cell, Cell, Cell]>
export type Right = keyof typeof MATRIX

export function cellOf(role: Role, right: Right): Cell {
  return MATRIX[right][ROLES.indexOf(role)] ?? 'no'
}

/** Whether a role may carry an operation out, not only ask for it. */
export function mayDo(
  role: Role,
  right: Right,
  {
    isSafeModeRelease = false,
    isBreakGlass = false,
    isRequest = false,
  }: { isSafeModeRelease?: boolean; isBreakGlass?: boolean; isRequest?: boolean } = {},
): boolean {
  switch (cellOf(role, right)) {
    case 'yes':
    case 'masked':
      return true
    case 'safe_mode':
      return isSafeModeRelease
    case 'break_glass':
      return isBreakGlass
    case 'request':
      return isRequest
    case 'no':
      return false
  }
}

/** The lesser of two roles of a person: each may do what the ones before it may. A service has one role. */
export function lesserRole(one: Role, other: Role): Role {
  return ROLES.indexOf(one) <= ROLES.indexOf(other) ? one : other
}

/** Who asks. */
export interface Actor {
  readonly kind: 'human' | 'service'
  /** `human:trader`, `service:cron`: as it is recorded. */
  readonly name: string
  readonly role: Role
}

/**
 * Reads an actor as commands name it: `human:trader` has all rights of a solo set-up, `human:trader#viewer` works with those
 * of a lesser role, every service is cron.
 *
 * @returns undefined for a name that says nobody: it may do nothing
 */
export function actorOf(name: string): Actor | undefined {
  const [, kind, id, role = 'admin'] = /^(human|service):([^#]+)(?:#([a-z]+))?$/.exec(name) ?? []
  if (id === undefined) return undefined
  if (kind === 'service') return { kind: 'service', name, role: 'cron' }
  return isRole(role) && role !== 'cron' ? { kind: 'human', name, role } : undefined
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}
