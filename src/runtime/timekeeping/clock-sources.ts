import type { HostClock } from '../clock.ts'
import type { Config } from '../config-schema.ts'
import type { ClockSource } from './clock-source.ts'
import { httpSource } from './http-source.ts'
import { systemSource } from './system-source.ts'

/**
 * Who is asked for the time. A simulated venue has our clock: nobody has to be asked, unless the settings want it.
 *
 * @param venueTime a venue's own time, where it tells it
 */
export function clockSources(
  { system, http }: Config['time'],
  {
    isLive,
    host,
    venue,
  }: { readonly isLive: boolean; readonly host: HostClock; readonly venue?: ClockSource | undefined },
): readonly ClockSource[] {
  const isSystemAsked = system === 'always' || (system === 'live' && isLive)
  return [
    ...(venue === undefined ? [] : [venue]),
    ...(isSystemAsked ? [systemSource()] : []),
    ...(http === '' ? [] : [httpSource(http, host)]),
  ]
}
