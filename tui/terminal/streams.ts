/** The two ends of a terminal, as the process has them or a test makes them. */
export interface ScreenStreams {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
}

/** What tells us that nobody looks any more. */
export interface LifeSigns {
  on(signal: 'SIGHUP', told: () => void): unknown
  off(signal: 'SIGHUP', told: () => void): unknown
}

/**
 * Watches for the terminal's end: SIGHUP, its input closing, or a write that finds nobody (EIO, EPIPE). Unheard, each of
 * these would end the process and the engine in it.
 *
 * @returns takes the watch back, all but the error listeners: a late EIO must still find one
 */
export function onTerminalLost(
  { stdin, stdout }: ScreenStreams,
  signals: LifeSigns,
  told: (why: string) => void,
): () => void {
  const hangUp = () => told('SIGHUP')
  const ended = () => told('input ended')
  const failed = (error: NodeJS.ErrnoException) => told(error.code ?? error.message)
  signals.on('SIGHUP', hangUp)
  stdin.on('end', ended)
  stdin.on('error', failed)
  stdout.on('error', failed)
  return () => {
    signals.off('SIGHUP', hangUp)
    stdin.off('end', ended)
  }
}
