import { Command, Option } from 'commander'
import { formatDuration, formatTime, type TimeUs } from '../src/domain/time.ts'
import type { CommandDeps } from './command-line.ts'
import { EXIT } from './exit-code.ts'
import type { Outcome } from './outcome.ts'
import { terminalProgress } from './terminal.ts'

interface ReadOptions {
  readonly json: boolean
  readonly stamp: 'open' | 'close'
}

export function dataCommand({ settle }: CommandDeps): Command {
  const command = new Command('data').description('look into market data files and convert them')
  const stamp = () =>
    new Option('--stamp <which>', 'what the time of a bar means').choices(['open', 'close']).default('open')
  command
    .command('inspect <file>')
    .description(
      'what a file holds: kind, span, gaps, duplicates, order, precision, hash, and what would have to be repaired',
    )
    .addOption(stamp())
    .option('--json', 'print one JSON envelope', false)
    .addHelpText(
      'after',
      '\nExamples:\n  profinaut data inspect BTCUSDT-1m.csv.gz\n  profinaut data inspect trades.parquet --json\n',
    )
    .action((file: string, options: ReadOptions) => settle(options, () => inspect(file, options)))
  command
    .command('convert <from> <to>')
    .description('CSV (.csv, .csv.gz, .csv.zst) to Parquet (.parquet) and back, exactly')
    .addOption(stamp())
    .option('--repair', 'take faulty rows out and count them instead of stopping at the first', false)
    .option('--json', 'print one JSON envelope', false)
    .addHelpText('after', '\nExample:\n  profinaut data convert BTCUSDT-1m.csv.gz BTCUSDT-1m.parquet\n')
    .action((from: string, to: string, options: ReadOptions & { repair: boolean }) =>
      settle(options, () => convert(from, to, options)),
    )
  return command
}

async function inspect(file: string, { stamp }: ReadOptions): Promise<Outcome> {
  const { inspectDataset } = await import('../storage/datasets/inspect.ts')
  const progress = terminalProgress()
  const found = await inspectDataset(file, {
    stamp,
    progress: (done, total) => progress.update('reading', done, total, 'bytes'),
  })
  progress.clear()
  const time = (ts: number) => formatTime(ts as TimeUs)
  const { gaps } = found
  const needed = Object.entries(found.repairsNeeded)
  const rows: (readonly [string, string])[] = [
    [
      'file',
      `${found.path} (${found.format}, ${found.compression === 'none' ? 'not compressed' : found.compression}, ${found.bytes} bytes)`,
    ],
    ['sha256', found.sha256],
    ['kind', found.kind],
    [
      'columns',
      Object.entries(found.columns)
        .map(([role, name]) => (role === name ? name : `${name} = ${role}`))
        .join(', '),
    ],
    ['ignored', found.ignored.length === 0 ? 'none' : found.ignored.join(', ')],
    ['rows', `${found.rows}${found.rowsKept === found.rows ? '' : `, ${found.rowsKept} of them without fault`}`],
    ['span', `${time(found.firstTs)} to ${time(found.lastTs)}`],
    ...(found.barStepUs === undefined ? [] : [['step', formatDuration(found.barStepUs)] as const]),
    ...(found.kind === 'bars'
      ? [['gaps', gaps.count === 0 ? 'none' : `${gaps.count}, ${gaps.missing} bars missing`] as const]
      : []),
    ...gaps.largest.map(({ afterTs, missing }) => ['', `${missing} missing after ${time(afterTs)}`] as const),
    [
      'precision',
      `price ${found.priceDecimals} digits (${found.priceDecimalsUsed} used), quantity ${found.qtyDecimals} (${found.qtyDecimalsUsed} used)`,
    ],
    ['order', found.inOrder ? 'in time order' : `${found.unsorted} rows out of order`],
    ['duplicates', String(found.duplicates)],
    ...(found.kind === 'quotes'
      ? [['crossed', `${found.crossed} bid above ask, ${found.locked} bid at ask`] as const]
      : []),
    ...(found.kind === 'bars' ? [['no volume', String(found.zeroVolume)] as const] : []),
    ...found.notes.map((note) => ['note', note] as const),
    [
      'repairs',
      needed.length === 0
        ? 'none needed'
        : `needed: ${needed.map(([code, count]) => `${code} ${count}`).join(', ')} (read it with --repair)`,
    ],
  ]
  const text = rows.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n')
  const isFaulty = needed.length > 0
  return {
    code: isFaulty ? EXIT.checkFailed : EXIT.ok,
    message: isFaulty
      ? `${file} needs repairs: ${needed.map(([code]) => code).join(', ')}`
      : `${found.rows} rows without fault`,
    reasonCodes: needed.map(([code]) => code),
    data: { ...found, first_ts: time(found.firstTs), last_ts: time(found.lastTs) },
    text,
  }
}

async function convert(
  from: string,
  to: string,
  { stamp, repair }: ReadOptions & { repair: boolean },
): Promise<Outcome> {
  const { convertDataset } = await import('../storage/datasets/convert.ts')
  const progress = terminalProgress()
  const done = await convertDataset(from, to, {
    stamp,
    repair,
    progress: (at, total) => progress.update('converting', at, total, 'bytes'),
  })
  progress.clear()
  const repaired = Object.entries(done.faults).map(([code, fault]) => `${code} ${fault.count}`)
  const text = [
    `${done.rows} rows written to ${done.path}`,
    ...(done.dropped.length === 0 ? [] : [`left out: ${done.dropped.join(', ')}`]),
    ...(repaired.length === 0 ? [] : [`found on the way: ${repaired.join(', ')}`]),
  ].join('\n')
  return { code: EXIT.ok, message: `${done.rows} rows written`, data: done, text }
}
