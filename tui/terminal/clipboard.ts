import { spawn } from 'node:child_process'
import { clipboardSequence } from './osc.ts'

const PROGRAMS: readonly (readonly [string, readonly string[]])[] = [
  ['pbcopy', []],
  ['wl-copy', []],
  ['xclip', ['-selection', 'clipboard']],
  ['clip', []],
]
const PROGRAM_MS = 2_000

function pipedTo(program: string, args: readonly string[], text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: PROGRAM_MS })
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
    child.stdin.once('error', () => resolve(false))
    child.stdin.end(text)
  })
}

/**
 * Copies by the terminal, or by the first clipboard program that takes it.
 *
 * @returns the way it went
 * @throws Error when the text is too long for the terminal and no program takes it
 */
export async function copyText(
  text: string,
  options: { readonly isTmux: boolean; readonly write: (text: string) => void },
): Promise<string> {
  const sequence = clipboardSequence(text, options.isTmux)
  if (sequence !== undefined) {
    options.write(sequence)
    return options.isTmux ? 'OSC 52 through tmux' : 'OSC 52'
  }
  for (const [program, args] of PROGRAMS) if (await pipedTo(program, args, text)) return program
  throw new Error(
    `${text.length} characters are too many for OSC 52, and none of ${PROGRAMS.map(([name]) => name).join(' ')} took them`,
  )
}
