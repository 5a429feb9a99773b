/**
 * Text from outside on one line and without characters that steer a terminal, turn the reading direction or have no
 * width: a strategy parameter must not be able to repaint the screen.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(/\p{Cf}/gu, '')
}
