import { assert } from '../domain/brand.ts'

/** Labels that a metric may have: few values each. Instruments, ids, prices, amounts and hosts are none (UGF-0-013). */
const LABELS = ['service', 'op', 'method', 'status_class', 'result', 'venue', 'status', 'version'] as const
export type Label = (typeof LABELS)[number]
export type Labels = Readonly<Partial<Record<Label, string>>>

const NAME = /^profinaut_[a-z][a-z0-9]*_[a-z][a-z0-9_]*$/
const SERIES_MAX = 2_000
const SERIES_TOTAL_MAX = 20_000
/** Observations that percentiles are taken from. */
const WINDOW = 1_024
const QUANTILES = [0.5, 0.95, 0.99] as const

export interface Counter {
  add(labels?: Labels, by?: number): void
}
export interface Gauge {
  /** A value that is not known is left out, never shown as 0. */
  set(value: number | undefined, labels?: Labels): void
}
export interface Histogram {
  observe(value: number, labels?: Labels): void
  /** Of the last 1 024 observations; undefined before the first. */
  quantile(q: number, labels?: Labels): number | undefined
}

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'summary'
  readonly lines: () => Iterable<string>
}

/** Numbers of a process by name, and their text for Prometheus. Names are `profinaut_<domain>_<metric>` with the unit last. */
export class MetricsRegistry {
  readonly #metrics = new Map<string, Metric>()
  #series = 0
  #dropped = 0

  /** Counts up; the name ends in `_total`. */
  counter(name: string, help: string): Counter {
    assert(name.endsWith('_total'), `the name of a counter ends in _total, was ${name}`)
    const series = this.#values(name, help, 'counter')
    return {
      add: (labels = {}, by = 1) => {
        assert(by >= 0, `a counter counts up, was ${by}`)
        const key = textOf(labels)
        if (this.#admits(series, key)) series.set(key, (series.get(key) ?? 0) + by)
      },
    }
  }

  gauge(name: string, help: string): Gauge {
    const series = this.#values(name, help, 'gauge')
    return {
      set: (value, labels = {}) => {
        const key = textOf(labels)
        if (value === undefined) this.#series -= series.delete(key) ? 1 : 0
        else if (this.#admits(series, key)) series.set(key, value)
      },
    }
  }

  /** Distribution of a quantity, its unit last in the name: `_seconds`, `_bytes`. */
  histogram(name: string, help: string): Histogram {
    const series = new Map<string, Window>()
    this.#declare({
      name,
      help,
      type: 'summary',
      *lines() {
        for (const [key, window] of series) yield* summaryLines(name, key, window)
      },
    })
    return {
      observe: (value, labels = {}) => {
        const key = textOf(labels)
        if (!this.#admits(series, key)) return
        series.getOrInsertComputed(key, () => new Window()).observe(value)
      },
      quantile: (q, labels = {}) => series.get(textOf(labels))?.quantiles([q])[0],
    }
  }

  /** Series that were not taken because there were too many: labels have too many values. */
  get dropped(): number {
    return this.#dropped
  }

  /** Prometheus text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats, read 2026-11-22). */
  expose(): string {
    return this.#metrics
      .values()
      .map(({ name, help, type, lines }) => {
        const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`
        return head + [...lines()].map((line) => `${line}\n`).join('')
      })
      .toArray()
      .join('')
  }

  #values(name: string, help: string, type: 'counter' | 'gauge'): Map<string, number> {
    const series = new Map<string, number>()
    this.#declare({
      name,
      help,
      type,
      *lines() {
        for (const [key, value] of series) yield `${name}${braced(key)} ${numberText(value)}`
      },
    })
    return series
  }

  #declare(metric: Metric): void {
    assert(NAME.test(metric.name), `a metric is named profinaut_<domain>_<metric>, was ${metric.name}`)
    assert(!this.#metrics.has(metric.name), `a metric is declared once, was ${metric.name}`)
    this.#metrics.set(metric.name, metric)
  }

  #admits(series: ReadonlyMap<string, unknown>, key: string): boolean {
    if (series.has(key)) return true
    if (series.size >= SERIES_MAX || this.#series >= SERIES_TOTAL_MAX) {
      this.#dropped++
      return false
    }
    this.#series++
    return true
  }
}

/** The last observations, and the count and sum of all. */
class Window {
  readonly #ring = new Float64Array(WINDOW)
  count = 0
  sum = 0

  observe(value: number): void {
    this.#ring[this.count % WINDOW] = value
    this.count++
    this.sum += value
  }

  /** By nearest rank; the window is not empty. */
  quantiles(wanted: readonly number[]): readonly number[] {
    const sorted = this.#ring.slice(0, Math.min(this.count, WINDOW)).sort()
    return wanted.map((q) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number)
  }
}

function* summaryLines(name: string, key: string, window: Window): Generator<string> {
  const values = window.quantiles(QUANTILES)
  for (const [at, q] of QUANTILES.entries()) {
    const labels = `${key}${key === '' ? '' : ','}quantile="${q}"`
    yield `${name}{${labels}} ${numberText(values[at] as number)}`
  }
  yield `${name}_sum${braced(key)} ${numberText(window.sum)}`
  yield `${name}_count${braced(key)} ${window.count}`
}

/** Labels in one order, so that the same ones name the same series. */
function textOf(labels: Labels): string {
  for (const label of Object.keys(labels))
    assert((LABELS as readonly string[]).includes(label), `a label is one of ${LABELS.join(', ')}, was ${label}`)
  return LABELS.filter((label) => labels[label] !== undefined)
    .map((label) => `${label}="${escaped(labels[label] as string)}"`)
    .join(',')
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function braced(key: string): string {
  return key === '' ? '' : `{${key}}`
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
