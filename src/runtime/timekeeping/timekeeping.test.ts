import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HandClock } from '../../../fixtures/engine-world.ts'
import { type ClockReading, type ClockSource, cristian } from './clock-source.ts'
import { httpSource } from './http-source.ts'
import { SkewBoard } from './skew-board.ts'
import { readChrony, readTimesync, systemSource } from './system-source.ts'
import { gradeOf } from './time-quality.ts'

const MS = 1_000
const source = (name: string, sample: () => Promise<ClockReading | undefined>): ClockSource => ({ name, sample })
const says = (offsetMs: number, uncertaintyMs = 0) =>
  source(`at ${offsetMs}`, () => Promise.resolve({ offsetUs: offsetMs * MS, uncertaintyUs: uncertaintyMs * MS }))
const mute = source('mute', () => Promise.reject(new Error('no route')))
const settled = async () => {
  for (let at = 0; at < 5; at++) await Promise.resolve()
}

async function board(...sources: readonly ClockSource[]): Promise<{ board: SkewBoard; clock: HandClock }> {
  const clock = new HandClock()
  const made = new SkewBoard(sources, clock, { warnMs: 500, criticalMs: 1_500 })
  made.look()
  await settled()
  return { board: made, clock }
}

test('a source is read at the middle of question and answer, and may be wrong by half of the way', async () => {
  const clock = new HandClock()
  const reading = await cristian(clock, () => {
    clock.pass(40)
    return Promise.resolve(clock.wall - 20 * MS + 700 * MS)
  })
  expect(reading).toEqual({ offsetUs: 700 * MS, uncertaintyUs: 20 * MS })
})

describe('UGF-0-021: what other clocks say', () => {
  test.each([
    [[says(3)], 'OK', 3],
    [[says(600)], 'WARN', 600],
    [[says(-1_600)], 'CRITICAL', -1_600],
    [[says(1), says(2), says(5_000)], 'OK', 2],
    [[says(100), says(300)], 'OK', 200],
    [[says(2), mute], 'OK', 2],
    [[says(900, 450)], 'OK', 900],
    [[says(1), says(2), says(3), says(9_000), says(9_000)], 'OK', 2],
  ] as const)('%j is %s', async (sources, state, offsetMs) => {
    const made = await board(...sources)
    expect(made.board.state).toBe(state)
    expect(made.board.reading?.offsetUs).toBe(offsetMs * MS)
  })

  test('nobody to ask is NONE, nobody who answers is UNKNOWN, and a word grows old', async () => {
    expect((await board()).board.state).toBe('NONE')
    expect((await board(source('absent', () => Promise.resolve(undefined)))).board.state).toBe('NONE')
    const silent = await board(mute)
    expect(silent.board.state).toBe('NONE')
    silent.clock.pass(30_000)
    expect(silent.board.state).toBe('UNKNOWN')
    expect(silent.board.sources).toEqual([expect.objectContaining({ name: 'mute', fault: 'no route' })])
    const old = await board(says(3))
    old.clock.pass(121_000)
    expect(old.board.state).toBe('UNKNOWN')
  })

  test('they are asked twice a minute, however often somebody looks', async () => {
    let asked = 0
    const counted = source('counted', () => {
      asked++
      return Promise.resolve({ offsetUs: 0, uncertaintyUs: 0 })
    })
    const made = await board(counted)
    for (let s = 0; s < 60; s++) {
      made.clock.pass(1_000)
      made.board.look()
    }
    expect(asked).toBe(3)
  })
})

describe('the time service of this machine', () => {
  const CHRONY =
    'A29FC87B,162.159.200.123,4,1768435200.1,0.000250,-0.000011,0.00002,-7.1,0.001,0.02,0.0080,0.0010,64.9,Normal\n'

  test('of chrony: the error with its sign, bounded by root delay and dispersion', () => {
    expect(readChrony(CHRONY)).toEqual({ offsetUs: 250, uncertaintyUs: 5_000 })
    expect(() => readChrony(CHRONY.replace('Normal', 'Not synchronised'))).toThrow('not synchronised')
    expect(() => readChrony('506 Cannot talk to daemon')).toThrow('something else')
  })

  test('of systemd: the four times of an exchange', () => {
    const text =
      'NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=2, OriginateTimestamp=Thu 2026-01-15 00:00:00.000 UTC, ' +
      'ReceiveTimestamp=Thu 2026-01-15 00:00:00.620 UTC, TransmitTimestamp=Thu 2026-01-15 00:00:00.620 UTC, ' +
      'DestinationTimestamp=Thu 2026-01-15 00:00:00.040 UTC, Ignored=no }\n'
    expect(readTimesync(text)).toEqual({ offsetUs: 600 * MS, uncertaintyUs: 20 * MS })
    expect(() => readTimesync('\n')).toThrow('no exchange')
  })

  test('is whichever is there, and none where none is', async () => {
    const asked: string[] = []
    const nothing = (file: string) => {
      asked.push(file)
      return Promise.resolve(undefined)
    }
    expect(await systemSource(nothing).sample()).toBeUndefined()
    expect(asked).toEqual(['chronyc', 'timedatectl'])
    expect(await systemSource(() => Promise.resolve(CHRONY)).sample()).toEqual({ offsetUs: 250, uncertaintyUs: 5_000 })
  })

  test('whatever it says is read or refused with words', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const read of [readChrony, readTimesync]) {
          try {
            const { offsetUs, uncertaintyUs } = read(text)
            expect(Number.isFinite(offsetUs) && uncertaintyUs >= 0).toBe(true)
          } catch (error) {
            expect((error as Error).message).not.toBe('')
          }
        }
      }),
    )
  })
})

test('a date header tells whole seconds, and none is no source', async () => {
  const clock = new HandClock()
  clock.wall = Date.UTC(2026, 0, 15) * MS
  const at = (said: string | undefined) => httpSource('https://time.example/x', clock, () => Promise.resolve(said))
  expect(at('').name).toBe('time.example')
  expect(await at('Thu, 15 Jan 2026 00:00:03 GMT').sample()).toEqual({ offsetUs: 3_500 * MS, uncertaintyUs: 500 * MS })
  await expect(at(undefined).sample()).rejects.toThrow('tells no date')
})

test.each([
  [{ venueTs: 90, recvTs: 100 }, 'A'],
  [{ venueTs: Number.NaN, recvTs: 100 }, 'B'],
  [{ venueTs: 90, recvTs: 100, isWarmingUp: true }, 'B'],
  [{ venueTs: 90, recvTs: 100, isAdjusted: true }, 'C'],
  [{ venueTs: 5_000_100, recvTs: 100 }, 'A'],
  [{ venueTs: 5_000_101, recvTs: 100 }, 'D'],
  [{ venueTs: 79, recvTs: 100, lastVenueTs: 80 }, 'D'],
  [{ venueTs: 80, recvTs: 100, lastVenueTs: 80 }, 'A'],
  [{ venueTs: 90, recvTs: 99, lastRecvTs: 100 }, 'E'],
  [{ venueTs: 90, recvTs: Number.NaN }, 'E'],
] as const)('UGF-0-021: %j is of grade %s', (times, grade) => {
  expect(gradeOf({ lastVenueTs: Number.NaN, lastRecvTs: Number.NaN, ...times })).toBe(grade)
})
