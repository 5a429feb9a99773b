import xterm from '@xterm/headless'
import { expect, test } from 'vitest'
import { BRACKETED_PASTE, FOCUS, MOUSE, RESTORE_ALL, TITLE } from './modes.ts'

function terminal() {
  const screen = new xterm.Terminal({ cols: 40, rows: 6, allowProposedApi: true })
  const write = (text: string) => new Promise<void>((resolve) => screen.write(text, resolve))
  const row = (at: number) => screen.buffer.active.getLine(at)?.translateToString(true)
  return { screen, write, row }
}

test('a screen that died leaves a terminal as it found it', async () => {
  const { screen, write, row } = terminal()
  await write('$ profinaut\r\n')
  await write(
    `\u001b[?1049h${FOCUS.on}${BRACKETED_PASTE.on}${MOUSE.on}\u001b[?1h\u001b=\u001b[?7l\u001b[?2026h\u001b[3;9Hframe`,
  )
  expect(screen.modes).toMatchObject({
    sendFocusMode: true,
    bracketedPasteMode: true,
    mouseTrackingMode: 'vt200',
    synchronizedOutputMode: true,
  })
  // It died in the middle of setting a title.
  await write('\u001b]2;half a ti')
  await write(`${RESTORE_ALL}profinaut stopped`)
  expect(screen.buffer.active.type).toBe('normal')
  expect(screen.modes).toMatchObject({
    sendFocusMode: false,
    bracketedPasteMode: false,
    mouseTrackingMode: 'none',
    applicationCursorKeysMode: false,
    applicationKeypadMode: false,
    synchronizedOutputMode: false,
    wraparoundMode: true,
  })
  expect([row(0), row(1)]).toEqual(['$ profinaut', 'profinaut stopped'])
})

test('restoring again after the report was printed moves nothing', async () => {
  const { write, row } = terminal()
  await write(`$ profinaut\r\n\u001b[?1049hframe${RESTORE_ALL}profinaut stopped\r\n`)
  await write(`${RESTORE_ALL}next: profinaut status`)
  expect([row(0), row(1), row(2)]).toEqual(['$ profinaut', 'profinaut stopped', 'next: profinaut status'])
})

test('colours and a hidden cursor do not outlive the screen', async () => {
  const { screen, write } = terminal()
  await write(`\u001b[?25l\u001b[7;31mLIVE${RESTORE_ALL}x`)
  const cell = screen.buffer.active.getLine(0)?.getCell(4)
  expect([cell?.getChars(), cell?.isInverse(), cell?.isFgDefault()]).toEqual(['x', 0, true])
  expect(RESTORE_ALL).toContain('\u001b[?25h')
})

test('a title cannot break out of its sequence', async () => {
  const { screen, write, row } = terminal()
  const titles: string[] = []
  screen.onTitleChange((title) => titles.push(title))
  await write(TITLE.set('LIVE\u0007profinaut\u001b\\x'))
  expect(titles).toEqual(['LIVE profinaut \\x'])
  expect(row(0)).toBe('')
})
