import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { type Labels, MetricsRegistry } from './metrics.ts'

test('counters, gauges and histograms are told as Prometheus reads them', () => {
  const registry = new MetricsRegistry()
  const orders = registry.counter('profinaut_execution_orders_total', 'Orders sent.')
  orders.add({ venue: 'sim', result: 'ok' })
  orders.add({ result: 'ok', venue: 'sim' }, 2)
  orders.add({ result: 'a"b\\c\nd' })
  const depth = registry.gauge('profinaut_execution_outbox_depth', 'Effects that wait.\nA second line.')
  depth.set(7)
  const latency = registry.histogram('profinaut_gate_latency_seconds', 'Intent to decision.')
  for (let n = 1; n <= 100; n++) latency.observe(n, { op: 'judge' })
  expect(registry.expose()).toBe(
    [
      '# HELP profinaut_execution_orders_total Orders sent.',
      '# TYPE profinaut_execution_orders_total counter',
      'profinaut_execution_orders_total{result="ok",venue="sim"} 3',
      'profinaut_execution_orders_total{result="a\\"b\\\\c\\nd"} 1',
      '# HELP profinaut_execution_outbox_depth Effects that wait.\\nA second line.',
      '# TYPE profinaut_execution_outbox_depth gauge',
      'profinaut_execution_outbox_depth 7',
      '# HELP profinaut_gate_latency_seconds Intent to decision.',
      '# TYPE profinaut_gate_latency_seconds summary',
      'profinaut_gate_latency_seconds{op="judge",quantile="0.5"} 50',
      'profinaut_gate_latency_seconds{op="judge",quantile="0.95"} 95',
      'profinaut_gate_latency_seconds{op="judge",quantile="0.99"} 99',
      'profinaut_gate_latency_seconds_sum{op="judge"} 5050',
      'profinaut_gate_latency_seconds_count{op="judge"} 100',
      '',
    ].join('\n'),
  )
})

test('what is not known is left out, not shown as 0', () => {
  const registry = new MetricsRegistry()
  const skew = registry.gauge('profinaut_clock_skew_seconds', 'Clock against the venue.')
  skew.set(0.5)
  skew.set(undefined)
  expect(registry.expose()).not.toMatch(/^profinaut/m)
  expect(registry.histogram('profinaut_gate_latency_seconds', 'x').quantile(0.5)).toBeUndefined()
})

test('names and labels outside the rules are refused', () => {
  const registry = new MetricsRegistry()
  expect(() => registry.gauge('orders', 'x')).toThrow('profinaut_<domain>_<metric>')
  expect(() => registry.counter('profinaut_execution_orders', 'x')).toThrow('_total')
  const gauge = registry.gauge('profinaut_execution_outbox_depth', 'x')
  expect(() => registry.gauge('profinaut_execution_outbox_depth', 'x')).toThrow('once')
  expect(() => gauge.set(1, { symbol: 'BTC' } as Labels)).toThrow('was symbol')
  expect(() => registry.counter('profinaut_a_b_total', 'x').add({}, -1)).toThrow('counts up')
})

test('a label with too many values is cut off, counted, and takes nothing else along', () => {
  const registry = new MetricsRegistry()
  const gauge = registry.gauge('profinaut_execution_outbox_depth', 'x')
  for (let n = 0; n < 2_005; n++) gauge.set(n, { op: `op${n}` })
  expect(registry.dropped).toBe(5)
  gauge.set(9, { op: 'op0' })
  gauge.set(undefined, { op: 'op1' })
  gauge.set(1, { op: 'new' })
  expect(registry.dropped).toBe(5)
  expect(registry.expose()).toContain('{op="op0"} 9')
})

property.prop([
  fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1, maxLength: 3_000 }),
  fc.constantFrom(0.5, 0.95, 0.99),
])('a percentile is the one of the last 1 024 that so many are not above', (values, q) => {
  const histogram = new MetricsRegistry().histogram('profinaut_gate_latency_seconds', 'x')
  for (const value of values) histogram.observe(value)
  const last = values.slice(-1_024).toSorted((a, b) => a - b)
  expect(histogram.quantile(q)).toBe(last[Math.ceil(q * last.length) - 1])
})
