import { execFile, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCommand } from './command-line.ts'

const MAIN = fileURLToPath(new URL('../bin/main.ts', import.meta.url))

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'profinaut-'))
  process.env['PROFINAUT_HOME'] = home
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
  delete process.env['PROFINAUT_HOME']
})

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function say(...args: string[]): Promise<Said> {
  let out = ''
  let err = ''
  const code = await runCommand(args, {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    asOf: () => '2026-01-01T00:00:00Z',
  })
  return { code, out, err }
}

interface Envelope {
  readonly ok: boolean
  readonly code: number
  readonly message: string
  readonly reason_codes: readonly string[]
  readonly data: Record<string, unknown>
  readonly run_id: string | null
}

async function json(...args: string[]): Promise<Envelope> {
  const { out } = await say(...args, '--json')
  return JSON.parse(out) as Envelope
}

/** A hundred good hours, as text. */
function bars(count = 100): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const open = 100 + Math.round(10 * Math.sin(at / 7))
    const close = 100 + Math.round(10 * Math.sin((at + 1) / 7))
    return `${1_700_000_400_000 + at * 3_600_000},${open},${Math.max(open, close) + 1},${Math.min(open, close) - 1},${close},${10 + at}`
  })
  return `ts_ms,open,high,low,close,volume\n${rows.join('\n')}\n`
}

function file(name: string, content: string): string {
  const path = join(home, name)
  writeFileSync(path, content)
  return path
}

const QUICK = ['--param', 'fast=3', '--param', 'slow=8', '--no-scenarios'] as const

describe('backtest', () => {
  test('without data it plays an invented market and registers what it did', async () => {
    const {
      ok,
      data,
      run_id: id,
    } = await json('backtest', 'sma-cross', '--data', 'synthetic:bars?count=5000&step=1h&seed=1')
    expect(ok).toBe(true)
    expect(data).toMatchObject({
      outcome: 'completed',
      total_steps: expect.any(Number),
      final_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect((data['cost_scenarios'] as unknown[]).length).toBe(3)
    for (const name of [
      'journal.jsonl',
      'plan.json',
      'summary.json',
      'result.json',
      'trades.csv',
      'equity.csv',
      'orders.csv',
      'report.md',
      'report.html',
      'manifest.json',
    ]) {
      expect(existsSync(join(String(data['folder']), name)), name).toBe(true)
    }
    expect((await json('runs', 'show', String(id))).data).toMatchObject({
      state: 'SUCCEEDED',
      final_hash: data['final_hash'],
    })
  })

  test('two runs of one plan are equal to the byte, and so is one under another zone and locale', async () => {
    const data = file('BTCUSDT.csv', bars())
    const first = await json('backtest', 'sma-cross', '--data', data, ...QUICK)
    const second = await json('backtest', 'sma-cross', '--data', data, ...QUICK)
    expect(second.data['final_hash']).toBe(first.data['final_hash'])
    const artefact = (of: Envelope, name: string) => readFileSync(join(String(of.data['folder']), name), 'utf8')
    for (const name of ['summary.json', 'result.json', 'trades.csv'])
      expect(artefact(second, name)).toBe(artefact(first, name))
    const elsewhere = {
      ...process.env,
      PROFINAUT_HOME: home,
      TZ: 'Asia/Tokyo',
      LC_ALL: 'tr_TR.UTF-8',
      LANG: 'tr_TR.UTF-8',
    }
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [MAIN, 'backtest', 'sma-cross', '--data', data, ...QUICK, '--json'],
      { env: elsewhere },
    )
    expect((JSON.parse(stdout) as Envelope).data['final_hash']).toBe(first.data['final_hash'])
  })

  test.each([
    ['a torn row', (text: string) => text.trimEnd().slice(0, -9), 'TORN_ROW', 101],
    ['a number that is none', (text: string) => text.replace(/\n(\d+),\d+/, '\n$1,NaN'), 'NOT_A_NUMBER', 2],
    ['a price of zero', (text: string) => text.replace(/\n(\d+),\d+/, '\n$1,0'), 'NON_POSITIVE_PRICE', 2],
    ['a high below the low', (text: string) => text.replace(/\n(\d+),(\d+),\d+,/, '\n$1,$2,1,'), 'RANGE', 2],
  ])('%s stops with file, line and reason, and with --repair is counted', async (_, spoil, code, line) => {
    const path = file('BTCUSDT.csv', spoil(bars()))
    const refused = await json('backtest', 'sma-cross', '--data', path, ...QUICK)
    expect(refused).toMatchObject({ ok: false, code: 2, reason_codes: [code], data: { line } })
    expect(refused.message).toContain(path)
    const repaired = await json('backtest', 'sma-cross', '--data', path, ...QUICK, '--repair')
    expect(repaired.ok).toBe(true)
    expect(JSON.stringify(repaired.data['notes'])).toContain(code)
  })

  test.each([
    [['sma-crss'], 'UNKNOWN_STRATEGY', "did you mean 'sma-cross'"],
    [['sma-cross', '--param', 'fats=3'], 'BAD_PARAMETER', 'fast'],
    [['sma-cross', '--param', 'fast=200'], 'BAD_PARAMETER', 'slow'],
    [['sma-cross', '--from', '2023-02-30'], 'BAD_TIME', 'no date'],
    [['sma-cross', '--from', '2024-01-02T10:00'], 'BAD_TIME', 'zone'],
    [['sma-cross', '--data', 'nowhere.csv'], 'FILE_MISSING', 'nowhere.csv'],
    [['sma-cross', '--data', 'synthetic:latest'], 'BAD_REFERENCE', 'synthetic:'],
    [['sma-cross', '--data', 'synthetic:bars?count=400000000&step=1d&seed=1'], 'BAD_REFERENCE', 'beyond'],
    [['sma-cross', '--cash', '-5'], 'BAD_CASH', '--cash'],
    [['sma-cross', '--slippage', 'lots'], 'BAD_SLIPPAGE', '5bps'],
    [['sma-cross', '--limit', 'leverageMx=2'], 'UNKNOWN_LIMIT', 'leverageMax'],
  ])('%j is a usage error that says what to do', async (args, code, said) => {
    const refused = await json('backtest', ...args)
    expect(refused).toMatchObject({ ok: false, code: 2, reason_codes: [code] })
    expect(refused.message).toContain(said)
  })

  test('an unknown option is a usage error', async () => {
    expect(await say('backtest', 'sma-cross', '--dta', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--data'),
    })
  })

  test('an interrupted run ends within seconds, is recorded as cancelled, and replays up to its end', async () => {
    const env = { ...process.env, PROFINAUT_HOME: home }
    const child = spawn(
      process.execPath,
      [MAIN, 'backtest', 'sma-cross', '--data', 'synthetic:bars?count=400000000&step=1s&seed=1', '--json'],
      { env },
    )
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    const exited = new Promise((resolve) => child.on('exit', resolve))
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    child.kill('SIGINT')
    const code = await exited
    expect(code).toBe(130)
    const { run_id: id, reason_codes: codes } = JSON.parse(out) as Envelope
    expect(codes).toEqual(['CANCELED'])
    const shown = await json('runs', 'show', String(id))
    expect(shown.data).toMatchObject({ state: 'CANCELED' })
    expect(JSON.parse(readFileSync(join(String(shown.data['folder']), 'manifest.json'), 'utf8'))).toMatchObject({
      status: 'cancelled',
    })
    expect(await json('runs', 'cancel', String(id))).toMatchObject({ code: 3, reason_codes: ['RUNS_TERMINAL'] })
    expect(await json('replay', String(id))).toMatchObject({ ok: true, data: { verdict: 'VALID' } })
  })
})

describe('replay', () => {
  async function recorded(): Promise<{ id: string; folder: string; data: string }> {
    const data = file('BTCUSDT.csv', bars())
    const { run_id: id, data: result } = await json('backtest', 'sma-cross', '--data', data, ...QUICK)
    return { id: String(id), folder: String(result['folder']), data }
  }

  test('an untouched run is equal, by id, by beginning and by folder', async () => {
    const { id, folder } = await recorded()
    for (const reference of [id, id.slice(0, 30), folder])
      expect(await json('replay', reference)).toMatchObject({ code: 0, data: { verdict: 'VALID' } })
  })

  test('one flipped byte anywhere in the journal is found and named, exit 5', async () => {
    const { id, folder } = await recorded()
    const path = join(folder, 'journal.jsonl')
    const whole = readFileSync(path)
    for (const at of [0, 100, Math.floor(whole.length / 2), whole.length - 2, whole.length - 1]) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      writeFileSync(path, flipped)
      const found = await json('replay', id, '--verify')
      expect(found, `byte ${at}`).toMatchObject({
        ok: false,
        code: 5,
        data: { verdict: 'BROKEN', line: expect.any(Number) },
      })
    }
  })

  test('another parameter in the plan is named as the first event that differs, with the input', async () => {
    const { id, folder } = await recorded()
    const plan = join(folder, 'plan.json')
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('"fast": 3', '"fast": 4'))
    const { code, out } = await say('replay', id)
    expect(code).toBe(5)
    expect(out).toContain('config_sha256')
    expect(out).toContain('input')
  })

  test('data that changed is exit 5, data that is gone is exit 7', async () => {
    const { id, data } = await recorded()
    appendFileSync(data, '1700363600000,100,101,99,100,5\n')
    expect(await json('replay', id)).toMatchObject({ code: 5, reason_codes: ['DATASET_HASH_MISMATCH'] })
    rmSync(data)
    expect(await json('replay', id)).toMatchObject({ code: 7, reason_codes: ['INPUT_MISSING'] })
  })

  test('a run that is not known is exit 2', async () => {
    expect(await json('replay', 'ffffffff')).toMatchObject({ code: 2, reason_codes: ['RUNS_NOT_FOUND'] })
  })
})

describe('data', () => {
  test('what a file holds is told, and what is wrong with it is exit 5', async () => {
    expect((await json('data', 'inspect', file('good.csv', bars()))).data).toMatchObject({
      kind: 'bars',
      rows: 100,
      sha256: expect.any(String),
    })
    const doubled = bars()
      .split('\n')
      .flatMap((line, at) => (at === 5 ? [line, line] : [line]))
      .join('\n')
    expect(await json('data', 'inspect', file('bad.csv', doubled))).toMatchObject({
      code: 5,
      reason_codes: ['DUPLICATE'],
    })
    expect(await json('data', 'inspect', file('empty.csv', ''))).toMatchObject({
      code: 2,
      reason_codes: ['EMPTY_FILE'],
    })
  })

  test('CSV to Parquet and back is the same file, and gives the same backtest figures', async () => {
    const csv = file('BTCUSDT.csv', bars())
    const parquet = join(home, 'BTCUSDT.parquet')
    expect((await json('data', 'convert', csv, parquet)).ok).toBe(true)
    expect((await json('data', 'convert', parquet, join(home, 'back.csv'))).ok).toBe(true)
    const [a, b] = [
      await json('backtest', 'sma-cross', '--data', csv, ...QUICK),
      await json('backtest', 'sma-cross', '--data', parquet, ...QUICK),
    ]
    expect(b.data['final_equity']).toBe(a.data['final_equity'])
  })
})

test('every command has help with an example or its options, exit 0', async () => {
  for (const args of [
    [],
    ['backtest'],
    ['replay'],
    ['runs'],
    ['runs', 'list'],
    ['data', 'inspect'],
    ['strategy', 'show'],
    ['schema', 'export'],
  ]) {
    expect(await say(...args, '--help'), args.join(' ')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage:'),
    })
  }
})

test('the schema of events is printed as JSON Schema', async () => {
  const { code, out } = await say('schema', 'export')
  expect(code).toBe(0)
  expect(Object.keys((JSON.parse(out) as { payloads: object }).payloads)).toContain('policy.decided')
})
