import type { Config } from './config-schema.ts'

/** Limits that say something nobody can have meant. */
export interface PolicyFinding {
  /** Key of the section `limits`. */
  readonly limit: string
  readonly text: string
}

/** Looks for limits that contradict each other, that nothing can meet, or that leave something unlimited. */
export function lintLimits({ limits, bot, account, deadman }: Config): readonly PolicyFinding[] {
  const found: PolicyFinding[] = []
  const say = (limit: string, isWrong: boolean, text: string): void => {
    if (isWrong) found.push({ limit, text })
  }
  const {
    order_notional_max: order,
    instrument_exposure_max: instrument,
    venue_exposure_max: venue,
    gross_exposure_max: gross,
    net_exposure_max: net,
  } = limits
  const unit = account.base_currency
  say('venues', limits.venues.length === 0, 'the list is empty: nothing may be traded anywhere')
  say('instruments', limits.instruments.length === 0, 'the list is empty: no instrument may be traded')
  say(
    'order_qty_max',
    Object.keys(limits.order_qty_max).length === 0,
    'no instrument has a largest quantity: each is refused',
  )
  say(
    'order_notional_max',
    order > instrument,
    `one order may be ${order} ${unit}, an instrument only ${instrument}: the smaller one counts`,
  )
  say(
    'instrument_exposure_max',
    instrument > venue,
    `an instrument may be ${instrument} ${unit}, its venue only ${venue}`,
  )
  say('venue_exposure_max', venue > gross, `a venue may be ${venue} ${unit}, the account only ${gross}`)
  say('net_exposure_max', net > gross, `the net exposure may be ${net} ${unit}, the gross one only ${gross}`)
  say(
    'day_loss_pct_max',
    limits.day_loss_pct_max > limits.drawdown_pct_max,
    `a day may lose ${limits.day_loss_pct_max} %, the whole fall from the peak only ${limits.drawdown_pct_max} %`,
  )
  for (const [name, value] of Object.entries({
    order_notional_max: order,
    gross_exposure_max: gross,
    leverage_max: limits.leverage_max,
  }))
    say(name, value === Infinity, 'unlimited: nothing but the cash in the account stops it')
  say('reserve', !limits.reserve, 'off: orders are sent without cash or margin set aside for their worst case')
  const allocated = bot.reduce((sum, { allocation }) => sum + Number(allocation), 0)
  say(
    'gross_exposure_max',
    allocated > gross,
    `the bots may use ${allocated} ${unit} together, the account only ${gross}`,
  )
  for (const { id, instruments } of bot)
    for (const name of instruments)
      say(
        'instruments',
        !limits.instruments.includes('*') && !limits.instruments.includes(name),
        `bot ${id} trades ${name}, which is not on the list`,
      )
  say(
    'escalate_after_s',
    limits.escalate_after_s === Infinity,
    'inf: a broken limit never leads to more than CLOSE_ONLY',
  )
  say('deadman.watchdog_s', deadman.watchdog_s === 0, 'off: nothing notices an engine that stands still')
  return found
}
