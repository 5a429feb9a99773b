import { expect, test } from 'vitest'
import { describeVenue } from '../../../fixtures/venues/contract-kit.ts'
import { gmoServer } from '../../../fixtures/venues/gmo/gmo-server.ts'
import { GmoConnector } from './gmo-connector.ts'
import { gmoFailureKind, isCertainRefusal } from './gmo-errors.ts'
import { gmoSignature } from './gmo-signing.ts'

for (const instrumentId of ['gmo.BTC', 'gmo.BTC_JPY'])
  describeVenue({
    name: `GMO Coin, ${instrumentId}`,
    instrumentId,
    serve: () => gmoServer(),
    connect: ({ server }, { clock, key }) =>
      Promise.resolve(new GmoConnector({ clock, key: () => key, practiceUrl: server.url })),
  })

/** Recomputed by hand from the rule of the documentation: secret `hoge`, 2024-07-16. */
test.each([
  ['GET', '/v1/account/assets', '', 'daff080eff4acc3aca91b9cc2ba84c6c1f302a2c7625683c8d80345d988d724d'],
  ['GET', '/v1/activeOrders', '', '329fa25c4171e4c8c54a3957caf9fe26874fa206fdd5daa03cc734fc411921c7'],
  ['POST', '/v1/ws-auth', '{}', 'c200d736df23cce4c893881e6c1b40956e8f1d846d67467c5f232ca56e71e567'],
  ['PUT', '/v1/ws-auth', '{"token":"x"}', '9ed0fc8063b0b91f44645a86ea26a9833999851c2700b04f17db9178d8115876'],
  ['DELETE', '/v1/ws-auth', '{"token":"x"}', 'a70ca7453fd672ea1a9c997845c762de6a0081a41b676c5660a6f1196263361d'],
])('%s %s is signed as the venue does', (method, path, body, hex) => {
  expect(gmoSignature('hoge', { timestampMs: '1721121776490', method, path, body })).toBe(hex)
})

test('a code that nobody wrote down is UNKNOWN and refuses nothing for certain', () => {
  expect(gmoFailureKind('ERR-99999')).toBe('UNKNOWN')
  expect(isCertainRefusal('ERR-99999')).toBe(false)
  expect(isCertainRefusal('ERR-5003')).toBe(false)
  expect(isCertainRefusal('ERR-201')).toBe(true)
})

test('another host and another protocol are refused before anything is sent', () => {
  for (const practiceUrl of ['http://api.coin.z.com', 'https://api.coin.z.com.example', 'http://10.0.0.1'])
    expect(
      () =>
        new GmoConnector({
          clock: { nowUs: () => 0, monotonicMs: () => 0, after: () => () => undefined },
          key: undefined,
          practiceUrl,
        }),
    ).toThrow(/no host of this venue|not encrypted/)
})
