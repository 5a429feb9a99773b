import type { ColorSupportLevel } from 'chalk'
import { terminalFacts } from '../../src/runtime/config.ts'
import type { Config } from '../../src/runtime/config-schema.ts'
import type { Zone } from '../../tui/paint/clock-text.ts'
import { GLYPH_SETS } from '../../tui/paint/glyphs.ts'
import { PALETTES } from '../../tui/paint/tone.ts'
import type { ScreenSettings } from '../../tui/settings.ts'
import type { ScreenOptions } from '../up.ts'

const LEVELS: Readonly<Record<string, ColorSupportLevel>> = { never: 0, '16': 1, '256': 2, true: 3 }

/** The screen's settings: flags above the configuration above what the terminal says of itself. */
export function screenSettings(
  { config, profile, isFirst }: { config: Config; profile: string; isFirst: boolean },
  options: ScreenOptions,
): ScreenSettings {
  const facts = terminalFacts()
  const asked = options.color ?? config.screen.colour
  const colourLevel = facts.isColourless && options.color === undefined ? 0 : (LEVELS[asked] ?? 1)
  const palette = PALETTES.find((name) => name === (options.palette ?? config.screen.palette)) ?? 'west'
  const glyphs = GLYPH_SETS.find((name) => name === (options.glyphs ?? config.screen.glyphs)) ?? 'auto'
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return {
    profile,
    palette: colourLevel === 0 ? 'mono' : palette,
    colourLevel:
      colourLevel === 0 && !facts.isColourless ? 0 : (Math.max(colourLevel, facts.isDumb ? 0 : 1) as ColorSupportLevel),
    glyphs: facts.isDumb ? 'ascii' : glyphs,
    zone: zoneOf(config.account.time_zone),
    isMasked: false,
    isLowPower: options.lowPower,
    killTyped: 'flatten',
    hasTour: isFirst,
    isScreenReader: facts.isScreenReader,
    isTmux: facts.isTmux,
    isRemote: facts.isRemote,
    notifyBy: !config.notify.desktop ? 'off' : facts.notifyBy,
    quiet: { fromMinute: minutes(config.notify.quiet_from), toMinute: minutes(config.notify.quiet_to) },
  }
}

/** Wall-clock texts of a zone of the time zone database. */
export function zoneOf(name: string): Zone {
  const at = (ts: number) => new Temporal.ZonedDateTime(BigInt(Math.round(ts)) * 1_000n, name)
  return { offsetMinutes: (ts) => at(ts).offsetNanoseconds / 60e9, name: SHORT[name] ?? name.split('/').at(-1) ?? name }
}

const SHORT: Readonly<Record<string, string>> = { 'Asia/Tokyo': 'JST', 'Etc/UTC': 'UTC', UTC: 'UTC' }
