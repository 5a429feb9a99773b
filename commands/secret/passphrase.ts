import { isSameSecret } from '../../src/runtime/secrets/same-secret.ts'
import type { EngineDeps, HiddenInput } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError } from '../outcome.ts'

/** Whoever has the files can try passphrases for years: a short one is none. */
const NEW_PASSPHRASE_BYTES_MIN = 12
const VALUE_BYTES_MAX = 16_384

/** @throws CommandError `NO_TERMINAL` where nobody can be asked */
export function requireHidden({ hidden }: Pick<EngineDeps, 'hidden'>): HiddenInput {
  if (hidden !== undefined) return hidden
  throw new CommandError(EXIT.usage, 'NO_TERMINAL', 'there is no terminal to ask at', 'run it in a terminal')
}

/** The passphrase that the secrets are under. */
export async function passphraseOf(hidden: HiddenInput, fd: number | undefined): Promise<Buffer> {
  return fd === undefined ? hidden.ask('passphrase: ') : drained(hidden, fd)
}

/** A passphrase to be, typed twice. @throws CommandError `PASSPHRASE_SHORT`, `PASSPHRASE_DIFFERS` */
export async function newPassphrase(hidden: HiddenInput, fd: number | undefined): Promise<Buffer> {
  const first = fd === undefined ? await hidden.ask('new passphrase: ') : drained(hidden, fd)
  if (first.length < NEW_PASSPHRASE_BYTES_MIN) {
    first.fill(0)
    throw new CommandError(
      EXIT.usage,
      'PASSPHRASE_SHORT',
      `a passphrase has at least ${NEW_PASSPHRASE_BYTES_MIN} characters`,
      'take five or six words that nobody would put together',
    )
  }
  if (fd !== undefined) return first
  const second = await hidden.ask('once more: ')
  const isSame = isSameSecret(first, second)
  second.fill(0)
  if (isSame) return first
  first.fill(0)
  throw new CommandError(
    EXIT.usage,
    'PASSPHRASE_DIFFERS',
    'the two passphrases differ',
    'nothing was changed: try again',
  )
}

/** The value of a secret: typed, or all of stdin. @throws CommandError `VALUE_EMPTY`, `VALUE_LONG` */
export async function valueOf(hidden: HiddenInput, isStdin: boolean): Promise<Buffer> {
  const value = isStdin ? drained(hidden, 0) : await hidden.ask('value: ')
  if (value.length > 0 && value.length <= VALUE_BYTES_MAX) return value
  const { length } = value
  value.fill(0)
  if (length === 0) throw new CommandError(EXIT.usage, 'VALUE_EMPTY', 'the value is empty', 'nothing was changed')
  throw new CommandError(
    EXIT.usage,
    'VALUE_LONG',
    `a value has at most ${VALUE_BYTES_MAX} bytes, this has ${length}`,
    'nothing was changed',
  )
}

/** What a descriptor holds, without the line feed that an editor or `echo` ends it with. */
function drained(hidden: HiddenInput, fd: number): Buffer {
  let bytes: Buffer
  try {
    bytes = hidden.drain(fd)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new CommandError(
      EXIT.usage,
      'DESCRIPTOR',
      `descriptor ${fd} cannot be read: ${code}`,
      `open it in the shell, as in: ${fd}< file`,
    )
  }
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? 2 : 1) : 0
  return bytes.subarray(0, bytes.length - end)
}
