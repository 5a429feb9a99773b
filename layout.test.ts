import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { RULES } from './src/risk/gate.ts'

const ROOT = fileURLToPath(new URL('.', import.meta.url))
const FOLDERS = ['src', 'commands', 'tui', 'storage', 'fixtures', 'bin'] as const

interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string
  readonly text: string
}

function sourceFiles(): readonly SourceFile[] {
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  return [...paths, ...readdirSync(ROOT)]
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

const files = sourceFiles()
/** Tests, and what stands beside them to feed them. */
const isTest = (path: string) => /\.(test|fixture)\.tsx?$/.test(path)

// ---- reading a file ------------------------------------------------------------------------------------------------------

interface Import {
  /** As written: a relative path or a package. */
  readonly from: string
  /** Nothing of it is left when the types are gone. */
  readonly isType: boolean
}

/** The imports and re-exports of a file, dynamic ones included. */
function importsOf(text: string): readonly Import[] {
  const found: Import[] = []
  const { code, strings } = scan(text)
  const quoted = (mark: string) => strings[Number(mark)] ?? ''
  for (const [, keyword = '', names = '', mark = ''] of code.matchAll(
    /(?:^|[;\n])\s*(import|export)\s+((?:type\s)?[^;'"«»=()]*?)\s*from\s*«(\d+)»/g,
  )) {
    const listed = /^\{([^}]*)\}$/.exec(names.trim())?.[1]
    const isEachType = listed !== undefined && listed.split(',').every((name) => /^\s*($|type\s)/.test(name))
    found.push({ from: quoted(mark), isType: /^type\s/.test(names) || (keyword === 'import' && isEachType) })
  }
  for (const [, mark = ''] of code.matchAll(/(?:^|[;\n])\s*import\s*«(\d+)»/g))
    found.push({ from: quoted(mark), isType: false })
  for (const [, mark = ''] of code.matchAll(/\bimport\(\s*«(\d+)»/g)) found.push({ from: quoted(mark), isType: false })
  return found
}

/** Splits a file into its code, comments gone and every string replaced by «its number», and its strings. */
function scan(text: string): { readonly code: string; readonly strings: readonly string[] } {
  let code = ''
  const strings: string[] = []
  /** Depth of braces at which each open template literal goes on. */
  const templates: number[] = []
  let depth = 0
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [whole = ''] = pattern.exec(text) ?? []
    at += Math.max(1, whole.length)
    return whole
  }
  const push = (content: string) => {
    code += `«${strings.length}»`
    strings.push(content)
  }
  const template = () => {
    const start = at
    while (at < text.length && text[at] !== '`' && !text.startsWith('${', at)) at += text[at] === '\\' ? 2 : 1
    push(text.slice(start, at))
    if (text[at] === '`') at++
    else {
      at += 2
      templates.push(depth++)
    }
  }
  while (at < text.length) {
    const char = text[at] as string
    if (text.startsWith('//', at)) take(/\/\/[^\n]*/y)
    else if (text.startsWith('/*', at)) take(/\/\*[\s\S]*?\*\//y)
    else if (char === "'" || char === '"')
      push(take(char === "'" ? /'(?:[^'\\\n]|\\.)*'/y : /"(?:[^"\\\n]|\\.)*"/y).slice(1, -1))
    else if (char === '`') {
      at++
      template()
    } else if (char === '/' && /(^|[=(,:[!&|?{};+]|\breturn|=>)\s*$/.test(code.slice(-40))) {
      take(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y)
      code += '/regex/'
    } else {
      if (char === '{') depth++
      if (char === '}' && templates.at(-1) === --depth) {
        templates.pop()
        at++
        template()
        continue
      }
      code += char
      at++
    }
  }
  return { code, strings }
}

// ---- who may know whom ---------------------------------------------------------------------------------------------------

const LEVEL_ROOMS = ['market', 'strategy', 'risk', 'orders', 'execution', 'portfolio'] as const
const HOST_ROOMS = ['runtime', 'research', 'replay', 'reconcile'] as const

/** What each room may import for values. Types may come from these and from rooms on its own level. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  events: ['domain'],
  ...Object.fromEntries(LEVEL_ROOMS.map((room) => [room, ['events', 'domain']])),
  // Folds events into what is; the kernel goes on from it, the database shows it.
  projection: ['events', 'domain'],
  kernel: [...LEVEL_ROOMS, 'projection', 'events', 'domain'],
  venues: ['market', 'domain'],
  ...Object.fromEntries(
    HOST_ROOMS.map((room) => [room, ['kernel', ...LEVEL_ROOMS, 'projection', 'venues', 'events', 'domain']]),
  ),
  // Runs the whole host in a world of its own making.
  simulation: ['runtime', 'kernel', ...LEVEL_ROOMS, 'projection', 'venues', 'events', 'domain'],
  // Recorded columns are market's: they are the port that datasets are read through.
  storage: ['market', 'projection', 'events', 'domain'],
  tui: [...HOST_ROOMS, 'storage', 'kernel', ...LEVEL_ROOMS, 'events', 'domain'],
  // A command opens the screen and prints its charts; the screen knows no command.
  commands: [
    'tui',
    ...HOST_ROOMS,
    'simulation',
    'storage',
    'kernel',
    'projection',
    'venues',
    ...LEVEL_ROOMS,
    'events',
    'domain',
  ],
  bin: ['commands', 'runtime'],
}

/** Rooms whose types a room may name although their behaviour is out of its reach. */
const MAY_NAME: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(LEVEL_ROOMS.map((room) => [room, LEVEL_ROOMS])),
  ...Object.fromEntries(HOST_ROOMS.map((room) => [room, HOST_ROOMS])),
  storage: [...HOST_ROOMS, 'kernel', 'venues', ...LEVEL_ROOMS],
  tui: ['venues', 'projection'],
}

function roomOf(path: string): string {
  const [top = '', room = ''] = path.split('/')
  return top === 'src' ? room : top
}

/** What is wrong with an import and what to do instead; undefined when it is in order. Paths are from the root. */
function forbiddenImport(path: string, imported: string, isType: boolean): string | undefined {
  const [from, to] = [roomOf(path), roomOf(imported)]
  const says = (instead: string) => `${path} imports ${imported}: ${instead}`
  if (from === 'fixtures') return undefined
  // Venues to practise on are served by a command.
  if (from === 'commands' && imported.startsWith('fixtures/venues/')) return undefined
  if (to === 'fixtures') return isTest(path) ? undefined : says('only tests and fixtures import fixtures')
  if (isTest(imported) && !(isTest(path) && imported.endsWith('.fixture.ts')))
    return says('a test is nobody’s library: move what is shared to fixtures')
  if (from === to || isTest(path)) return undefined
  if (
    from === 'research' &&
    imported.startsWith('src/venues/') &&
    !/^src\/venues\/(simulated\/|venue\.ts)/.test(imported)
  )
    return says('research meets the simulated venue alone')
  if (MAY_IMPORT[from]?.includes(to)) return undefined
  if (MAY_NAME[from]?.includes(to)) {
    if (isType) return undefined
    if (LEVEL_ROOMS.some((room) => room === from))
      return says(`import type from src/${to}/, or let the kernel bring them together`)
    return says('import its type, and be given the thing itself')
  }
  if (MAY_IMPORT[from] === undefined) return says(`there is no room '${from}': name its place in layout.test.ts`)
  return says(`arrows never run back: ${from} knows only ${MAY_IMPORT[from]?.join(', ') || 'itself'}`)
}

const PACKAGE_HOMES: readonly { readonly name: RegExp; readonly home: RegExp; readonly instead: string }[] = [
  { name: /^(ink|react)($|\/)/, home: /^tui\//, instead: 'a line of Ink stands in tui/' },
  { name: /^commander$/, home: /^commands\//, instead: 'a line of commander stands in commands/' },
  { name: /^(better-sqlite3|node:sqlite)$/, home: /^storage\//, instead: 'a line of SQL stands in storage/' },
  {
    name: /^node:(?!crypto$)/,
    home: /^(?!src\/(domain|events|market|risk|orders|execution|portfolio|kernel|venues\/simulated)\/)/,
    instead: 'from the kernel down there is no I/O: take it as an input',
  },
  { name: /./, home: /^(?!src\/domain\/)/, instead: 'the vocabulary imports nothing' },
]

function forbiddenPackage(path: string, name: string): string | undefined {
  const found = isTest(path) ? undefined : PACKAGE_HOMES.find((rule) => rule.name.test(name) && !rule.home.test(path))
  return found && `${path} imports ${name}: ${found.instead}`
}

function importProblems({ path, text }: SourceFile): readonly string[] {
  return importsOf(text).flatMap(({ from, isType }) => {
    const imported = normalize(join(dirname(path), from))
    return (from.startsWith('.') ? forbiddenImport(path, imported, isType) : forbiddenPackage(path, from)) ?? []
  })
}

test('every import of the house follows the dependency rule', () => {
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter(({ path }) => path.includes('/')).flatMap(importProblems)).toEqual([])
})

test('no import escapes the reader', () => {
  for (const { path, text } of files.filter(({ path }) => path !== 'layout.test.ts')) {
    const lines = [...text.matchAll(/^(?:import\b(?!\().*|\} )from '([^']+)'$|^import '([^']+)'$/gm)]
    const read = importsOf(text).map(({ from }) => from)
    expect(read, path).toEqual(expect.arrayContaining(lines.map(([, from, bare]) => from ?? bare)))
  }
})

test('an import that breaks the rule is found and told what to do instead', () => {
  const broken: readonly (readonly [path: string, line: string, says: string])[] = [
    ['src/orders/x.ts', "import { y } from '../risk/rules/y.ts'", 'let the kernel bring them together'],
    ['src/domain/x.ts', "import type { Gate } from '../risk/gate.ts'", 'arrows never run back'],
    ['src/events/x.ts', "import { Gate } from '../risk/gate.ts'", 'arrows never run back'],
    ['src/risk/x.ts', "import { Kernel } from '../kernel/kernel.ts'", 'arrows never run back'],
    ['src/risk/rules/x.ts', "export { EXITS } from '../../orders/order.ts'", 'let the kernel bring them together'],
    [
      'src/kernel/x.ts',
      "import type { SimulatedVenue } from '../venues/simulated/simulated-venue.ts'",
      'never run back',
    ],
    ['src/venues/sim/x.ts', "import { Gate } from '../../risk/gate.ts'", 'never run back'],
    ['src/research/x.ts', "import { Acme } from '../venues/acme/acme.ts'", 'the simulated venue alone'],
    ['src/research/x.ts', "const y = await import('../../storage/journal.ts')", 'never run back'],
    ['src/runtime/x.ts', "import { run } from '../research/backtest.ts'", 'import its type'],
    ['storage/x.ts', "import { Kernel } from '../src/kernel/kernel.ts'", 'import its type'],
    ['tui/x.ts', "import { program } from '../commands/program.ts'", 'never run back'],
    ['src/kernel/x.ts', "import { World } from '../../fixtures/world.ts'", 'only tests and fixtures'],
    ['src/kernel/x.ts', "import '../../fixtures/world.ts'", 'only tests and fixtures'],
    ['src/kernel/x.test.ts', "import { play } from './y.test.ts'", 'nobody’s library'],
    ['src/attic/x.ts', "import { Kernel } from '../kernel/kernel.ts'", "no room 'attic'"],
    ['src/kernel/x.ts', "import { render } from 'ink'", 'stands in tui/'],
    ['src/runtime/x.ts', "import { Command } from 'commander'", 'stands in commands/'],
    ['commands/x.ts', "import Database from 'better-sqlite3'", 'stands in storage/'],
    ['src/orders/x.ts', "import { readFileSync } from 'node:fs'", 'there is no I/O'],
    ['src/domain/x.ts', "import { z } from 'zod'", 'imports nothing'],
  ]
  for (const [path, text, says] of broken)
    expect(importProblems({ path, text }), `${path}: ${text}`).toEqual([expect.stringContaining(says)])
})

test('imports in order are let through, and types are told from values', () => {
  const fine: readonly SourceFile[] = [
    { path: 'src/kernel/x.ts', text: "import { OrderBook } from '../market/book.ts'" },
    { path: 'src/orders/x.ts', text: "import type { Gate } from '../risk/gate.ts'" },
    { path: 'src/orders/x.ts', text: "import {\n  type Gate,\n  type Decision,\n} from '../risk/gate.ts'" },
    { path: 'src/risk/x.test.ts', text: "import { World } from '../../fixtures/world.ts'" },
    { path: 'src/kernel/x.ts', text: "// import { World } from '../../fixtures/world.ts'\nconst y = `from 'ink'`" },
    { path: 'commands/x.ts', text: "import { Command } from 'commander'" },
  ]
  expect(fine.flatMap(importProblems)).toEqual([])
  expect(importsOf("import { type A, b } from './x.ts'\nimport './y.ts'")).toEqual([
    { from: './x.ts', isType: false },
    { from: './y.ts', isType: false },
  ])
})

// ---- what stands where ---------------------------------------------------------------------------------------------------

interface WordRule {
  readonly word: RegExp
  readonly where: RegExp
  readonly home: RegExp
  readonly instead: string
}

const HOUSE = /^(src|storage|commands|tui)\//
const CORE = /^src\/(domain|events|risk|orders|execution|portfolio|kernel)\//
const NOWHERE = /(?!)/

const WORD_RULES: readonly WordRule[] = [
  {
    word: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/,
    where: HOUSE,
    home: /^src\/runtime\/clock\.ts$/,
    instead: 'time is passed in',
  },
  { word: /\bMath\.random\b/, where: HOUSE, home: /^src\/runtime\/clock\.ts$/, instead: 'draw from a seeded Random' },
  {
    word: /\bset(Timeout|Interval|Immediate)\(/,
    where: /^src\//,
    home: /^src\/runtime\/clock\.ts$/,
    instead: 'timers belong to the clock',
  },
  {
    word: /\bprocess\.env\b/,
    where: HOUSE,
    home: /^src\/runtime\/config\.ts$/,
    instead: 'settings are read by runtime/config',
  },
  { word: /\bconsole\./, where: HOUSE, home: NOWHERE, instead: 'print through what the command was given' },
  {
    word: /\btoLocale\w*\(|\blocaleCompare\b|\bIntl\./,
    where: /^src\//,
    home: NOWHERE,
    instead: 'the same text on every machine: no locale',
  },
  {
    word: /\basync\b|\bawait\b|\bPromise\b/,
    where: CORE,
    home: NOWHERE,
    instead: 'from the kernel down everything is synchronous',
  },
  {
    word: /\bas\s+Allowed(Order|Amend)\b|<Allowed(Order|Amend)>/,
    where: /^(src|storage|commands|tui|bin)\//,
    home: /^src\/risk\/gate\.ts$/,
    instead: 'only the gate makes one',
  },
  {
    word: /\bexport\s+default\b/,
    where: /./,
    home: /(\.config\.ts|^fixtures\/passed-failed-reporter\.ts)$/,
    instead: 'export it by name',
  },
  { word: /\benum\s+\w+\s*\{/, where: /./, home: NOWHERE, instead: 'a union of literals' },
]

const SQL =
  /\b(SELECT\s[\s\S]+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(UNIQUE\s+)?(TABLE|INDEX|TRIGGER|VIEW)|PRAGMA\s+\w)/

function wordProblems({ path, text }: SourceFile): readonly string[] {
  if (isTest(path)) return []
  const { code, strings } = scan(text)
  const words = WORD_RULES.filter(({ word, where, home }) => where.test(path) && !home.test(path) && word.test(code))
  const problems = words.map(({ word, instead }) => `${path} says ${word.exec(code)?.[0]}: ${instead}`)
  if (/^(src|commands|tui)\//.test(path) && strings.some((string) => SQL.test(string)))
    problems.push(`${path} speaks SQL: a line of SQL stands in storage/`)
  return problems
}

function nameProblem(path: string): string | undefined {
  const name = path.split('/').at(-1) ?? ''
  if (/^index\.tsx?$/.test(name)) return `${path}: no barrels, import the defining file`
  const empty = /(^|[-.])(utils?|helpers?|common|managers?|misc)[-.]/.exec(name)
  return empty ? `${path}: '${empty[2]}' names nothing, name the noun or the decision` : undefined
}

test('UGF-0-004: time, chance, settings, SQL and stamps stand in their one home', () => {
  expect(files.flatMap(wordProblems)).toEqual([])
})

test('a word out of its home is found', () => {
  const broken: readonly (readonly [path: string, text: string, says: string])[] = [
    ['src/kernel/x.ts', 'const now = Date.now()', 'time is passed in'],
    ['tui/x.ts', 'const now = new Date()', 'time is passed in'],
    ['src/research/x.ts', 'Math.random()', 'seeded Random'],
    ['src/venues/acme/x.ts', 'setTimeout(retry, 5)', 'timers belong'],
    ['commands/x.ts', "process.env['HOME']", 'runtime/config'],
    ['src/kernel/x.ts', 'console.log(1)', 'print through'],
    ['src/domain/x.ts', "(5).toLocaleString('de')", 'no locale'],
    ['src/orders/x.ts', 'async function f() {}', 'synchronous'],
    ['src/kernel/x.ts', 'venue.place(order as AllowedOrder)', 'only the gate'],
    ['src/kernel/x.ts', 'export default class Kernel {}', 'by name'],
    ['src/kernel/x.ts', 'enum Side { Buy, Sell }', 'union of literals'],
    ['src/runtime/x.ts', 'db.run(`SELECT seq FROM events WHERE run = ${run}`)', 'stands in storage/'],
    ['commands/x.ts', "db.run('INSERT INTO commands VALUES (1)')", 'stands in storage/'],
  ]
  for (const [path, text, says] of broken)
    expect(wordProblems({ path, text }), `${path}: ${text}`).toEqual([expect.stringContaining(says)])
  const fine: readonly SourceFile[] = [
    { path: 'src/kernel/x.ts', text: '/** Not Date.now(), never new Date(). */ const date = new Date(ts)' },
    { path: 'src/kernel/x.ts', text: "const hint = 'set process.env or call Math.random()'" },
    { path: 'src/kernel/x.ts', text: 'const quote = /[\'"`]/ // Date.now()\nconst s = `a ${b} c` // console.log' },
    { path: 'storage/x.ts', text: "'SELECT 1 FROM events'" },
    { path: 'src/kernel/x.test.ts', text: 'const order = raw as AllowedOrder' },
    { path: 'vitest.config.ts', text: 'export default {}' },
  ]
  expect(fine.flatMap(wordProblems)).toEqual([])
  expect(wordProblems({ path: 'src/kernel/x.ts', text: 'const s = `a ${Date.now()} c`' })).toHaveLength(1)
})

test('files are named for what they hold', () => {
  expect(files.flatMap(({ path }) => nameProblem(path) ?? [])).toEqual([])
  for (const path of [
    'src/risk/index.ts',
    'src/orders/utils.ts',
    'src/orders/order-helpers.ts',
    'src/kernel/run-manager.ts',
  ])
    expect(nameProblem(path), path).toBeDefined()
})

test('every reason code of the gate belongs to one rule, and rules stand in the order of their numbers', () => {
  const codes = RULES.flatMap((rule) => rule.reasonCodes)
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  for (const code of codes) expect(code).toMatch(/^[A-Z][A-Z0-9_]{1,63}$/)
  const numbers = RULES.map(({ number }) => number)
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  const written = files.filter(({ path }) => path.startsWith('src/risk/rules/') && !isTest(path))
  expect(written).toHaveLength(RULES.length)
})
