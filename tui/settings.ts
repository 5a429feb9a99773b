import type { ColorSupportLevel } from 'chalk'
import type { Zone } from './paint/clock-text.ts'
import type { GlyphSet } from './paint/glyphs.ts'
import type { Palette } from './paint/tone.ts'

/** How a screen was asked for; the caller reads configuration and environment. */
export interface ScreenSettings {
  readonly profile: string
  readonly palette: Palette
  /** Chalk's: 0 without colour, 1 for 16 colours. */
  readonly colourLevel: ColorSupportLevel
  /** `auto` asks the terminal how wide it draws. */
  readonly glyphs: GlyphSet | 'auto'
  readonly zone: Zone
  readonly isMasked: boolean
  readonly isLowPower: boolean
  /** `all` makes CLOSE_ONLY and HALT typed too. */
  readonly killTyped: 'flatten' | 'all'
  /** First run: six hints. */
  readonly hasTour: boolean
  readonly isScreenReader: boolean
  readonly isTmux: boolean
  /** Over ssh or mosh. */
  readonly isRemote: boolean
  /** How the terminal is asked to call its user; undefined leaves it to the desktop. */
  readonly notifyBy: 'osc9' | 'osc777' | 'osc99' | 'desktop' | 'off'
  /** Minutes of the day, profile zone, in which no bell rings; equal ends are none. */
  readonly quiet: { readonly fromMinute: number; readonly toMinute: number }
}

/** Where the screen writes what it did not expect. */
export interface ScreenLog {
  info(text: string): void
  error(text: string, cause?: unknown): void
}

/** Time as the screen needs it: the only clock it has. */
export interface ScreenClock {
  /** µs UTC. */
  wallTs(): number
  /** Milliseconds that only go forward. */
  ms(): number
  /** Calls once, after `ms`; the answer takes it back. */
  after(ms: number, call: () => void): () => void
}

/** `left`: the engine is another process. `lost-terminal`: nobody looks any more. The rest is what the reader chose. */
export type ScreenEnd = 'left' | 'close-screen' | 'safe-exit' | 'flatten-exit' | 'lost-terminal'
