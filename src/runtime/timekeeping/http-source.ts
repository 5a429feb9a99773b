import { US_PER_MS, US_PER_SECOND } from '../../domain/time.ts'
import type { HostClock } from '../clock.ts'
import { type ClockSource, cristian } from './clock-source.ts'

const PATIENCE_MS = 5_000

/**
 * The Date header of a server: whole seconds (RFC 9110, 6.6.1), so it tells a clock that is far off and no other.
 *
 * @param head answers with the header; fetches it unless told
 */
export function httpSource(
  address: string,
  host: HostClock,
  head: (address: string) => Promise<string | undefined> = dateOf,
): ClockSource {
  return {
    name: new URL(address).host,
    sample: () =>
      cristian(
        host,
        async () => {
          const said = await head(address)
          const ms = said === undefined ? Number.NaN : Date.parse(said)
          if (Number.isNaN(ms)) throw new Error(`${address} tells no date`)
          return ms * US_PER_MS
        },
        US_PER_SECOND,
      ),
  }
}

async function dateOf(address: string): Promise<string | undefined> {
  const answer = await fetch(address, { method: 'HEAD', redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
  return answer.headers.get('date') ?? undefined
}
