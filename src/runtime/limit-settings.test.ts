import { describe, expect, test } from 'vitest'
import { parseConfigFile } from './config-file.ts'
import { layerConfig } from './config-layers.ts'
import { type LimitChange, limitAt, limitText, readLimit, relaxes, withLimitChanges } from './limit-settings.ts'

const config = (toml = '') => layerConfig({ file: parseConfigFile('config.toml', toml), env: {} }).config
const whole = (limit: string) => ({ limit, scope: 'global' })
const part = (limit: string) => ({ limit, scope: 'bot:trend' })
const change = (name: { limit: string; scope: string }, value: string): LimitChange => ({
  ...name,
  value,
  actor: 'human:ann',
  reason: 'a test',
  ts: 0,
})

describe('a limit that is set while an engine runs', () => {
  test.each([
    [whole('order_notional_max'), '200000', 200_000],
    [whole('leverage_max'), 'inf', Infinity],
    [whole('market_orders'), 'false', false],
    [part('exposure_max'), '1e5', 100_000],
  ])('%j reads %s', (name, text, value) => {
    expect(readLimit(name, text)).toEqual({ value })
  })

  test.each([
    [whole('order_notional_max'), '-1', 'order_notional_max is more than 0, was -1'],
    [whole('order_notional_max'), 'nan', 'was nan'],
    [whole('order_notional_max'), '"5"', 'was "5"'],
    [whole('order_notional_max'), '5\nx = 1', 'order_notional_max is'],
    [whole('market_orders'), '1', 'market_orders is true or false'],
    [whole('order_notional'), '1', "did you mean 'order_notional_max'"],
    [whole('quiet_hours'), 'never', 'no limit that can be set while an engine runs'],
    [whole('toString'), '1', 'no limit that can be set'],
    [part('leverage_max'), '1', 'no limit that can be set for bot:trend'],
    [{ limit: 'exposure_max', scope: 'planet:mars' }, '1', 'a scope is global'],
  ])('%j refuses %j', (name, text, words) => {
    expect(readLimit(name, text)).toMatchObject({ problem: expect.stringContaining(words) })
  })

  test('stands above the settings, and leaves the others alone', () => {
    const made = withLimitChanges(config('[limits]\nscoped."bot:trend" = { market_orders = false }\n'), [
      change(whole('leverage_max'), '1.5'),
      change(part('exposure_max'), 'inf'),
    ])
    expect(limitAt(made, whole('leverage_max'))).toBe(1.5)
    expect(made.limits.scoped).toEqual({ 'bot:trend': { market_orders: false, exposure_max: Infinity } })
    expect(made.limits.order_notional_max).toBe(config().limits.order_notional_max)
    expect(limitText(limitAt(made, part('exposure_max')))).toBe('inf')
    expect(limitText(limitAt(made, part('order_notional_max')))).toBe('none')
  })

  test('that cannot be read any more stops a start: without it more would be allowed than somebody decided', () => {
    expect(() => withLimitChanges(config(), [change(whole('order_notional_max'), 'much')])).toThrow('human:ann set')
  })

  test.each([
    [whole('order_notional_max'), 5, 6, true],
    [whole('order_notional_max'), 6, 5, false],
    [whole('order_notional_max'), 5, Infinity, true],
    [whole('depth_multiple_min'), 3, 2, true],
    [whole('depth_multiple_min'), 2, 3, false],
    [whole('reserve'), true, false, true],
    [whole('reserve'), false, true, false],
    [whole('market_orders'), false, true, true],
    [whole('market_orders'), true, false, false],
    [part('exposure_max'), undefined, 5, false],
    [part('exposure_max'), 5, undefined, true],
    [part('exposure_max'), undefined, undefined, false],
  ])('%j from %s to %s relaxes: %s', (name, from, to, isRelaxed) => {
    expect(relaxes(name, from, to)).toBe(isRelaxed)
  })
})
