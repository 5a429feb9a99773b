/** How a figure is written: `percent` of a fraction, `duration` of microseconds, `money` of the reporting currency. */
export type FigureUnit = 'percent' | 'ratio' | 'money' | 'count' | 'duration' | 'times'

export type FigureGroup = 'return' | 'risk' | 'ratio' | 'trade' | 'cost'

export interface FigureEntry {
  readonly label: string
  readonly unit: FigureUnit
  readonly group: FigureGroup
  /** Whether its sign is news: shown as gain or loss. */
  readonly isSigned?: true
  /** What it is, for a reader who meets it for the first time. */
  readonly meaning: string
}

/** Every figure of a run, in the order of a report. "Period" is a UTC day, or a bar where a run is too short for days. */
export const FIGURES = {
  totalReturn: {
    label: 'Total return',
    unit: 'percent',
    group: 'return',
    isSigned: true,
    meaning: 'Last equity ÷ first equity − 1.',
  },
  cagr: {
    label: 'CAGR',
    unit: 'percent',
    group: 'return',
    isSigned: true,
    meaning: 'The constant yearly growth that gives the same end.',
  },
  meanReturn: {
    label: 'Mean return a period',
    unit: 'percent',
    group: 'return',
    isSigned: true,
    meaning: 'Arithmetic mean of the returns per period.',
  },
  bestReturn: {
    label: 'Best period',
    unit: 'percent',
    group: 'return',
    isSigned: true,
    meaning: 'Highest return of one period.',
  },
  worstReturn: {
    label: 'Worst period',
    unit: 'percent',
    group: 'return',
    isSigned: true,
    meaning: 'Lowest return of one period.',
  },
  positiveShare: {
    label: 'Periods in profit',
    unit: 'percent',
    group: 'return',
    meaning: 'Share of periods with a return above zero.',
  },
  exposure: {
    label: 'Exposure',
    unit: 'percent',
    group: 'return',
    meaning: 'Share of bars with an open position.',
  },
  maxDrawdown: {
    label: 'Max drawdown',
    unit: 'percent',
    group: 'risk',
    meaning: 'Deepest fall from a running peak, as a fraction of that peak, over every bar.',
  },
  maxDrawdownMoney: {
    label: 'Max drawdown, money',
    unit: 'money',
    group: 'risk',
    meaning: 'Largest fall from a running peak in money; not always the same fall.',
  },
  longestUnderWater: {
    label: 'Longest under water',
    unit: 'duration',
    group: 'risk',
    meaning: 'Longest time from a peak until equity was back at it, or until the end.',
  },
  ulcerIndex: {
    label: 'Ulcer index',
    unit: 'percent',
    group: 'risk',
    meaning: 'Root mean square of the drawdown over all bars: depth and length in one.',
  },
  volatility: {
    label: 'Volatility a year',
    unit: 'percent',
    group: 'risk',
    meaning: 'Sample standard deviation of the returns × √(periods per year).',
  },
  valueAtRisk: {
    label: 'Value at risk 95 %',
    unit: 'percent',
    group: 'risk',
    meaning: 'The 5 % quantile of the returns: one period in twenty was worse.',
  },
  expectedShortfall: {
    label: 'Expected shortfall 95 %',
    unit: 'percent',
    group: 'risk',
    meaning: 'Mean of the returns at or below the value at risk.',
  },
  skew: {
    label: 'Skew',
    unit: 'ratio',
    group: 'risk',
    meaning: 'Negative when the rare large moves are losses.',
  },
  excessKurtosis: {
    label: 'Excess kurtosis',
    unit: 'ratio',
    group: 'risk',
    meaning: 'Above 0 when extremes are more frequent than a normal distribution has them.',
  },
  sharpe: {
    label: 'Sharpe',
    unit: 'ratio',
    group: 'ratio',
    isSigned: true,
    meaning: 'Mean excess return ÷ its deviation × √(periods per year).',
  },
  probabilisticSharpe: {
    label: 'Probabilistic Sharpe',
    unit: 'percent',
    group: 'ratio',
    meaning: 'Probability that the true Sharpe is above 0, given length, skew and tails (Bailey, López de Prado 2012).',
  },
  sortino: {
    label: 'Sortino',
    unit: 'ratio',
    group: 'ratio',
    isSigned: true,
    meaning: 'Like Sharpe, over the downside deviation.',
  },
  calmar: {
    label: 'Calmar',
    unit: 'ratio',
    group: 'ratio',
    isSigned: true,
    meaning: 'CAGR ÷ max drawdown.',
  },
  omega: {
    label: 'Omega',
    unit: 'ratio',
    group: 'ratio',
    meaning: 'Sum of positive returns ÷ sum of negative ones.',
  },
  trades: { label: 'Closed trades', unit: 'count', group: 'trade', meaning: 'Trades from flat to flat that closed.' },
  tradesPerYear: {
    label: 'Trades a year',
    unit: 'ratio',
    group: 'trade',
    meaning: 'Closed trades ÷ years of the run.',
  },
  winRate: {
    label: 'Win rate',
    unit: 'percent',
    group: 'trade',
    meaning: 'Share of closed trades with a profit after fees.',
  },
  profitFactor: {
    label: 'Profit factor',
    unit: 'ratio',
    group: 'trade',
    meaning: 'Money won ÷ money lost, after fees.',
  },
  expectancy: {
    label: 'Expectancy',
    unit: 'money',
    group: 'trade',
    isSigned: true,
    meaning: 'Mean profit of a closed trade after fees.',
  },
  expectancyReturn: {
    label: 'Expectancy, percent',
    unit: 'percent',
    group: 'trade',
    isSigned: true,
    meaning: 'Mean return of a closed trade on what it cost at entry.',
  },
  averageWin: {
    label: 'Average win',
    unit: 'money',
    group: 'trade',
    isSigned: true,
    meaning: 'Mean profit of the winning trades.',
  },
  averageLoss: {
    label: 'Average loss',
    unit: 'money',
    group: 'trade',
    isSigned: true,
    meaning: 'Mean loss of the losing trades.',
  },
  bestTrade: {
    label: 'Best trade',
    unit: 'money',
    group: 'trade',
    isSigned: true,
    meaning: 'Largest profit of a trade.',
  },
  worstTrade: {
    label: 'Worst trade',
    unit: 'money',
    group: 'trade',
    isSigned: true,
    meaning: 'Largest loss of a trade, or the smallest profit.',
  },
  averageHolding: {
    label: 'Average holding',
    unit: 'duration',
    group: 'trade',
    meaning: 'Mean time from first entry to last exit of a closed trade.',
  },
  sqn: {
    label: 'SQN',
    unit: 'ratio',
    group: 'trade',
    isSigned: true,
    meaning: '√n × mean profit ÷ its deviation over closed trades (system quality number).',
  },
  fills: {
    label: 'Fills',
    unit: 'count',
    group: 'cost',
    meaning: 'Executions of our orders, open positions included.',
  },
  makerShare: {
    label: 'Maker share',
    unit: 'percent',
    group: 'cost',
    meaning: 'Share of the traded notional that rested on the book.',
  },
  turnover: {
    label: 'Turnover',
    unit: 'times',
    group: 'cost',
    meaning: 'Traded notional ÷ mean equity.',
  },
  fees: { label: 'Fees', unit: 'money', group: 'cost', meaning: 'Paid to the venue; negative when rebates outweigh.' },
  slippage: {
    label: 'Slippage',
    unit: 'money',
    group: 'cost',
    meaning: 'Fill price against the price when the order was decided; positive is a cost.',
  },
  costPerNotional: {
    label: 'Fees and slippage',
    unit: 'percent',
    group: 'cost',
    meaning: 'Both together ÷ traded notional: what a trade must earn before it earns.',
  },
} as const satisfies Readonly<Record<string, FigureEntry>>

export type FigureName = keyof typeof FIGURES

/** The catalogue as rows, in report order. */
export const FIGURE_ROWS: readonly (FigureEntry & { readonly name: FigureName })[] = Object.entries(FIGURES).map(
  ([name, entry]) => ({ name: name as FigureName, ...(entry as FigureEntry) }),
)

export const GROUP_TITLES: Readonly<Record<FigureGroup, string>> = {
  return: 'Return',
  risk: 'Risk',
  ratio: 'Ratios',
  trade: 'Trades',
  cost: 'Costs',
}
