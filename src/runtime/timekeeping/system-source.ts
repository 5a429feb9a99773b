import { execFile } from 'node:child_process'
import { US_PER_SECOND } from '../../domain/time.ts'
import type { ClockReading, ClockSource } from './clock-source.ts'

/** Answers of time services come at once or not at all, ms. */
const PATIENCE_MS = 2_000

/** Runs a program and gives its output; undefined where there is none of that name. */
type Run = (file: string, args: readonly string[]) => Promise<string | undefined>

const run: Run = (file, args) =>
  new Promise((resolve, reject) => {
    execFile(
      file,
      [...args],
      { timeout: PATIENCE_MS, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' } },
      (error, out) => {
        if (error === null) resolve(out)
        else if (error.code === 'ENOENT') resolve(undefined)
        else reject(new Error(`${file} does not answer: ${error.message.split('\n')[0] ?? ''}`))
      },
    )
  })

/** What keeps this machine's clock: chrony, or systemd's own service. */
export function systemSource(ask: Run = run): ClockSource {
  return {
    name: 'system',
    async sample() {
      const chrony = await ask('chronyc', ['-n', '-c', 'tracking'])
      if (chrony !== undefined) return readChrony(chrony)
      const timesync = await ask('timedatectl', ['show-timesync', '--property=NTPMessage'])
      return timesync === undefined ? undefined : readTimesync(timesync)
    },
  }
}

/**
 * A line of `chronyc -c tracking`: fields 5 is the system time's error, seconds, positive where it is slow; 11 and 12 the root
 * delay and dispersion, which bound how wrong that can be (chronyc(1)).
 *
 * @throws Error for a clock that is not synchronised, or a line that says something else
 */
export function readChrony(line: string): ClockReading {
  const fields = line.trim().split(',')
  const [error, delay, dispersion] = [fields[4], fields[10], fields[11]].map(Number)
  if (fields.length < 14 || error === undefined || delay === undefined || dispersion === undefined)
    throw new Error(`chronyc said something else: ${line.slice(0, 80)}`)
  if (![error, delay, dispersion].every(Number.isFinite)) throw new Error('chronyc told no figures')
  if (fields[13]?.startsWith('Not synchronised') === true) throw new Error('the machine’s clock is not synchronised')
  return {
    offsetUs: Math.round(error * US_PER_SECOND),
    uncertaintyUs: Math.round((Math.abs(delay) / 2 + dispersion) * US_PER_SECOND),
  }
}

/**
 * `NTPMessage={ Leap=0, …, OriginateTimestamp=…, ReceiveTimestamp=…, TransmitTimestamp=…, DestinationTimestamp=… }` of
 * `timedatectl show-timesync`: the four times of one exchange with a server, from which offset and delay follow (RFC 5905, 8).
 *
 * @throws Error where no exchange has happened yet
 */
export function readTimesync(text: string): ClockReading {
  const time = (name: string): number => {
    const [, stamp] = new RegExp(`${name}Timestamp=([^,}]+)`).exec(text) ?? []
    const ms =
      stamp === undefined
        ? Number.NaN
        : Date.parse(
            stamp
              .replace(/^\w{3} /, '')
              .replace(' UTC', 'Z')
              .replace(' ', 'T')
              .trim(),
          )
    if (Number.isNaN(ms)) throw new Error(`no exchange with a time server: ${name} is not told`)
    return ms * 1_000
  }
  const [sent, received, answered, back] = [time('Originate'), time('Receive'), time('Transmit'), time('Destination')]
  const offsetUs = (received - sent + (answered - back)) / 2
  const delayUs = back - sent - (answered - received)
  return { offsetUs: Math.round(offsetUs), uncertaintyUs: Math.max(0, Math.round(delayUs / 2)) }
}
