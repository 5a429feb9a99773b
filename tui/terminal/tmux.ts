/**
 * Wraps a sequence so that tmux hands it to the terminal that tmux runs in. Since tmux 3.3 it does so only where
 * `allow-passthrough` is on, and drops the sequence silently where it is not.
 */
export function tmuxPassthrough(sequence: string): string {
  return `\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\`
}
