import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { ConfigError, profilePaths } from './config.ts'
import { prepareFolders } from './config-folder.ts'
import { loadConfig } from './config-layers.ts'

const scratch = scratchFolder()
let home = ''

beforeEach(({ task }) => {
  home = join(scratch, task.id)
  vi.stubEnv('PROFINAUT_HOME', home)
  vi.stubEnv('PROFINAUT_PROFILE', undefined)
})
afterEach(() => void vi.unstubAllEnvs())

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
  } catch (error) {
    if (error instanceof ConfigError) return error.code
    throw error
  }
  return undefined
}

test('a profile keeps everything in its own folder', () => {
  const { profile, folder, ...paths } = profilePaths()
  expect([profile, folder]).toEqual(['demo', join(home, 'demo')])
  for (const path of Object.values(paths)) expect(path.startsWith(`${folder}/`)).toBe(true)
  expect(new Set(Object.values(paths)).size).toBe(Object.keys(paths).length)
})

test('a socket keeps its place at 100 bytes and moves to a short one of its own at 101', () => {
  const tail = Buffer.byteLength('/demo/engine.sock')
  const parent = `/${'x'.repeat(99 - tail)}`
  vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/7')
  vi.stubEnv('PROFINAUT_HOME', parent)
  expect(profilePaths().socket).toBe(`${parent}/demo/engine.sock`)
  vi.stubEnv('PROFINAUT_HOME', `${parent}x`)
  const one = profilePaths().socket
  expect(one).toMatch(/^\/run\/user\/7\/profinaut-\d+\/[0-9a-f]{16}\.sock$/)
  expect(profilePaths().socket).toBe(one)
  vi.stubEnv('PROFINAUT_HOME', `${parent}y`)
  expect(profilePaths().socket).not.toBe(one)
  vi.stubEnv('XDG_RUNTIME_DIR', undefined)
  vi.stubEnv('TMPDIR', '/short')
  expect(profilePaths().socket.startsWith('/short/profinaut-')).toBe(true)
  vi.stubEnv('TMPDIR', parent)
  expect(codeOf(profilePaths)).toBe('config.socket')
})

test('no home at all is told, not guessed', () => {
  vi.stubEnv('PROFINAUT_HOME', '')
  vi.stubEnv('HOME', '')
  expect(codeOf(profilePaths)).toBe('config.home')
})

test('folders are made for their owner alone', () => {
  const paths = profilePaths()
  prepareFolders(paths)
  for (const folder of [paths.folder, paths.logs, dirname(paths.status)])
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700')
  prepareFolders(paths)
})

test('a folder that others may write to is refused', () => {
  const paths = profilePaths()
  mkdirSync(paths.folder, { recursive: true })
  chmodSync(paths.folder, 0o777)
  expect(() => prepareFolders(paths)).toThrow('can be written by others (mode 777)')
})

test('a folder that cannot be made is refused', () => {
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'demo'), 'a file stands here')
  expect(codeOf(() => prepareFolders(profilePaths()))).toBe('config.folder')
})

test.runIf(process.getuid?.() === 0)('a folder of someone else is refused', () => {
  const paths = profilePaths()
  mkdirSync(paths.folder, { recursive: true })
  chownSync(paths.folder, 12_345, 12_345)
  expect(() => prepareFolders(paths)).toThrow('belongs to user 12345, we are user 0')
})

test('settings are read from the folder and the environment; no file is the demo', () => {
  const paths = profilePaths()
  expect(loadConfig(paths).config.bot).toHaveLength(3)
  prepareFolders(paths)
  writeFileSync(paths.config, '[engine]\nspeed = 2\n')
  vi.stubEnv('PROFINAUT_LOG_LEVEL', 'warn')
  const { config, origin } = loadConfig(paths, { flags: { 'engine.seed': 9 } })
  expect(config.engine).toMatchObject({ speed: 2, seed: 9 })
  expect(config.log.level).toBe('warn')
  expect(config.bot).toEqual([])
  expect(origin('engine.speed')).toEqual({ layer: 'file', file: paths.config, line: 2 })
})

test('a configuration that is no readable file is refused', () => {
  const paths = profilePaths()
  mkdirSync(paths.config, { recursive: true })
  expect(codeOf(() => loadConfig(paths))).toBe('config.file')
})
