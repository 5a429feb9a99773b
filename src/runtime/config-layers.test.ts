import { describe, expect, test } from 'vitest'
import { LIVE_LIMITS, Limits } from '../risk/limits.ts'
import { ConfigError } from './config.ts'
import { parseConfigFile } from './config-file.ts'
import { type ConfigSources, type LoadedConfig, layerConfig } from './config-layers.ts'
import { Config, limitsOf, SECTIONS } from './config-schema.ts'
import { renderDefaultConfig } from './config-template.ts'

function load(toml: string, more: Partial<ConfigSources> = {}): LoadedConfig {
  return layerConfig({ file: parseConfigFile('config.toml', toml), env: {}, ...more })
}

/** What a configuration is refused for, problem by problem. */
function problems(toml: string, more: Partial<ConfigSources> = {}): readonly string[] {
  try {
    load(toml, more)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).message.split('\n')
  }
  return []
}

describe('layers', () => {
  test('without a file the demo is there: three bots, two of them starting, all with valid parameters', () => {
    const { config, origin } = layerConfig({ file: undefined, env: {} })
    expect(config.bot.map(({ id, strategy, instruments, start }) => [id, strategy, instruments, start])).toEqual([
      ['trend', 'sma-cross', ['FX_BTC_JPY'], true],
      ['maker', 'simple-mm', ['ETH_USDT'], true],
      ['grid', 'grid', ['BTC_JPY'], false],
    ])
    expect(config.limits.venues).toEqual(['sim'])
    expect(origin('limits.venues')).toEqual({ layer: 'demo' })
    expect(origin('bot.trend.start')).toEqual({ layer: 'demo' })
  })

  test('an empty file allows nothing: no bots, no venues, no market orders, no server', () => {
    const { config } = load('')
    expect(config.bot).toEqual([])
    expect(config.limits).toMatchObject({ venues: [], instruments: [], market_orders: false })
    expect(config.http).toMatchObject({ enabled: false, host: '127.0.0.1' })
    expect(limitsOf(config)).toEqual(LIVE_LIMITS)
  })

  test('each layer wins over the one before, and the origin tells which', () => {
    const toml = '# mine\n\n[engine]\nspeed = 2\nseed = 7 # lucky\n'
    expect(load('').origin('engine.speed')).toEqual({ layer: 'default' })
    const file = load(toml)
    expect(file.config.engine.speed).toBe(2)
    expect(file.origin('engine.speed')).toEqual({ layer: 'file', file: 'config.toml', line: 4 })
    expect(file.origin('engine.seed')).toEqual({ layer: 'file', file: 'config.toml', line: 5 })
    const env = { PROFINAUT_ENGINE_SPEED: '3' }
    const environment = load(toml, { env })
    expect(environment.config.engine.speed).toBe(3)
    expect(environment.config.engine.seed).toBe(7)
    expect(environment.origin('engine.speed')).toEqual({ layer: 'environment', variable: 'PROFINAUT_ENGINE_SPEED' })
    const flag = load(toml, { env, flags: { 'engine.speed': '4', 'engine.seed': undefined } })
    expect(flag.config.engine.speed).toBe(4)
    expect(flag.origin('engine.speed')).toEqual({ layer: 'flag', flag: 'engine.speed' })
    expect(flag.config.engine.seed).toBe(7)
  })

  test('text of the environment becomes what the key wants', () => {
    const env = {
      PROFINAUT_SCREEN_COLOUR: '16',
      PROFINAUT_HTTP_ENABLED: 'true',
      PROFINAUT_LIMITS_VENUES: '["sim", "gmo"]',
      PROFINAUT_LIMITS_LEVERAGE_MAX: 'inf',
      PROFINAUT_ACCOUNT_DAY_STARTS: '09:00',
      PROFINAUT_HOME: '/somewhere',
      PROFINAUT_PROFILE: 'demo',
    }
    const { config } = load('', { env })
    expect(config.screen.colour).toBe('16')
    expect(config.http.enabled).toBe(true)
    expect(config.limits).toMatchObject({ venues: ['sim', 'gmo'], leverage_max: Infinity })
    expect(config.account.day_starts).toBe('09:00')
  })

  test('every effective key is explained, with a description', () => {
    const { explain, origin } = layerConfig({ file: undefined, env: {} })
    const keys = Object.entries(SECTIONS).flatMap(([section, { shape }]) =>
      Object.keys(shape).map((key) => `${section}.${key}`),
    )
    expect(explain.map(({ key }) => key)).toEqual(expect.arrayContaining(keys))
    expect(explain.filter(({ description }) => description.length < 10)).toEqual([])
    for (const { key } of explain) expect(origin(key)).toBeDefined()
    expect(() => origin('engine.sped')).toThrow("did you mean 'engine.speed'")
  })

  test('the hash follows the effective values and nothing else', () => {
    const plain = load('[engine]\nspeed = 2\n[log]\nlevel = "warn"').hash
    expect(plain).toMatch(/^[0-9a-f]{64}$/)
    expect(load('# the other way round\nlog.level = "warn"\nengine = { speed = 2.0 }').hash).toBe(plain)
    expect(load('[log]\nlevel = "warn"', { env: { PROFINAUT_ENGINE_SPEED: '2' } }).hash).toBe(plain)
    expect(load('[engine]\nspeed = 3\n[log]\nlevel = "warn"').hash).not.toBe(plain)
    expect(load('[limits]\nleverage_max = inf').hash).not.toBe(load('').hash)
  })

  test('the limits of the file become limits of the gate', () => {
    const { config } = load(
      '[limits]\nintent_ttl_ms = 250\nprice_age_ms_max = inf\norders_per_s_max = 9\norder_qty_max = { "BTC/USDT" = 0.5 }',
    )
    expect(Limits.parse(limitsOf(config))).toEqual({
      ...LIVE_LIMITS,
      intentTtlUs: 250_000,
      priceAgeUsMax: Infinity,
      orders: { burst: 9, perUs: 1_000_000 },
      orderQtyMax: { 'BTC/USDT': 0.5 },
    })
  })

  test('an allocation is exact, however it is written', () => {
    const bot = (allocation: string) =>
      load(`[[bot]]\nid = "a"\nstrategy = "grid"\ninstruments = ["X"]\nallocation = ${allocation}`).config.bot[0]
    expect(bot('1_000_000')?.allocation).toBe('1000000')
    expect(bot('"0.1"')?.allocation).toBe('0.1')
    expect(bot('0.1')?.allocation).toBe('0.1')
  })
})

describe('what is wrong is told with its place', () => {
  const bot = '[[bot]]\nid = "a"\nstrategy = "sma-cross"\ninstruments = ["X"]\nallocation = 1\n'

  test.each([
    ['[engine]\nsped = 2', "config.toml:2: engine.sped is no setting, did you mean 'engine.speed'?"],
    ['[engin]\nspeed = 2', "config.toml:1: engin is no setting, did you mean 'engine'?"],
    ['\n\nspeed = 2', 'config.toml:3: speed is no setting'],
    ['engine = 5', 'config.toml:1: engine is a table: write it as [engine], was 5'],
    ['[engine]\nspeed = "fast"', 'config.toml:2: engine.speed is a number, was "fast"'],
    ['[engine]\nspeed = 0', 'config.toml:2: engine.speed is more than 0, was 0'],
    ['[engine]\nspeed = inf', 'config.toml:2: engine.speed is a number, was Infinity'],
    ['[engine]\nseed = 1.5', 'config.toml:2: engine.seed is a whole number, was 1.5'],
    ['[engine]\njournal = "off"', 'config.toml:2: engine.journal is one of "full", "normal", was "off"'],
    [
      '[engine]\nclock_skew_warn_ms = 5000',
      'config.toml:2: engine.clock_skew_warn_ms is at most clock_skew_critical_ms (1000), was 5000',
    ],
    [
      '[account]\nday_starts = "25:00"',
      'config.toml:2: account.day_starts is a time of day as "HH:MM", 00:00 to 23:59, was "25:00"',
    ],
    [
      '[account]\ntime_zone = "Asia/Tokio"',
      'config.toml:2: account.time_zone is a name of the time zone database such as "Asia/Tokyo", was "Asia/Tokio"',
    ],
    [
      '[http]\nhost = "0.0.0.0"',
      'config.toml:2: http.host is an address of this machine alone: 127.0.0.1, ::1 or localhost, was "0.0.0.0"',
    ],
    ['[limits]\nleverage_max = -1', 'config.toml:2: limits.leverage_max is more than 0, was -1'],
    [
      '[limits]\norder_qty_max = { "*" = "lots" }',
      'config.toml:2: limits.order_qty_max.* is a number of base units above 0, or inf for no limit, was "lots"',
    ],
    ['bot = 5', 'config.toml:1: bot is a list in [brackets], was 5'],
    [bot + bot, 'config.toml:7: bot.1.id is a name that no other bot has, was "a"'],
    [`${bot}strat = 1`, "config.toml:6: bot.0.strat is no setting, did you mean 'bot.0.start'?"],
    [
      '[[bot]]\nid = "a"\nstrategy = "grid"\ninstruments = ["X"]',
      'config.toml:1: bot.0.allocation is an amount above 0, in base currency, was missing',
    ],
    [
      bot.replace('sma-cross', 'sma-cros'),
      /^config.toml:3: bot.0.strategy is one of .*, did you mean 'sma-cross'\?, was "sma-cros"$/,
    ],
    [
      `${bot}params = { fsat = 3 }`,
      "config.toml:6: bot.0.params.fsat is no setting, did you mean 'bot.0.params.fast'?",
    ],
    [`${bot}[bot.params]\nfast = 3\nslow = "x"`, 'config.toml:8: bot.0.params.slow is a number, was "x"'],
    [`${bot}params.fast = 300`, 'config.toml:6: bot.0.params.fast is fast (300) is less than slow (100), was 300'],
  ])('%j', (toml, problem) => {
    expect(problems(toml)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)])
  })

  test('everything is told at once, wherever it came from', () => {
    const more = { env: { PROFINAUT_LOG_LEVEL: 'loud', PROFINAUT_ENGIN_SPEED: '1' }, flags: { 'http.port': '80' } }
    expect(problems('[engine]\nspeed = 0\nsped = 1', more).toSorted()).toEqual([
      '--http.port: http.port is at least 1024, was 80',
      "PROFINAUT_ENGIN_SPEED: engin.speed is no setting, did you mean 'engine.speed'?",
      'PROFINAUT_LOG_LEVEL: log.level is one of "debug", "info", "warn", "error", was "loud"',
      'config.toml:2: engine.speed is more than 0, was 0',
      "config.toml:3: engine.sped is no setting, did you mean 'engine.speed'?",
    ])
  })

  test('text that is no TOML is refused with its line', () => {
    expect(() => parseConfigFile('config.toml', '[engine]\nspeed = = 2')).toThrow(/^config\.toml:2: /)
    expect(() => parseConfigFile('config.toml', '[engine]\nspeed = 1\nspeed = 2')).toThrow(/^config\.toml:3: /)
  })

  test('a text of the environment cannot bring a second key with it', () => {
    expect(problems('', { env: { PROFINAUT_HTTP_ENABLED: 'true\nhost = "0.0.0.0"' } })).toHaveLength(1)
  })
})

test('lines are found through every way to write TOML', () => {
  const { lines } = parseConfigFile(
    'config.toml',
    [
      'a = """',
      'b = 1',
      '"""',
      "c = 'x # y' # d = 2",
      'list = [',
      '  1, # [no]',
      '  "]",',
      ']',
      '[ "quoted.table" . sub ]',
      '"k=1" = 1',
      'deep.er = { x = 1, y = "}" }',
      "s = '''",
      "[not]''''",
      '[[bot]]',
      'id = 1',
      '[bot.params]',
      'fast = 1',
      '[[bot]]',
      'id = 2',
      '[[bot.legs]]',
      'n = 1',
    ].join('\r\n'),
  )
  expect([...lines]).toEqual([
    ['a', 1],
    ['c', 4],
    ['list', 5],
    ['quoted.table.sub', 9],
    ['quoted.table.sub.k=1', 10],
    ['quoted.table.sub.deep.er', 11],
    ['quoted.table.sub.s', 12],
    ['bot.0', 14],
    ['bot.0.id', 15],
    ['bot.0.params', 16],
    ['bot.0.params.fast', 17],
    ['bot.1', 18],
    ['bot.1.id', 19],
    ['bot.1.legs.0', 20],
    ['bot.1.legs.0.n', 21],
  ])
})

describe('the file that init writes', () => {
  test('changes nothing: it is the demo, from a file', () => {
    const text = renderDefaultConfig()
    const demo = layerConfig({ file: undefined, env: {} })
    const written = load(text)
    expect(written.config).toEqual(demo.config)
    expect(written.hash).toBe(demo.hash)
  })

  test('shows every key, and its commented lines are the defaults', () => {
    const text = renderDefaultConfig()
    const uncommented = text.replaceAll(/^# (\w+ = )/gm, '$1')
    const { config, explain } = load(uncommented)
    expect(config).toEqual(layerConfig({ file: undefined, env: {} }).config)
    expect(explain.filter(({ origin }) => origin.layer !== 'file').map(({ key }) => key)).toEqual([])
    expect(Config.parse({}).http.enabled).toBe(false)
    expect(text.split('\n').filter((line) => line.startsWith('#') && line.length > 130)).toEqual([])
  })
})
