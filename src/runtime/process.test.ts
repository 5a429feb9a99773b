import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { isAlive, thisProcess } from './process.ts'

test('this process is alive, and one of another start of the machine is not', () => {
  expect(isAlive(thisProcess())).toBe(true)
  expect(isAlive({ ...thisProcess(), boot: 'another' })).toBe(false)
})

test.skipIf(process.platform !== 'linux')('a process that has ended and was not reaped is dead', async () => {
  // The shell starts a child that ends at once, and becomes a program that never asks about it.
  const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 5'])
  const pid = await new Promise<number>((resolve) => shell.stdout.once('data', (data: Buffer) => resolve(Number(data))))
  await new Promise((resolve) => {
    setTimeout(resolve, 200)
  })
  expect(isAlive({ ...thisProcess(), pid })).toBe(false)
  shell.kill('SIGKILL')
})
