import { createHash } from 'node:crypto'
import { formatDuration } from '../../src/domain/time.ts'
import type { Figure } from '../../src/research/figure.ts'
import {
  FIGURE_ROWS,
  FIGURES,
  type FigureGroup,
  type FigureName,
  GROUP_TITLES,
} from '../../src/research/figure-catalogue.ts'
import type { BacktestReport, ReportInstrument, Tally } from '../../src/research/result.ts'
import type { ChartAssets } from './chart-assets.ts'
import {
  basisSentence,
  dayText,
  figureText,
  figureTone,
  intervalText,
  type MoneyStyle,
  moneyText,
  numberText,
  percentText,
  timeText,
} from './figure-text.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { printable } from './printable.ts'

/**
 * A finished backtest as one HTML file that asks nothing of the network: style, charting library, data and script are
 * in it, and its content policy forbids everything else, scripts that are not ours included. All text from outside is
 * escaped. The charts need a script; every figure is readable without.
 */
export function reportHtml(report: BacktestReport, assets: ChartAssets): string {
  const hashes = [assets.script, PAGE_SCRIPT].map((script) => `'sha256-${sha256(script)}'`).join(' ')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${hashes}; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${escaped(report.title)}</title>
<!-- Charts: uPlot, Copyright (c) Leon Sorokin, MIT License. -->
<style>${assets.style}</style>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${[
  header(report),
  tiles(report),
  warnings(report),
  curves(report),
  prices(report),
  monthly(report),
  figures(report),
  scenarios(report),
  counts(report),
  assumptions(report),
  provenance(report),
].join('\n')}
</main>
<script type="application/json" id="report-data">${pageData(report)}</script>
<script>${assets.script}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`
}

function sha256(script: string): string {
  return createHash('sha256').update(script).digest('base64')
}

/** Text for an element or a quoted attribute. */
export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** Text of our own with a typographic minus before numbers; the hyphens of dates stay. */
function shown(text: string): string {
  return escaped(text).replace(/(?<!\w)-(?=\d)/g, '\u2212')
}

function header(report: BacktestReport): string {
  const { span } = report
  const chips = [
    `<span class="chip"><b>${escaped(report.strategy)}</b></span>`,
    ...report.params.map(({ name, value }) => `<span class="chip">${escaped(name)} = ${escaped(value)}</span>`),
    ...report.instruments.map(({ name }) => `<span class="chip">${escaped(name)}</span>`),
  ]
  const period =
    span === undefined
      ? 'No bars'
      : `${dayText(span.fromTs)} to ${dayText(span.toTs)}, ${formatDuration(span.toTs - span.fromTs)}, ${numberText(report.counts.bars, 0)} bars`
  return `<header>
<h1>${escaped(report.title)}</h1>
<p class="soft">Backtest. ${escaped(period)}. ${escaped(moneyText(report.startEquity, report))} became <b>${escaped(moneyText(report.finalEquity, report))}</b>.</p>
<div class="chips">${chips.join('')}</div>
</header>`
}

function tiles(report: BacktestReport): string {
  const { values, sharpeInterval, deepest } = report.figures
  const text = (name: FigureName): string => figureText(values[name], FIGURES[name].unit, report)
  const recovered =
    deepest === undefined
      ? 'never below its peak'
      : deepest.recoveryTs === undefined
        ? `from ${dayText(deepest.peakTs)}, not recovered`
        : `from ${dayText(deepest.peakTs)}, back ${dayText(deepest.recoveryTs)}`
  const interval =
    'low' in sharpeInterval ? `95 %: ${intervalText(sharpeInterval, (value) => numberText(value, 2))}` : undefined
  const rows: readonly (readonly [FigureName, string])[] = [
    ['totalReturn', moneyText(report.finalEquity - report.startEquity, report)],
    ['cagr', 'growth a year'],
    ['maxDrawdown', recovered],
    ['sharpe', interval ?? 'no interval for so short a run'],
    ['winRate', `${text('trades')} closed trades`],
    ['fees', `${report.currency}; slippage ${text('slippage')}`],
  ]
  return `<section class="tiles" aria-label="Key figures">${rows
    .map(([name, more]) => {
      const value = values[name]
      const under = 'withheld' in value ? value.withheld : more
      return `<div class="tile"><div class="name">${FIGURES[name].label}</div><div class="value">${figureHtml(name, value, { ...report, currency: '' })}</div><div class="more">${shown(under)}</div></div>`
    })
    .join('')}</section>`
}

function figureHtml(name: FigureName, value: Figure, style: MoneyStyle): string {
  if ('withheld' in value) return '<span class="withheld">withheld</span>'
  const tone = figureTone(value, FIGURES[name])
  const text = shown(figureText(value, FIGURES[name].unit, style))
  return `<span class="num${tone === undefined ? '' : ` ${tone}`}">${text}</span>`
}

function warnings({ notes }: BacktestReport): string {
  return notes
    .filter(({ severity }) => severity === 'warning')
    .map(({ text }) => `<p class="note" role="note"><b>Note.</b> ${escaped(text)}</p>`)
    .join('\n')
}

function curves({ equity, currency }: BacktestReport): string {
  if (equity.ts.length < 2) return ''
  const log = equity.value.every((value) => value > 0)
    ? '<button id="log" type="button" aria-pressed="false">Log scale</button>'
    : ''
  return `<section class="card"><div class="head"><h2>Equity, ${escaped(currency)}</h2><div class="tools">${log}<button id="reset" type="button">Reset zoom</button></div></div>
<noscript><p class="soft">The charts need JavaScript. Everything else does not.</p></noscript>
<div class="chart" id="equity"></div>
<div class="head next"><h2>Drawdown</h2><span class="soft">Drag to zoom, double-click to reset; pinch on a phone.</span></div>
<div class="chart" id="drawdown"></div></section>`
}

/** Instruments with a price to draw. */
function drawn(report: BacktestReport): readonly { at: number; instrument: ReportInstrument }[] {
  if (report.equity.ts.length < 2) return []
  return report.instruments
    .map((instrument, at) => ({ at, instrument }))
    .filter(({ instrument }) => (instrument.price?.ts.length ?? 0) > 1)
}

function prices(report: BacktestReport): string {
  const instruments = drawn(report)
  const [only] = instruments
  if (only === undefined) return ''
  const options = instruments.map(({ instrument }, at) => `<option value="${at}">${escaped(instrument.name)}</option>`)
  const choice =
    instruments.length > 1
      ? `<select id="instrument" aria-label="Instrument">${options.join('')}</select>`
      : `<span class="soft">${escaped(only.instrument.name)}</span>`
  const key = (tone: string, name: string, path: string): string =>
    `<span class="key"><svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true"><path d="${path}" fill="var(--${tone})"/></svg>${name}</span>`
  const { fills, ts } = report.marks
  const thinned = fills > ts.length ? ` ${numberText(ts.length, 0)} of ${numberText(fills, 0)} fills are marked.` : ''
  return `<section class="card"><div class="head"><h2>Price and fills</h2>${choice}</div>
<div class="chart" id="price"></div>
<p class="soft keys">${key('buy', 'bought', 'M5 0L10 10H0Z')}${key('sell', 'sold', 'M0 0H10L5 10Z')}Zoom in for candles.${thinned}</p></section>`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function monthly({ monthly }: BacktestReport): string {
  if (monthly.length === 0) return ''
  const sizes = monthly.flatMap(({ months }) => months.map((value) => Math.abs(value ?? 0)))
  const monthTop = sizes.reduce((most, size) => Math.max(most, size), 1e-9)
  const yearTop = monthly.reduce((most, { total }) => Math.max(most, Math.abs(total ?? 0)), 1e-9)
  const cell = (value: number | undefined, top: number): string => {
    if (value === undefined) return '<td></td>'
    const percent = value * 100
    // The root keeps small months apart from each other when one month was enormous.
    const strength = (0.08 + 0.52 * Math.sqrt(Math.abs(value) / top)).toFixed(3)
    const style = value === 0 ? '' : ` style="background:rgba(var(--heat-${value > 0 ? 'gain' : 'loss'}),${strength})"`
    return `<td${style}>${shown(numberText(percent, Math.abs(percent) >= 100 ? 0 : 1))}</td>`
  }
  const rows = monthly.map(
    ({ year, months, total }) =>
      `<tr><td>${year}</td>${months.map((value) => cell(value, monthTop)).join('')}${cell(total, yearTop)}</tr>`,
  )
  return `<section class="card"><div class="head"><h2>Returns by month, %</h2></div><div class="scroll" tabindex="0"><table class="heat">
<thead><tr>${['', ...MONTHS, 'Year'].map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`
}

function figures(report: BacktestReport): string {
  const groups = Object.keys(GROUP_TITLES) as FigureGroup[]
  const basis = basisSentence(report.figures.basis)
  return `<section class="card"><div class="head"><h2>Figures</h2><span class="soft">${escaped(basis)}</span></div>
<div class="groups">${groups.map((group) => figureGroup(report, group)).join('\n')}</div></section>`
}

function figureGroup(report: BacktestReport, group: FigureGroup): string {
  const rows = FIGURE_ROWS.filter((row) => row.group === group).map(({ name, label, meaning }) => {
    const value = report.figures.values[name]
    const why = 'withheld' in value ? `<span class="why">${escaped(value.withheld)}</span>` : ''
    return row(label, figureHtml(name, value, report), { meaning, why })
  })
  const { sharpeInterval, meanReturnInterval } = report.figures
  const meaning = 'Stationary bootstrap of the daily returns: where 95 % of resampled histories lie.'
  const intervals =
    group === 'ratio' && 'low' in sharpeInterval
      ? [
          row(
            'Sharpe, 95 % interval',
            interval(sharpeInterval, (value) => numberText(value, 2)),
            { meaning, why: '' },
          ),
        ]
      : []
  const means =
    group === 'return' && 'low' in meanReturnInterval
      ? [row('Daily mean, 95 % interval', interval(meanReturnInterval, percentText), { meaning, why: '' })]
      : []
  return `<div class="group"><h3>${GROUP_TITLES[group]}</h3>${[...rows, ...intervals, ...means].join('\n')}</div>`
}

function interval(range: { low: number; high: number }, write: (value: number) => string): string {
  return `<span class="num">${shown(intervalText(range, write))}</span>`
}

function row(label: string, value: string, { meaning, why }: { meaning: string; why: string }): string {
  return `<div class="row" title="${escaped(meaning)}"><span>${escaped(label)}${why}</span><span>${value}</span></div>`
}

function scenarios(report: BacktestReport): string {
  if (report.scenarios.length === 0) return ''
  const percent = (value: number | undefined): string => (value === undefined ? '--' : shown(percentText(value)))
  const rows = report.scenarios.map(({ costTimes, totalReturn, maxDrawdown, trades, fees }) => {
    const tone = totalReturn === undefined || totalReturn === 0 ? '' : totalReturn > 0 ? 'gain' : 'loss'
    const name = costTimes === 0 ? 'none' : costTimes === 1 ? 'as assumed' : `${costTimes} times`
    return `<tr><td>${escaped(name)}</td><td class="${tone}">${percent(totalReturn)}</td><td>${percent(maxDrawdown)}</td><td>${numberText(trades, 0)}</td><td>${shown(moneyText(fees, report))}</td></tr>`
  })
  return `<section class="card"><div class="head"><h2>The same run with other costs</h2><span class="soft">An edge that dies at twice the cost is thin.</span></div>
<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Costs</th><th scope="col">Return</th><th scope="col">Max drawdown</th><th scope="col">Trades</th><th scope="col">Fees</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`
}

function counts({ counts }: BacktestReport): string {
  const list = (title: string, tally: Tally): string => {
    const rows = tally.map(({ name, count }) =>
      row(name, `<span class="num">${numberText(count, 0)}</span>`, { meaning: '', why: '' }),
    )
    return `<div class="group"><h3>${title}</h3>${rows.join('\n') || '<p class="soft">none</p>'}</div>`
  }
  const totals: Tally = [
    { name: 'Bars', count: counts.bars },
    { name: 'Intents', count: counts.intents },
    { name: 'Fills', count: counts.fills },
  ]
  return `<section class="card"><div class="head"><h2>What happened</h2></div><div class="columns">${list('Totals', totals)}${list('Decisions of the gate', counts.decisions)}${list('Orders by their end', counts.orders)}</div></section>`
}

function assumptions({ assumptions, notes }: BacktestReport): string {
  const info = notes.filter(({ severity }) => severity === 'info')
  const noteList =
    info.length === 0
      ? ''
      : `<div class="group"><h3>Data notes</h3><ul>${info.map(({ text }) => `<li>${escaped(text)}</li>`).join('')}</ul></div>`
  if (assumptions.length === 0 && noteList === '') return ''
  const list = assumptions.map(
    ({ name, value, meaning }) =>
      `<dt>${escaped(name)}: ${escaped(value)}</dt><dd class="soft">${escaped(meaning)}</dd>`,
  )
  return `<section class="card"><div class="head"><h2>Assumptions</h2></div><dl>${list.join('\n')}</dl>${noteList}</section>`
}

function provenance(report: BacktestReport): string {
  const datasets = report.datasets.map(
    ({ name, sha256, rows }) =>
      `<dt>Dataset ${escaped(name)}, ${numberText(rows, 0)} rows</dt><dd class="mono soft">sha256 ${escaped(sha256)}</dd>`,
  )
  const span =
    report.span === undefined
      ? ''
      : `<dt>Span</dt><dd class="mono soft">${timeText(report.span.fromTs)} to ${timeText(report.span.toTs)}</dd>`
  return `<section class="card"><div class="head"><h2>Provenance</h2></div><dl>
<dt>Run</dt><dd class="mono soft">${escaped(report.runId)}</dd>${span}
${datasets.join('\n')}
<dt>Final hash</dt><dd class="mono soft">${escaped(report.finalHash)}</dd></dl></section>
<footer>Simulated results. The past that was simulated is not the future that is traded.</footer>`
}

/** What the page's script draws: seconds and display units, rounded to what can be seen. */
function pageData(report: BacktestReport): string {
  const seconds = (ts: Float64Array): number[] => Array.from(ts, (us) => us / 1_000_000)
  const rounded = (values: Float64Array, digits: number, scale = 1): number[] =>
    Array.from(values, (value) => Number((value * scale).toFixed(digits)))
  const instruments = drawn(report).map(({ at, instrument }) => {
    const { name, tick, priceDecimals, price } = instrument
    const column = (values: Float64Array | undefined): number[] =>
      rounded(values ?? new Float64Array(0), priceDecimals, tick)
    const rows = Array.from(report.marks.instrument.keys()).filter((mark) => report.marks.instrument[mark] === at)
    return {
      name,
      decimals: priceDecimals,
      price: {
        x: seconds(price?.ts ?? new Float64Array(0)),
        open: column(price?.open),
        high: column(price?.high),
        low: column(price?.low),
        close: column(price?.close),
      },
      marks: {
        x: rows.map((mark) => (report.marks.ts[mark] ?? 0) / 1_000_000),
        y: column(Float64Array.from(rows, (mark) => report.marks.price[mark] ?? 0)),
        side: rows.map((mark) => report.marks.side[mark] ?? 0),
      },
    }
  })
  const data = {
    from: (report.span?.fromTs ?? 0) / 1_000_000,
    to: (report.span?.toTs ?? 0) / 1_000_000,
    moneyDecimals: report.moneyDecimals,
    equity: { x: seconds(report.equity.ts), y: rounded(report.equity.value, report.moneyDecimals) },
    drawdown: rounded(report.drawdown.value, 6),
    instruments,
  }
  // `<` as an escape, so that no text can end the element it stands in.
  return JSON.stringify(data).replace(/</g, '\\u003c')
}
