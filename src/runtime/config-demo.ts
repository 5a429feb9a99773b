/**
 * What a profile without a file begins with: simulated money at the simulated venue, limits wide enough for three bots on
 * one-minute bars, and two of them running. Values by the names of the file, over the built-in defaults.
 */
export const DEMO: Readonly<Record<string, unknown>> = {
  limits: {
    venues: ['sim'],
    instruments: ['*'],
    market_orders: true,
    order_notional_max: 2_000_000,
    order_qty_max: { '*': 100 },
    gross_exposure_max: 10_000_000,
    net_exposure_max: 6_000_000,
    instrument_exposure_max: 4_000_000,
    venue_exposure_max: 10_000_000,
    depth_multiple_min: 1,
    orders_per_s_max: 10,
    cancels_per_s_max: 10,
    amends_per_s_max: 10,
    // Wider than the percentages that a day and a fall from the peak may cost, which then count.
    loss_day_max: 200_000,
    loss_drawdown_max: 500_000,
  },
  bot: [
    {
      id: 'trend',
      strategy: 'sma-cross',
      instruments: ['FX_BTC_JPY'],
      allocation: 2_000_000,
      start: true,
      on_restart: 'resume',
      // Short windows: on one-minute bars these averages cross every few minutes. To turn round, the closing and the
      // opening order count together: less than half of the allocation each.
      params: { fast: 3, slow: 8, direction: 'both', fraction: 0.4 },
    },
    {
      id: 'maker',
      strategy: 'simple-mm',
      instruments: ['ETH_USDT'],
      allocation: 2_000_000,
      start: true,
      on_restart: 'resume',
      // In lots: a percentage is of cash in the quote currency, and the bot is given base currency.
      params: { halfSpread: 3, requoteThreshold: 2, size: 100, sizeUnit: 'lots', maxInventory: 5, minRequoteMs: 4_000 },
    },
    {
      id: 'grid',
      strategy: 'grid',
      instruments: ['BTC_JPY'],
      allocation: 1_000_000,
      start: false,
      on_restart: 'resume',
      params: { levels: 5, spacing: 10, size: 8, maxInventory: 10, recentre: 'keep' },
    },
  ],
}
