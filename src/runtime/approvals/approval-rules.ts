import type { Config } from '../config-schema.ts'

/** A rule by which something waits for a person's word. */
export interface ApprovalRule {
  readonly id: string
  readonly text: string
  readonly isOn: boolean
}

/** The rules as the settings have them. What lowers risk never waits. */
export function approvalRules({ approvals, limits }: Pick<Config, 'approvals' | 'limits'>): readonly ApprovalRule[] {
  const { modes, limit_share: share, first_days: days, required, solo } = approvals
  const isOn = modes.length > 0
  const where = isOn ? `orders of bots that run ${modes.join(' or ')}` : 'orders of no run mode'
  const most = share * limits.order_notional_max
  return [
    {
      id: 'LARGE_ORDER',
      isOn: isOn && share < 1,
      text: `${where}, above ${most} in base currency (${share} of limits.order_notional_max)`,
    },
    { id: 'NEW_BOT', isOn: isOn && days > 0, text: `${where}, in a bot's first ${days} days: every one` },
    {
      id: 'VOTES',
      isOn: true,
      text: `${required} ${required === 1 ? 'vote' : 'votes'}${required > 1 && solo ? '; the same person may give both, ten seconds apart, with the subject typed' : ''}`,
    },
  ]
}
