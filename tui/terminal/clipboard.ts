import { spawn } from 'node:child_process'
import { tmuxPassthrough } from './tmux.ts'

/**
 * The longest text that goes by escape sequence, bytes of UTF-8. Terminals take sequences of 100,000 bytes, and this is what is
 * left of them for text in base64 between `ESC ] 52 ; c ;` and BEL.
 */
export const OSC_52_BYTES_MAX = 74_994

/** A program that reads the new clipboard from its standard input. */
export interface ClipboardProgram {
  readonly command: string
  readonly args: readonly string[]
}

/** macOS, Wayland, X11, Windows: in this order, the first that is there and succeeds. */
export const CLIPBOARD_PROGRAMS: readonly ClipboardProgram[] = [
  { command: 'pbcopy', args: [] },
  { command: 'wl-copy', args: [] },
  { command: 'xclip', args: ['-selection', 'clipboard'] },
  { command: 'clip', args: [] },
]

/** A program that hangs (no display answers) is ended after so long, ms. */
const PROGRAM_MS = 2_000

/**
 * The sequence that asks the terminal itself to take a text into its clipboard: it works over ssh. Whether the terminal did so
 * cannot be known.
 *
 * @returns undefined when the text is too long for it: {@link copyByProgram} has no limit
 */
export function clipboardSequence(text: string, { isTmux }: { readonly isTmux: boolean }): string | undefined {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > OSC_52_BYTES_MAX) return undefined
  const sequence = `\u001b]52;c;${bytes.toString('base64')}\u0007`
  return isTmux ? tmuxPassthrough(sequence) : sequence
}

/** Hands a text to the first program that takes it. @returns its name, or undefined when none did */
export async function copyByProgram(
  text: string,
  programs: readonly ClipboardProgram[] = CLIPBOARD_PROGRAMS,
): Promise<string | undefined> {
  for (const program of programs) if (await takes(program, text)) return program.command
  return undefined
}

/** Runs one program to its end. No shell is between, so no text can become a command. */
function takes({ command, args }: ClipboardProgram, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: PROGRAM_MS })
    child.on('error', () => resolve(false)) // not installed
    child.on('exit', (code) => resolve(code === 0))
    child.stdin.on('error', () => {}) // it ended without reading: its exit code tells
    child.stdin.end(text)
  })
}
