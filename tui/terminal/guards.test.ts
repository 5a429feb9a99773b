import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as pty from '@lydell/node-pty'
import { expect, test } from 'vitest'
import { guardTerminal, isBehind, unblock } from './guards.ts'

function guarded() {
  const [stdin, stdout, signals] = [new PassThrough(), new PassThrough(), new EventEmitter()]
  const causes: string[] = []
  const stop = guardTerminal({ stdin, stdout, signals, onLost: (cause) => causes.push(cause) })
  return { stdin, stdout, signals, causes, stop }
}

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code })

test.each([
  ['stdin EIO', ({ stdin }: ReturnType<typeof guarded>) => stdin.emit('error', failure('EIO'))],
  ['stdout EIO', ({ stdout }: ReturnType<typeof guarded>) => stdout.emit('error', failure('EIO'))],
  ['stdout EPIPE', ({ stdout }: ReturnType<typeof guarded>) => stdout.emit('error', failure('EPIPE'))],
  ['SIGHUP', ({ signals }: ReturnType<typeof guarded>) => signals.emit('SIGHUP')],
])('%s is told as the loss of the terminal', (cause, strike) => {
  const all = guarded()
  strike(all)
  expect(all.causes).toEqual([cause])
})

test('the loss is told once, and what fails after it still does not crash', () => {
  const { stdin, stdout, signals, causes } = guarded()
  signals.emit('SIGHUP')
  stdin.emit('error', failure('EIO'))
  stdout.emit('error', failure('EIO'))
  signals.emit('SIGHUP')
  expect(causes).toEqual(['SIGHUP'])
})

test('guarding ends when it is told to, and leaves no listener behind', () => {
  const [stdin, stdout, signals] = [new EventEmitter(), new EventEmitter(), new EventEmitter()]
  const causes: string[] = []
  const stop = guardTerminal({ stdin, stdout, signals, onLost: (cause) => causes.push(cause) })
  stop()
  signals.emit('SIGHUP')
  expect(causes).toEqual([])
  expect([stdin, stdout, signals].flatMap((one) => one.eventNames())).toEqual([])
})

test('a terminal is unblocked, and what has no switch is left alone', () => {
  const calls: boolean[] = []
  unblock({ _handle: { setBlocking: (isBlocking: boolean) => calls.push(isBlocking) } })
  for (const other of [new PassThrough(), {}, { _handle: null }, { _handle: {} }, { _handle: { setBlocking: 1 } }])
    unblock(other)
  expect(calls).toEqual([false])
})

test('a terminal is behind when more than 64 KiB wait for it', () => {
  expect([0, 65_536, 65_537].map((writableLength) => isBehind({ writableLength }))).toEqual([false, false, true])
})

test('a process whose window is closed lives on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guards-'))
  const [script, report] = [join(folder, 'guarded.ts'), join(folder, 'report')]
  const guards = fileURLToPath(new URL('./guards.ts', import.meta.url))
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs'
    import { guardTerminal, unblock } from ${JSON.stringify(guards)}
    guardTerminal({ stdin: process.stdin, stdout: process.stdout, signals: process, onLost: () => {
      appendFileSync(${JSON.stringify(report)}, 'lost ')
      setTimeout(() => { appendFileSync(${JSON.stringify(report)}, 'alive'); process.exit(0) }, 200)
    } })
    unblock(process.stdout)
    process.stdin.setRawMode(true)
    process.stdin.resume()
    setInterval(() => process.stdout.write('frame'), 10)`,
  )
  writeFileSync(report, '')
  const terminal = pty.spawn(process.execPath, [script], { cols: 80, rows: 24 })
  await new Promise<void>((resolve) => {
    terminal.onData(() => resolve())
  })
  // Closes the window's end of the terminal, as an emulator does: reads and writes fail, and the process is hung up on.
  ;(terminal as unknown as { destroy(): void }).destroy()
  await expect.poll(() => readFileSync(report, 'utf8'), { timeout: 10_000 }).toBe('lost alive')
})
