import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { chartAssets } from './chart-assets.ts'
import { escaped, reportHtml } from './html.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { HOURS_PER_DAY, sampleRun } from './sample-report.ts'

const assets = chartAssets()
const long = sampleRun(300 * HOURS_PER_DAY).report
const page = reportHtml(long, assets)

/** The contents of every script element of a type. */
function scripts(html: string, open: string): string[] {
  return html
    .split(open)
    .slice(1)
    .map((rest) => rest.slice(0, rest.indexOf('</script>')))
}

/** What the page says, without its style and scripts. */
const visible = (html: string): string => html.replace(/<(style|script)[\s\S]*?<\/\1>/g, '')

describe('reportHtml', () => {
  test('asks nothing of the network', () => {
    expect(visible(page)).not.toMatch(/https?:|src=|href=|@import|url\(/)
    expect(page).toContain("default-src 'none'")
  })

  test('allows exactly the two scripts that it carries', () => {
    const carried = scripts(page, '<script>')
    expect(carried).toEqual([assets.script, PAGE_SCRIPT])
    for (const script of carried) {
      expect(page).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`)
    }
    expect(page).not.toContain("script-src 'unsafe-inline'")
  })

  test('carries scripts that a browser can parse', () => {
    for (const script of scripts(page, '<script>')) expect(() => new Script(script)).not.toThrow()
  })

  test('carries data that reads back, in seconds and display units', () => {
    const [json = ''] = scripts(page, '<script type="application/json" id="report-data">')
    const data = JSON.parse(json)
    expect(data.equity.x).toHaveLength(long.equity.ts.length)
    expect(data.equity.x[0]).toBe(1_609_462_800)
    expect(data.equity.y[0]).toBe(10_000)
    expect(data.drawdown).toHaveLength(data.equity.x.length)
    expect(data.instruments[0].price.close[0]).toBeCloseTo(30_000, -4)
    expect(data.instruments[0].marks.x).toHaveLength(long.counts.fills)
  })

  test('escapes every text from outside', () => {
    const evil = `<script>alert(1)</script>"'&<img src=x onerror=alert(1)>`
    const html = reportHtml(
      {
        ...long,
        title: evil,
        runId: evil,
        strategy: evil,
        currency: evil,
        params: [{ name: evil, value: evil }],
        datasets: [{ name: evil, sha256: evil, rows: 1 }],
        instruments: long.instruments.map((instrument) => ({ ...instrument, name: evil })),
        assumptions: [{ name: evil, value: evil, meaning: evil }],
        notes: [
          { severity: 'warning', text: evil },
          { severity: 'info', text: evil },
        ],
        counts: { ...long.counts, decisions: [{ name: evil, count: 1 }], orders: [{ name: evil, count: 1 }] },
        finalHash: evil,
      },
      assets,
    )
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img')
    expect(scripts(html, '<script>')).toHaveLength(2)
    expect(html.split('</script>')).toHaveLength(4)
  })

  test.each([0, 1, 2, 12 * HOURS_PER_DAY])('a run of %i bars is a page without NaN', (bars) => {
    const html = reportHtml(sampleRun(bars).report, assets)
    expect(visible(html)).not.toMatch(/NaN|Infinity|undefined|null/)
    expect(html).toContain('withheld')
    expect(html.endsWith('</html>\n')).toBe(true)
  })

  test('says how many fills the marks stand for', () => {
    const marks = { ...long.marks, fills: 100_000 }
    expect(reportHtml({ ...long, marks }, assets)).toContain('of 100,000 fills are marked')
  })

  test('offers a choice where there are several instruments, and a log scale only above zero', () => {
    expect(page).not.toContain('<select')
    expect(page).toContain('id="log"')
    const two = { ...long, instruments: [...long.instruments, ...long.instruments] }
    expect(reportHtml(two, assets)).toContain('<select id="instrument"')
    const ruined = { ...long, equity: { ...long.equity, value: long.equity.value.map((value) => value - 20_000) } }
    expect(reportHtml(ruined, assets)).not.toContain('id="log"')
  })
})

test('escaped leaves nothing that HTML reads, and no control characters', () => {
  expect(escaped(`a<b>&"'\u0000\u202e`)).toBe('a&lt;b&gt;&amp;&quot;&#39; ')
})
