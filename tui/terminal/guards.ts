import type { EventEmitter } from 'node:events'

/** More than this waiting to be read means that the terminal is behind, bytes: several frames of the largest screen. */
const BEHIND_BYTES = 64 * 1024

/** What is watched: a stream that fails, and the process that gets signals. */
type Watched = Pick<EventEmitter, 'on' | 'off'>

/**
 * Survives the loss of the terminal. A window that is closed sends SIGHUP and makes the next read fail with EIO and the next
 * write with EIO or EPIPE; without a listener each of them ends the process, and the engine with it. Any other failure of these
 * two streams is the same to the screen: there is nothing left to draw on.
 *
 * @param onLost told once, with what was seen first: `SIGHUP`, `stdin EIO`, `stdout EPIPE`. It must not write to the terminal
 * @returns stops guarding; to be called only when the streams are no longer used, since they go on failing after the first time
 */
export function guardTerminal({
  stdin,
  stdout,
  signals,
  onLost,
}: {
  stdin: Watched
  stdout: Watched
  /** The process. */
  signals: Watched
  onLost: (cause: string) => void
}): () => void {
  let isLost = false
  const lose = (cause: string) => {
    if (isLost) return
    isLost = true
    onLost(cause)
  }
  const onInputError = (error: NodeJS.ErrnoException) => lose(`stdin ${error.code ?? error.message}`)
  const onOutputError = (error: NodeJS.ErrnoException) => lose(`stdout ${error.code ?? error.message}`)
  const onHangup = () => lose('SIGHUP')
  stdin.on('error', onInputError)
  stdout.on('error', onOutputError)
  signals.on('SIGHUP', onHangup)
  return () => {
    stdin.off('error', onInputError)
    stdout.off('error', onOutputError)
    signals.off('SIGHUP', onHangup)
  }
}

/**
 * Lets writes to the terminal return at once. Node writes to terminals synchronously, so one that is not read (Ctrl+S, a
 * suspended window, a slow line) stops the thread; unblocked, what is not read waits in memory and {@link isBehind} tells.
 * A stream that has no such switch (a file, a test) is left as it is.
 */
export function unblock(stdout: object): void {
  const handle: unknown = '_handle' in stdout ? stdout._handle : undefined
  if (typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return
  if (typeof handle.setBlocking === 'function') handle.setBlocking(false)
}

/** Whether the terminal reads slower than the screen draws: pictures wait until it has caught up. */
export function isBehind(stdout: { readonly writableLength: number }): boolean {
  return stdout.writableLength > BEHIND_BYTES
}
