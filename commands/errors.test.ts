import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { errorCatalogue } from './errors/error-catalogue.ts'

const ROOT = join(import.meta.dirname, '..')
let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
})
afterEach(() => shell.close())

/** Codes that classes of errors declare, as the sources have them. */
function declaredCodes(): readonly string[] {
  const files = ['src', 'storage'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  )
  return files.flatMap((text) =>
    [...text.matchAll(/extends Error[^]*?readonly code(?:: | = )((?:\s*\|?\s*'[^']+')+)/g)].flatMap(([, union = '']) =>
      [...union.matchAll(/'([^']+)'/g)].map(([, code = '']) => code),
    ),
  )
}

/** Codes that orders are given for what they are, not for what went wrong. */
const NO_FAULTS: ReadonlySet<string> = new Set([
  'EXIT_TAKE_PROFIT',
  'FLATTEN_POSITION',
  'OCO_SHRINKS',
  'STOP_LIQUIDATION',
  'STOP_LOSS',
  'OK',
])

/** Codes of refusals, findings and ends of orders, as the sources have them. */
function answeredCodes(): readonly string[] {
  const given = /(?:reasonCodes: \[|refus(?:al|ed)\(|reasonCode: |EXIT\.\w+,\s*)'([A-Z][A-Z0-9_]+)'/g
  const codes = ['src/runtime', 'src/kernel', 'src/venues', 'src/reconcile', 'commands'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.test|\.fixture)\.ts$/.test(name))
      .flatMap((name) =>
        [...readFileSync(join(ROOT, folder, name), 'utf8').matchAll(given)].map(([, code = '']) => code),
      ),
  )
  return [...new Set(codes)].filter((code) => !NO_FAULTS.has(code))
}

describe('UGF-0-012: errors', () => {
  test('every code that a class of errors declares is in the catalogue, with what to do', () => {
    const known = new Map(errorCatalogue().map((entry) => [entry.code, entry]))
    const declared = declaredCodes()
    expect(declared.length).toBeGreaterThan(15)
    expect(declared.filter((code) => !known.has(code))).toEqual([])
    for (const { todo, meaning } of known.values()) {
      expect(todo).not.toBe('')
      expect(meaning).not.toBe('')
    }
    expect(new Set(errorCatalogue().map(({ code }) => code)).size).toBe(errorCatalogue().length)
  })

  test('every code that a command, a comparison or a venue is answered with is in it too', () => {
    const known = new Set(errorCatalogue().map(({ code }) => code))
    const given = answeredCodes()
    expect(given.length).toBeGreaterThan(80)
    expect(given.filter((code) => !known.has(code))).toEqual([])
  })

  test('show tells one, however it is written, and names what is near', async () => {
    expect(await shell.json('errors', 'show', 'STORAGE.DISK-FULL')).toMatchObject({
      code: 0,
      data: { code: 'storage.disk-full', impact: 'SAFE' },
    })
    expect((await shell.json('errors', 'show', 'LOSS_DAILY')).data).toMatchObject({ todo: 'docs/runbooks.md#limits' })
    const unknown = await shell.json('errors', 'show', 'storage.disk-ful')
    expect(unknown).toMatchObject({ code: 2, reason_codes: ['CODE_UNKNOWN'] })
    expect(unknown.message).toContain("did you mean 'storage.disk-full'")
  })
})
