import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { MASK, maskText, maskValue, showsSecret } from './mask.ts'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

describe('texts', () => {
  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: ***'],
    ['sent with bearer abc.def-123 twice', 'sent with bearer *** twice'],
    ['Basic dXNlcjpwYXNz', 'Basic ***'],
    [`token was ${JWT}, refused`, 'token was ***, refused'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\nafter', '***\nafter'],
    ['-----BEGIN EC PRIVATE KEY-----\nMIIEvQ', '***'],
    ['https://trader:hunter2@venue.example/path', 'https://trader:***@venue.example/path'],
    ['/order?symbol=BTC&signature=deadbeef&ts=1', '/order?symbol=BTC&signature=***&ts=1'],
    ['API-KEY: 12345', 'API-KEY: ***'],
    ['apiKey = "a b c", next', 'apiKey = "***", next'],
    ['{"api_key":"k1","qty":5}', '{"api_key":"***","qty":5}'],
    ['{\\"listenKey\\":\\"k1\\",\\"qty\\":5}', '{\\"listenKey\\":\\"***\\",\\"qty\\":5}'],
    ["{ secretAccessKey: 'k1' }", "{ secretAccessKey: '***' }"],
    ['Cookie: sid=abc; theme=dark\nHost: x', 'Cookie: ***\nHost: x'],
    ['password=hunter2', 'password=***'],
    ['ACCESS_TOKEN=x', 'ACCESS_TOKEN=***'],
  ])('%s', (text, masked) => {
    expect(maskText(text)).toBe(masked)
    expect(showsSecret(text)).toBe(true)
    expect(showsSecret(masked)).toBe(false)
  })

  test.each([
    'order o5 filled 0.01 at 15182400',
    'basic rules hold: 5 of 5',
    'a token bucket of 5 is empty',
    'hash 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'https://venue.example:443/path?symbol=BTC',
  ])('what is no secret stays: %s', (text) => {
    expect(maskText(text)).toBe(text)
  })

  test('UGF-0-012: known secrets go, wherever they stand', () => {
    expect(maskText('reply: <k>canary-42</k>', ['canary-42'])).toBe('reply: <k>***</k>')
    expect(showsSecret('reply: canary-42', ['canary-42'])).toBe(true)
  })

  test('a long text is cut and takes no long time', () => {
    expect(maskText('x'.repeat(1_000_000)).length).toBeLessThan(2_100)
    for (const word of ['token', 'Cookie: ', 'eyJ', '\\', 'a://', '-----BEGIN A-----', "token='"])
      expect(maskText(word.repeat(100_000)).length).toBeLessThan(2_100)
  })
})

describe('values', () => {
  test('UGF-0-012: names that mean a secret hide whatever they name', () => {
    const value = {
      apiKey: 'a',
      'API-KEY': 1,
      private_key: { inner: ['b'] },
      headers: [
        ['Set-Cookie', 'c'],
        ['Host', 'd'],
      ],
      more: [{ name: 'Authorization', value: 'e' }],
      map: new Map([['passphrase', 'f']]),
      qty: 5,
    }
    expect(maskValue(value)).toEqual({
      apiKey: MASK,
      'API-KEY': MASK,
      private_key: MASK,
      headers: [
        ['Set-Cookie', MASK],
        ['Host', 'd'],
      ],
      more: [{ name: 'Authorization', value: MASK }],
      map: { passphrase: MASK },
      qty: 5,
    })
  })

  test('errors keep their name, message, code and cause, without secrets', () => {
    const error = new TypeError('refused: token=abc', { cause: new Error('password: hunter2') })
    const masked = maskValue(Object.assign(error, { code: 'E1', apiSecret: 'x' })) as Record<string, unknown>
    expect(masked).toMatchObject({ name: 'TypeError', message: 'refused: token=***', code: 'E1', apiSecret: MASK })
    expect(masked['cause']).toMatchObject({ name: 'Error', message: 'password: ***' })
    expect(JSON.stringify(masked)).not.toMatch(/abc|hunter2/)
  })

  test('what JSON cannot say is said, and nothing throws', () => {
    const loop: Record<string, unknown> = { n: 1n, at: new Date(0), nan: Number.NaN, f: () => 0, set: new Set([1]) }
    loop['self'] = loop
    loop['bytes'] = new Uint8Array(3)
    loop['trap'] = {
      get now() {
        throw new Error('trap')
      },
    }
    expect(maskValue(loop)).toEqual({
      n: '1',
      at: '1970-01-01T00:00:00.000Z',
      nan: 'NaN',
      f: '[function]',
      set: [1],
      self: '[circular]',
      bytes: '[3 bytes]',
      trap: '[unreadable]',
    })
  })

  test('depth and number of keys are bounded', () => {
    let deep: unknown = 'secret-at-the-bottom'
    for (let n = 0; n < 20; n++) deep = { deep }
    expect(JSON.stringify(maskValue(deep))).not.toContain('bottom')
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n]))
    expect(Object.keys(maskValue(wide) as object)).toHaveLength(2_001)
    expect((maskValue(Array.from({ length: 5_000 }, () => 1)) as unknown[]).at(-1)).toBe('[more]')
  })
})

const CANARY = /q7Zx9Kw2Lm4/
/** A secret in one of the shapes that a program lets slip. */
const planted = fc.constantFrom<(canary: string) => unknown>(
  (canary) => ({ apiKey: canary }),
  (canary) => ({ 'X-Signature': [canary] }),
  (canary) => ({ deep: [{ 'listen-key': { a: canary } }] }),
  (canary) => `Bearer ${canary}`,
  (canary) => `sent: Authorization: Basic ${canary}=`,
  (canary) => `https://venue.example/x?a=1&token=${canary}&b=2`,
  (canary) => `postgres://me:${canary}@host/db`,
  (canary) => JSON.stringify({ body: JSON.stringify({ secret_key: canary, n: 1 }) }),
  (canary) => `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
  (canary) => `eyJhbGciOiJub25lIn0.${canary}.${canary}`,
  (canary) => new Error(`login failed, password: "${canary}"`, { cause: `cookie: a=${canary}; b=1` }),
  (canary) => Object.assign(new Error('x'), { config: { headers: new Map([['Authorization', canary]]) } }),
  (canary) => [['Authorization', canary]],
)
const canary = fc.constant('q7Zx9Kw2Lm4')

property.prop([planted, canary, fc.jsonValue({ maxDepth: 3 }), fc.string({ maxLength: 40 })])(
  'a planted secret never comes out, whatever surrounds it, and the second look agrees',
  (plant, secret, around, text) => {
    const planted = plant(secret)
    const value = { around, list: [around, planted], text: typeof planted === 'string' ? `${text} ${planted}` : text }
    const line = JSON.stringify(maskValue(value))
    expect(line).not.toMatch(CANARY)
    expect(showsSecret(line)).toBe(false)
  },
)

property.prop([fc.string({ maxLength: 200, unit: 'grapheme' })])('masking twice is masking once', (text) => {
  expect(maskText(maskText(text))).toBe(maskText(text))
})

property.prop([fc.anything()])('any value at all becomes JSON that shows no secret', (value) => {
  expect(showsSecret(JSON.stringify({ value: maskValue(value) }))).toBe(false)
})

const SCRAPS =
  'token|apiKey|=|:|"|\\"|\\\\"|\'| |Bearer |Basic |q7Zx9Kw2Lm4|cookie|Authorization|***|\n|{|}|,|;|&|eyJabcd.|a://b:c@|-----BEGIN X-----|-----END X-----|\\|…|@|/|(|]'.split(
    '|',
  )

property.prop([fc.array(fc.constantFrom(...SCRAPS), { maxLength: 14 })], { numRuns: 2_000 })(
  'scraps of secrets in any order: masked once is masked for good, and no innocent line is withheld',
  (scraps) => {
    const masked = maskText(scraps.join(''))
    expect(maskText(masked)).toBe(masked)
    expect(showsSecret(JSON.stringify({ msg: masked, logger: 'engine' }))).toBe(false)
  },
)
