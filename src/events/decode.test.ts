import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryEvent, arbitraryPayload, EVENT_TYPES } from '../../fixtures/arbitrary-events.ts'
import { runId } from '../domain/ids.ts'
import { decodeLine } from './decode.ts'
import { canonicalBody, encodePayload } from './encode.ts'
import { CATALOGUE, type KernelEvent } from './event.ts'
import { JournalError } from './journal-fault.ts'
import { ChainLinker, encodeLine } from './line.ts'

const RUN = runId('01970000-0000-7000-8000-000000000001')

const FILL: KernelEvent<'fill.duplicate'> = {
  seq: 1,
  ts: 5,
  type: 'fill.duplicate',
  botId: undefined,
  trace: 1,
  causeSeq: 0,
  payload: { order_id: 'o1', trade_id: 'v1', instrument_id: 'BTC/USDT' },
}

function lineOf(event: KernelEvent): string {
  const linker = new ChainLinker(RUN, { seq: event.seq - 1, hash: 'a'.repeat(64) })
  linker.link(event)
  return linker.line()
}

function faultOf(line: string): JournalError {
  try {
    decodeLine(line)
  } catch (error) {
    if (error instanceof JournalError) return error
    throw error
  }
  throw new Error('the line was read')
}

describe.each(EVENT_TYPES)('%s', (type) => {
  test('is the same text after encoding, decoding and encoding, and the same payload', () => {
    fc.assert(
      fc.property(arbitraryEvent(type, 7), (event) => {
        const line = lineOf(event)
        const stored = decodeLine(line)
        expect(encodeLine(stored)).toBe(line)
        expect(canonicalBody(stored.event)).toBe(canonicalBody(event))
        // What the schema makes of the JSON is what the decoder makes of it.
        const json = (JSON.parse(line) as { payload: unknown }).payload
        expect(stored.event.payload).toEqual(CATALOGUE[type].parse(json))
      }),
      { numRuns: 40 },
    )
  })

  test('does not depend on the order in which a payload was written', () => {
    fc.assert(
      fc.property(arbitraryPayload(type), (payload) => {
        const turned = Object.fromEntries(Object.entries(payload).toReversed())
        expect(encodePayload(type, turned)).toBe(encodePayload(type, payload))
      }),
      { numRuns: 20 },
    )
  })
})

test('numbers take their shortest form, and there is one zero', () => {
  const evidence = { a: 1e21, b: -0, c: 1e-7, d: 0.1 + 0.2, e: 100 }
  const payload = { instrument_id: 'x', name: 'SOME_NAME', strength: -0, evidence }
  const text = encodePayload('signal.emitted', payload)
  expect(text).toBe(
    '{"evidence":{"a":1e+21,"b":0,"c":1e-7,"d":0.30000000000000004,"e":100},"instrument_id":"x","name":"SOME_NAME","strength":0}',
  )
})

test('money of any size keeps every digit', () => {
  const amount = -(10n ** 60n) - 1n
  const payload = { venue_id: 'sim', currency: 'JPY', amount, postings: [{ account: 'a', currency: 'JPY', amount }] }
  const stored = decodeLine(lineOf({ ...FILL, type: 'portfolio.deposited', payload }))
  expect(stored.event.payload).toEqual(payload)
})

test('keys of evidence are in code-unit order, not in order of insertion or of any language', () => {
  const evidence = { é: 1, Z: 2, a: 3, '10': 4, '9': 5, '😀': 6, '\uffff': 7 }
  const text = encodePayload('signal.emitted', { instrument_id: 'x', name: 'SOME_NAME', strength: 1, evidence })
  expect(text).toContain('{"10":4,"9":5,"Z":2,"a":3,"é":1,"😀":6,"\uffff":7}')
})

describe('a line that this program would not have written is refused with its event and field', () => {
  const good = lineOf(FILL)
  test.each([
    ['white space', good.replace(',', ', '), 'journal.not-canonical', 'cause_seq'],
    [
      'a field that no schema names',
      good.replace('"trade_id"', '"side":"buy","trade_id"'),
      'journal.not-canonical',
      'side',
    ],
    [
      'another order of keys',
      good.replace(/"seq":1,("trace_id":"t1"),/, '$1,"seq":1,'),
      'journal.not-canonical',
      'trace_id',
    ],
    ['a number in another form', good.replace('"ts":5', '"ts":5.0'), 'journal.not-canonical', 'ts'],
    ['an escape that is not needed', good.replace('"o1"', '"\\u006f1"'), 'journal.not-canonical', 'order_id'],
    ['a key twice', good.replace('"ts":5', '"ts":5,"ts":5'), 'journal.not-canonical', 'ts'],
    [
      'a type that is not in the catalogue',
      good.replace('fill.duplicate', 'fill.tripled'),
      'journal.unknown-type',
      'type',
    ],
    ['a name of every object', good.replace('fill.duplicate', 'toString'), 'journal.unknown-type', 'type'],
    [
      'a version from the future',
      good.replace('_version":1', '_version":2'),
      'journal.schema-version',
      'schema_version',
    ],
    ['a missing field', good.replace('"order_id":"o1",', ''), 'journal.schema', 'payload.order_id'],
    ['a field of another type', good.replace('"o1"', '7'), 'journal.schema', 'payload.order_id'],
    ['a payload that is none', good.replace(/"payload":\{[^}]*\}/, '"payload":null'), 'journal.schema', 'payload'],
    ['a time with a fraction', good.replace('"ts":5', '"ts":5.5'), 'journal.schema', 'ts'],
    ['a number from zero', good.replace('"seq":1', '"seq":0'), 'journal.schema', 'seq'],
    ['a trace without its letter', good.replace('"t1"', '"1"'), 'journal.schema', 'trace_id'],
    ['a short hash', good.replace('"hash":"', '"hash":"0'), 'journal.schema', 'hash'],
    ['an empty bot', good.replace('{', '{"bot_id":"",'), 'journal.schema', 'bot_id'],
    ['half a line', good.slice(0, 80), 'journal.malformed', undefined],
    ['no object', '[1]', 'journal.malformed', undefined],
    ['nothing', '', 'journal.malformed', undefined],
  ])('%s', (_, line, code, field) => {
    const { fault, hint, message } = faultOf(line)
    expect(fault).toMatchObject({ what: code, field })
    expect(message).toContain('expected')
    expect(hint).not.toBe('')
  })

  test('digits of money with a leading zero or a signed zero', () => {
    const event = {
      ...FILL,
      type: 'portfolio.deposited',
      payload: { venue_id: 'v', currency: 'c', amount: 0n, postings: [] },
    }
    const line = lineOf(event as KernelEvent)
    expect(decodeLine(line).event.payload).toMatchObject({ amount: 0n })
    expect(faultOf(line.replace('"amount":"0"', '"amount":"-0"')).code).toBe('journal.schema')
    expect(faultOf(line.replace('"amount":"0"', '"amount":"00"')).code).toBe('journal.schema')
  })
})

describe('a payload that could not be read back is not written', () => {
  test.each([
    ['a text that is too long', { detail: 'x'.repeat(501) }, 'ops.health.detail is 0 to 500 characters'],
    ['a value outside its list', { status: 'FINE' }, 'ops.health.status is one of "OK", "BAD", "UNKNOWN"'],
    ['a missing field', { component: undefined }, 'ops.health.component is text'],
  ])('%s', (_, change, said) => {
    const payload = { component: 'feed', status: 'OK', detail: '', ...change }
    expect(() => encodePayload('ops.health', payload)).toThrow(said)
  })

  test.each([
    ['not a number', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['absent', undefined],
    ['a bigint', 1n],
  ])('evidence that is %s', (_, value) => {
    const payload = { instrument_id: 'x', name: 'SOME_NAME', strength: 1, evidence: { value } }
    expect(() => encodePayload('signal.emitted', payload)).toThrow('signal.emitted.evidence.* is text')
  })

  test.each(['__proto__', '\\', 'a"b', '\n', '\ud800'])('evidence under the name %j', (name) => {
    const evidence = Object.fromEntries([[name, 1]])
    const payload = { instrument_id: 'x', name: 'SOME_NAME', strength: 1, evidence }
    expect(() => encodePayload('signal.emitted', payload)).toThrow('signal.emitted.evidence is under plain names')
  })

  test('a quantity that is negative or no safe integer', () => {
    const payload = { inputs: -1, state_sha256: '0'.repeat(64) }
    expect(() => encodePayload('run.checkpoint', payload)).toThrow('run.checkpoint.inputs is 0 to')
    expect(() => encodePayload('run.checkpoint', { ...payload, inputs: 2 ** 53 })).toThrow('safe whole number')
  })
})
