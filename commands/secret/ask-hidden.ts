import { openSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { EXIT } from '../exit-code.ts'
import { CommandError } from '../outcome.ts'

const BYTES_MAX = 4_096
const CTRL_C = 0x03
const CTRL_D = 0x04
const CTRL_U = 0x15
const ENTER: ReadonlySet<number> = new Set([0x0a, 0x0d])
const BACKSPACE: ReadonlySet<number> = new Set([0x08, 0x7f])

/**
 * Asks at the terminal that the program was started from, whatever stdin is, and shows nothing of what is typed.
 *
 * @returns what was typed; the caller overwrites it after use
 * @throws CommandError `NO_TERMINAL` where there is none, `INTERRUPTED` for Ctrl-C and Ctrl-D
 */
export async function askHidden(question: string): Promise<Buffer> {
  const fd = openTerminal()
  const terminal = new ReadStream(fd)
  const typed = new HiddenLine()
  try {
    terminal.setRawMode(true)
    writeSync(fd, question)
    return await new Promise((resolve, reject) => {
      terminal.on('error', reject)
      terminal.on('data', (bytes: Buffer) => {
        try {
          if (typed.take(bytes)) resolve(typed.text())
        } catch (error) {
          reject(error)
        } finally {
          bytes.fill(0)
        }
      })
    })
  } finally {
    typed.wipe()
    terminal.setRawMode(false)
    writeSync(fd, '\n')
    terminal.destroy()
  }
}

function openTerminal(): number {
  try {
    return openSync('/dev/tty', 'r+')
  } catch (cause) {
    throw Object.assign(
      new CommandError(
        EXIT.usage,
        'NO_TERMINAL',
        'there is no terminal to ask at',
        'give the passphrase with --passphrase-fd, and a value with --stdin',
      ),
      { cause },
    )
  }
}

/** A line as it is typed, in one piece of memory. */
export class HiddenLine {
  readonly #bytes = Buffer.alloc(BYTES_MAX)
  #length = 0

  /** Takes what was typed. @returns whether the line has ended */
  take(typed: Uint8Array): boolean {
    for (const byte of typed) {
      if (ENTER.has(byte)) return true
      if (byte === CTRL_C || byte === CTRL_D)
        throw new CommandError(EXIT.interrupted, 'INTERRUPTED', 'nothing was changed', '')
      if (byte === CTRL_U) this.#length = 0
      else if (BACKSPACE.has(byte)) this.#dropCharacter()
      else this.#keep(byte)
    }
    return false
  }

  text(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  wipe(): void {
    this.#bytes.fill(0)
    this.#length = 0
  }

  #keep(byte: number): void {
    if (byte < 0x20)
      throw new CommandError(
        EXIT.usage,
        'CONTROL_KEY',
        'a key was pressed that writes nothing',
        'type or paste the line alone; what has several lines goes in with --stdin',
      )
    if (this.#length === BYTES_MAX)
      throw new CommandError(EXIT.usage, 'TOO_LONG', `a line has at most ${BYTES_MAX} bytes`, 'use --stdin')
    this.#bytes[this.#length++] = byte
  }

  /** Bytes of one character in UTF-8: those that go on begin with the bits 10. */
  #dropCharacter(): void {
    while (this.#length > 0) {
      const byte = this.#bytes[--this.#length] ?? 0
      if ((byte & 0xc0) !== 0x80) return
    }
  }
}
