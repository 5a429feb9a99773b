import { randomUUIDv7 } from 'node:crypto'
import { writeSync } from 'node:fs'
import { type Instance, render } from 'ink'
import type { EngineClient } from '../src/runtime/link/engine-client.ts'
import { PictureFrame, ScreenApp } from './app.tsx'
import { Tap } from './input/tap.ts'
import { Caller, callDesktop, callText } from './notify.ts'
import { screenLook } from './paint/tone.ts'
import type { Panel, Size } from './panel.ts'
import type { ScreenClock, ScreenEnd, ScreenLog, ScreenSettings } from './settings.ts'
import { Shell } from './shell.ts'
import { tickMs } from './store.ts'
import { copyText } from './terminal/clipboard.ts'
import { inkStream } from './terminal/ink-stream.ts'
import { modesOff, modesOn, terminalTitle } from './terminal/modes.ts'
import { Painter } from './terminal/painter.ts'
import { PROBE, PROBE_MS, Probe, type ProbeResult } from './terminal/probe.ts'
import { type LifeSigns, onTerminalLost, type ScreenStreams } from './terminal/streams.ts'
import { isBlocked, unblock } from './terminal/unblocked.ts'

export interface ScreenParts {
  readonly client: EngineClient
  readonly panels: readonly Panel[]
  readonly settings: ScreenSettings
  readonly streams: ScreenStreams
  readonly clock: ScreenClock
  readonly log: ScreenLog
  /** Where SIGHUP is heard; the process unless told. */
  readonly signals?: LifeSigns
  /** Ends the screen from outside: the engine is gone. */
  readonly closed?: Promise<ScreenEnd>
  /** Made by the process unless told: ids of commands. */
  readonly freshId?: () => string
}

const RESIZE_REST_MS = 50
const SLOW_FRAME_MS = 25
const SLOW_FOR_MS = 3_000

/** What a terminal has; one row fewer on Windows consoles, where a frame of full height makes Ink clear the screen. */
function sizeOf({ stdout }: ScreenStreams): Size {
  const height = stdout.rows || 24
  return { width: stdout.columns || 80, height: process.platform === 'win32' ? height - 1 : height }
}

/**
 * Opens the screen on a terminal and holds it until its reader leaves or the terminal is gone. Every way out gives the
 * terminal back. `safe-exit` and `flatten-exit` mean that the engine has been told and has answered; the rest sent nothing.
 */
export async function openScreen(parts: ScreenParts): Promise<ScreenEnd> {
  const screen = new OpenScreen(parts)
  return screen.run()
}

class OpenScreen {
  readonly #parts: ScreenParts
  readonly #tap = new Tap()
  readonly #caller: Caller
  readonly #end = Promise.withResolvers<ScreenEnd>()
  #shell: Shell | undefined
  #frame: PictureFrame | undefined
  #ink: Instance | undefined
  readonly #painter = new Painter()
  /** Ink draws a first picture, or one of a new size: nothing else may write rows until it has. */
  #isInkDrawing = false
  #probe: Probe | undefined
  #result: ProbeResult = { glyphs: 'safe', hasKitty: false }
  #stopTimer: () => void = () => undefined
  #stopEsc: () => void = () => undefined
  #stopResize: () => void = () => undefined
  /** Since when every frame has cost too much. */
  #slowSinceMs: number | undefined
  #isSlow = false
  /** The third panel fault: no frames until Enter. */
  #isPlain = false
  #title = ''

  constructor(parts: ScreenParts) {
    this.#parts = parts
    this.#caller = new Caller(parts.settings)
  }

  async run(): Promise<ScreenEnd> {
    const { streams, settings, client, log } = this.#parts
    const { stdin, stdout } = streams
    // A terminal that is killed cannot be asked: whoever ends the process still gives it back.
    const lastRites = () => this.#restoreNow()
    const unwatch = onTerminalLost(streams, this.#parts.signals ?? process, (why) => {
      log.info(`the terminal is gone: ${why}`)
      this.#end.resolve('lost-terminal')
    })
    process.once('exit', lastRites)
    void this.#parts.closed?.then((end) => this.#end.resolve(end))
    stdin.setRawMode?.(true)
    stdin.on('data', this.#onData)
    stdin.resume()
    unblock(streams)
    let how: ScreenEnd = 'lost-terminal'
    try {
      if (settings.glyphs === 'auto') await this.#ask()
      else this.#result = { glyphs: settings.glyphs, hasKitty: false }
      this.#title = terminalTitle(undefined)
      this.#write(modesOn({ title: this.#title, hasKitty: this.#result.hasKitty }))
      this.#shell = this.#newShell()
      for (const event of this.#probe?.keys ?? []) this.#shell.feed(event)
      this.#probe = undefined
      stdout.on('resize', this.#onResize)
      this.#mount()
      this.#schedule()
      how = await this.#end.promise
      return how
    } finally {
      this.#stopTimer()
      this.#stopEsc()
      this.#stopResize()
      stdout.off('resize', this.#onResize)
      stdin.off('data', this.#onData)
      await this.#unmount()
      this.#shell?.close()
      unwatch()
      process.off('exit', lastRites)
      if (how !== 'lost-terminal') this.#write(modesOff({ hasKitty: this.#result.hasKitty }))
      stdin.setRawMode?.(false)
      stdin.pause()
      if (client.isOwner) log.info(`the screen ended: ${how}`)
    }
  }

  // ---- the terminal -------------------------------------------------------------------------------------------------------

  #write(text: string): void {
    this.#parts.streams.stdout.write(text)
  }

  /** In the last breath of the process only a synchronous write gets out. */
  #restoreNow(): void {
    const fd: unknown = Reflect.get(this.#parts.streams.stdout, 'fd')
    if (typeof fd !== 'number') return
    try {
      writeSync(fd, modesOff({ hasKitty: this.#result.hasKitty }))
    } catch (error) {
      this.#parts.log.error('the terminal could not be restored', error)
    }
  }

  /** Asks how wide characters are drawn; {@link PROBE_MS} without an answer is one. */
  async #ask(): Promise<void> {
    const probe = new Probe()
    this.#probe = probe
    this.#write(PROBE)
    await new Promise<void>((resolve) => {
      const stop = this.#parts.clock.after(PROBE_MS, resolve)
      this.#onProbed = () => {
        stop()
        resolve()
      }
    })
    this.#onProbed = undefined
    this.#result = probe.result
  }
  #onProbed: (() => void) | undefined

  readonly #onData = (chunk: Buffer | string): void => {
    this.#stopEsc()
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk
    this.#take(this.#tap.feed(bytes))
    const waitMs = this.#tap.waitMs
    if (waitMs !== undefined) this.#stopEsc = this.#parts.clock.after(waitMs, () => this.#take(this.#tap.expire()))
  }

  #take(events: ReturnType<Tap['feed']>): void {
    const shell = this.#shell
    if (shell === undefined) {
      for (const event of events) this.#probe?.take(event)
      if (this.#probe?.isComplete === true) this.#onProbed?.()
      return
    }
    if (events.length === 0) return
    const isBurst = events.filter(({ kind }) => kind === 'key').length > 1
    for (const event of events) {
      if (this.#isPlain) this.#plainKey(event)
      else shell.feed(event, isBurst)
    }
    // A key is answered at once; data waits for its tick.
    this.#paint()
  }

  readonly #onResize = (): void => {
    this.#stopResize()
    this.#stopResize = this.#parts.clock.after(RESIZE_REST_MS, () => {
      this.#shell?.resize(sizeOf(this.#parts.streams))
      // A terminal that was smaller for a moment has lost rows, though the picture is the same as before.
      this.#repaint()
    })
  }

  /** Draws every row again, whatever has been scribbled on the terminal. */
  #repaint(): void {
    this.#painter.forget()
    this.#paint()
  }

  // ---- frames -------------------------------------------------------------------------------------------------------------

  #newShell(): Shell {
    const { settings, streams, freshId = randomUUIDv7 } = this.#parts
    const glyphs = this.#result.glyphs
    return new Shell({
      ...this.#parts,
      look: screenLook({ palette: settings.palette, level: settings.colourLevel, glyphs }),
      size: sizeOf(streams),
      ports: {
        copy: (text) => copyText(text, { isTmux: settings.isTmux, write: (bytes) => this.#write(bytes) }),
        notifyTest: () => this.#call('test: this is how you are called', true),
        repaint: () => this.#repaint(),
        end: (how) => this.#end.resolve(how),
        fallBack: () => this.#goPlain(),
        paint: () => this.#paint(),
        freshId: () => freshId(),
      },
    })
  }

  #mount(): void {
    const shell = this.#shell
    if (shell === undefined) return
    // Rows follow as soon as Ink has laid the frame: measuring them in there first costs 70 ms of a start.
    const frame = new PictureFrame({ size: shell.size, rows: [] })
    this.#frame = frame
    const stdout = inkStream(this.#parts.streams.stdout, () => frame.get().size)
    this.#ink = render(<ScreenApp frame={frame} />, {
      stdout,
      stdin: this.#parts.streams.stdin,
      alternateScreen: true,
      incrementalRendering: true,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
      maxFps: 30,
    })
    const ink = this.#ink
    ink.waitUntilExit().catch((error: unknown) => {
      this.#parts.log.error('the frame broke', error)
      if (this.#ink === ink) this.#goPlain()
    })
    this.#afterInk(ink)
  }

  /** Ink's frame is out: from here on rows are ours to write. */
  #afterInk(ink: Instance): void {
    this.#isInkDrawing = true
    this.#painter.forget()
    void ink.waitUntilRenderFlush().then(() => {
      if (this.#ink !== ink) return
      this.#isInkDrawing = false
      this.#paint()
    })
  }

  async #unmount(): Promise<void> {
    const ink = this.#ink
    this.#ink = undefined
    this.#frame = undefined
    if (ink === undefined) return
    ink.unmount()
    await ink.waitUntilExit().catch(() => undefined)
  }

  #paint(): void {
    const [shell, frame, ink] = [this.#shell, this.#frame, this.#ink]
    if (shell === undefined || frame === undefined || ink === undefined || this.#isInkDrawing) return
    const beganMs = this.#parts.clock.ms()
    const rows = shell.rows()
    const { size } = shell
    if (size.width !== frame.get().size.width || size.height !== frame.get().size.height) {
      frame.show({ size, rows })
      this.#afterInk(ink)
      return
    }
    const bytes = this.#painter.next(rows)
    if (bytes !== '') this.#write(bytes)
    this.#measure(this.#parts.clock.ms() - beganMs)
    this.#markShown(shell)
    const title = terminalTitle(shell.ribbon?.runMode)
    if (title === this.#title) return
    this.#title = title
    this.#write(`\u001b]2;${title}\u0007`)
  }

  /** A challenge may be answered once its frame has left for the terminal, behind all that was queued before. */
  #markShown(shell: Shell): void {
    if (shell.awaitsShown) this.#parts.streams.stdout.write('', () => shell.shown())
  }

  #measure(paintMs: number): void {
    const now = this.#parts.clock.ms()
    if (paintMs <= SLOW_FRAME_MS) {
      this.#slowSinceMs = undefined
      this.#isSlow = false
      return
    }
    this.#slowSinceMs ??= now
    if (this.#isSlow || now - this.#slowSinceMs < SLOW_FOR_MS) return
    this.#isSlow = true
    this.#parts.log.info(`frames cost over ${SLOW_FRAME_MS} ms for ${SLOW_FOR_MS / 1_000} s: data ticks halved`)
  }

  #schedule(): void {
    const { settings, clock, streams } = this.#parts
    const shell = this.#shell
    if (shell === undefined) return
    const { width, height } = shell.size
    const pace = tickMs({
      cells: width * height,
      isFocused: shell.isFocused,
      isLowPower: settings.isLowPower,
      isRemote: settings.isRemote,
      isSlow: this.#isSlow,
    })
    this.#stopTimer = clock.after(pace, () => {
      // A terminal that does not read gets no more pictures; time and challenges go on.
      shell.tick()
      if (!isBlocked(streams)) this.#paint()
      this.#alert(shell)
      this.#schedule()
    })
  }

  #alert(shell: Shell): void {
    const { clock } = this.#parts
    const alert = shell.ribbon?.alert
    const call = this.#caller.see(alert, { ms: clock.ms(), ts: clock.wallTs(), isFocused: shell.isFocused })
    if (alert !== undefined && call.hasDesktop) this.#call(callText(alert), call.hasBell)
    else if (call.hasBell) this.#write('\u0007')
  }

  #call(text: string, hasBell: boolean): void {
    const { settings, log } = this.#parts
    if (hasBell) this.#write('\u0007')
    void callDesktop(text, {
      by: settings.notifyBy,
      isTmux: settings.isTmux,
      write: (bytes) => this.#write(bytes),
      log,
    })
  }

  // ---- without frames -----------------------------------------------------------------------------------------------------

  /** Panels failed three times: the facts as lines, and Enter for another try. */
  #goPlain(): void {
    if (this.#isPlain) return
    this.#isPlain = true
    void this.#unmount().then(() => {
      const ribbon = this.#shell?.ribbon
      this.#write(
        [
          '',
          'The screen failed to draw three times and shows lines now. The engine goes on trading.',
          `mode ${ribbon?.safetyMode ?? 'UNKNOWN'}, kill ${ribbon?.killLevel ?? 'UNKNOWN'}, positions ${ribbon?.positions ?? '--'}, orders ${ribbon?.orders ?? '--'}`,
          'Enter brings the screen back. Ctrl+C leaves it. To stop trading: profinaut panic, in another terminal.',
          '',
        ].join('\r\n'),
      )
    })
  }

  #plainKey(event: ReturnType<Tap['feed']>[number]): void {
    if (event.kind !== 'key') return
    if (event.key === 'ctrl+c') this.#end.resolve(this.#parts.client.isOwner ? 'close-screen' : 'left')
    if (event.key !== 'enter' || this.#ink !== undefined) return
    this.#isPlain = false
    this.#shell?.revive()
    this.#mount()
  }
}
