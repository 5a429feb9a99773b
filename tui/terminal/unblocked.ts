import type { ScreenStreams } from './streams.ts'

/** More than this in the queue: the terminal does not read, and pictures would only pile up. */
const QUEUE_MAX = 65_536

/** Whether the terminal reads too slowly for another picture. */
export function isBlocked({ stdout }: Pick<ScreenStreams, 'stdout'>): boolean {
  return stdout.writableLength > QUEUE_MAX
}

/**
 * Lets a terminal that stops reading block nobody: Node writes to terminals synchronously unless its handle is told not to.
 * The handle has no public name, so this asks before it calls.
 */
export function unblock({ stdout }: Pick<ScreenStreams, 'stdout'>): void {
  const handle: unknown = Reflect.get(stdout, '_handle')
  if (typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return
  if (typeof handle.setBlocking === 'function') handle.setBlocking(false)
}
