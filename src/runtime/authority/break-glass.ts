import { z } from 'zod'

/**
 * What an open break-glass may let somebody do that their role does not (UGF-0-019). An exception puts a rule aside for minutes;
 * an elevation does what another role does. Names are those of commands. What is not here stays with its role: nothing releases a mode or a kill, switches
 * the audit off, or shows a secret.
 */
export const GLASS_OPS = {
  INTERLOCK_SUPPRESS: 'exception',
  LIMIT_SET: 'exception',
  BOT_RELEASE: 'elevation',
  BOT_START: 'elevation',
  BOT_RESUME: 'elevation',
  BOT_SET_PARAMS: 'elevation',
  BOT_SET_ALLOCATION: 'elevation',
  ORDER_PLACE: 'elevation',
} as const
export type GlassOp = keyof typeof GLASS_OPS
export const GLASS_OP_NAMES = Object.keys(GLASS_OPS) as readonly GlassOp[]

/** Longest lives, seconds. */
export const GLASS_LIFE_S = { exception: 600, elevation: 1_800 } as const
/** Without a second person it opens after this, seconds: time to think, and to be seen. */
export const TIME_LOCK_S = 60

export const GLASS_STATES = ['LOCKED', 'OPEN', 'CLOSED', 'EXPIRED'] as const

/** One break-glass, from the wish to the look back at it. */
export const BreakGlass = z.strictObject({
  id: z.string(),
  scope: z.string(),
  ops: z.array(z.enum(GLASS_OP_NAMES)).min(1),
  ttlS: z.number(),
  actor: z.string(),
  reason: z.string(),
  /** Where it is written down why: an incident, a ticket, an alert. */
  evidence: z.string(),
  /** Whether it opens by itself when its lock ends: for who may open one, not for who may only ask. */
  opensAlone: z.boolean(),
  approver: z.string().optional(),
  state: z.enum(GLASS_STATES),
  requestedTs: z.number(),
  openedTs: z.number().optional(),
  endedTs: z.number().optional(),
  detail: z.string(),
  /** Commands that it let through. */
  used: z.array(z.string()),
  review: z.strictObject({ actor: z.string(), note: z.string(), ts: z.number() }).optional(),
})
export type BreakGlass = z.infer<typeof BreakGlass>

/** Why a break-glass cannot be asked for as it is; undefined where it can. */
export function glassProblem({
  ops,
  ttlS,
}: Pick<BreakGlass, 'ops' | 'ttlS'>): { readonly code: string; readonly detail: string } | undefined {
  const kind = ops.some((op) => GLASS_OPS[op] === 'exception') ? 'exception' : 'elevation'
  const most = GLASS_LIFE_S[kind]
  if (ttlS <= most) return undefined
  const names = ops.filter((op) => GLASS_OPS[op] === kind).join(', ')
  return { code: 'BREAK_GLASS_TTL', detail: `${names} is an ${kind}: at most ${most / 60} minutes, found ${ttlS / 60}` }
}

/** Whether it lets a person do something: what it names, where it names it, and only whoever asked for it. */
export function covers({ state, ops, scope, actor }: BreakGlass, who: string, type: string, where: string): boolean {
  if (state !== 'OPEN' || actor !== who) return false
  return (ops as readonly string[]).includes(type) && (scope === 'global' || scope === where)
}

/** Ended, and nobody has looked at what was done with it. */
export function isUnreviewed({ state, review, openedTs }: BreakGlass): boolean {
  return (state === 'CLOSED' || state === 'EXPIRED') && openedTs !== undefined && review === undefined
}
