import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Instrument } from '../../src/domain/instrument.ts'
import { parseDuration, timeUs, US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts'
import type { MarketColumns } from '../../src/market/columns.ts'
import { syntheticBars } from '../../src/market/synthetic.ts'
import { syntheticL2 } from '../../src/market/synthetic-l2.ts'
import { formatSyntheticRef, parseSyntheticRef, type SyntheticRef } from '../../src/market/synthetic-ref.ts'
import type { FeedSpec, OpenFeed } from '../../src/research/plan-spec.ts'
import { openBookFeed } from '../../storage/datasets/book-feed.ts'
import { commonRecvShift, type Dataset, openDataset } from '../../storage/datasets/dataset.ts'
import { type FaultReport, Faults } from '../../storage/datasets/fault.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError } from '../outcome.ts'

export interface ShelfOptions {
  readonly repair: boolean
  readonly stamp: 'open' | 'close'
  readonly progress?: (name: string, done: number, total: number) => void
}

/** A pinned file that is not what it was when it was pinned. */
export class DatasetChanged extends CommandError {
  constructor(path: string, expected: string, found: string) {
    super(
      EXIT.checkFailed,
      'DATASET_HASH_MISMATCH',
      `${path} is not the file that the run was made of: expected sha256 ${expected.slice(0, 16)}…, found ${found.slice(0, 16)}…`,
      'bring back the original file, or run the backtest again on this one',
    )
  }
}

/** At most this many rows of a feed are kept in memory for its next reading. */
const KEPT_ROWS = 3_000_000

/** Market data by name: files that were opened and checked once, and markets that are computed. */
export class DataShelf {
  readonly #options: ShelfOptions
  readonly #datasets = new Map<string, Dataset>()
  readonly #kept = new Map<string, MarketColumns[]>()
  /** What the last reading of each file found wrong, by path. */
  readonly faults = new Map<string, FaultReport>()
  readonly notes: string[] = []

  constructor(options: ShelfOptions) {
    this.#options = options
  }

  /** Opens files of one recorder: their times of receipt are shifted alike. */
  async open(paths: readonly string[]): Promise<readonly Dataset[]> {
    const first = await Promise.all(paths.map((path) => this.#load(path)))
    const shift = commonRecvShift(first)
    const opened = await Promise.all(
      first.map(async (dataset, at) =>
        dataset.mapping.recv === undefined || dataset.recvShiftUs === shift
          ? dataset
          : this.#load(paths[at] as string, shift),
      ),
    )
    opened.forEach((dataset) => this.#datasets.set(resolve(dataset.path), dataset))
    if (shift > 0)
      this.notes.push(`times of receipt were moved by ${shift / 1000} ms: the recorder's clock was behind the venue's`)
    return opened
  }

  async #load(path: string, recvShiftUs?: number): Promise<Dataset> {
    if (!existsSync(path)) {
      throw new CommandError(
        EXIT.usage,
        'FILE_MISSING',
        `there is no file ${path}`,
        'check the path; several files are given as --data A --data B',
      )
    }
    const { repair, stamp, progress } = this.#options
    return openDataset(path, {
      repair,
      stamp,
      ...(recvShiftUs === undefined ? {} : { recvShiftUs }),
      ...(progress === undefined
        ? {}
        : { progress: (done: number, total: number) => progress(basename(path), done, total) }),
    })
  }

  /** Opens what a plan refers to, and refuses a file whose content is another. */
  async recall(feeds: readonly FeedSpec[]): Promise<void> {
    const wanted = feeds.flatMap(({ source }) =>
      source.type === 'file'
        ? [
            { path: source.path, sha256: source.sha256, shift: source.recv_shift_us },
            ...(source.snapshot ? [{ ...source.snapshot, shift: source.recv_shift_us }] : []),
          ]
        : [],
    )
    for (const { path, sha256, shift } of wanted) {
      if (!existsSync(path)) {
        throw new CommandError(
          EXIT.inconclusive,
          'INPUT_MISSING',
          `the run's data ${path} is gone`,
          'bring the file back to its place; without its inputs a run can only be verified with --verify',
        )
      }
      const dataset = await this.#load(path, shift)
      if (dataset.sha256 !== sha256) throw new DatasetChanged(path, sha256, dataset.sha256)
      this.#datasets.set(resolve(path), dataset)
    }
  }

  /** Reads a feed's rows; a feed that is small enough is read from the file once. */
  readonly read: OpenFeed = (feed, instrument, range) => {
    const key = JSON.stringify([feed, range])
    const kept = this.#kept.get(key)
    if (kept !== undefined) return replayed(kept)
    return this.#keeping(key, this.#rows(feed, instrument, range))
  }

  async *#keeping(key: string, chunks: AsyncIterable<MarketColumns>): AsyncGenerator<MarketColumns> {
    let kept: MarketColumns[] | undefined = []
    let rows = 0
    for await (const chunk of chunks) {
      rows += chunk.length
      if (rows > KEPT_ROWS) kept = undefined
      kept?.push(chunk)
      yield chunk
    }
    if (kept !== undefined) this.#kept.set(key, kept)
  }

  async *#rows(feed: FeedSpec, instrument: Instrument, range: Parameters<OpenFeed>[2]): AsyncGenerator<MarketColumns> {
    const { source } = feed
    if (source.type === 'synthetic') {
      yield* syntheticRows(source.ref, feed.kind, instrument)
      return
    }
    const dataset = this.#dataset(source.path)
    const faults = new Faults(source.path, source.repair)
    const bounds = {
      ...(range.fromTs === undefined ? {} : { fromTs: range.fromTs }),
      ...(range.toTs === undefined ? {} : { toTs: range.toTs }),
    }
    if (source.snapshot === undefined) yield* dataset.chunks(instrument, bounds, { faults })
    else {
      const book = await openBookFeed(dataset, this.#dataset(source.snapshot.path), instrument, { faults })
      yield* book.chunks
    }
    this.faults.set(source.path, faults.report())
  }

  #dataset(path: string): Dataset {
    const dataset = this.#datasets.get(resolve(path))
    if (dataset === undefined)
      throw new CommandError(
        EXIT.internal,
        'DATASET_NOT_OPEN',
        `${path} was not opened before it was read`,
        'report this',
      )
    return dataset
  }
}

async function* replayed(chunks: readonly MarketColumns[]): AsyncGenerator<MarketColumns> {
  yield* chunks
}

/** 2024-01-01: where invented markets begin. */
export const SYNTHETIC_START = timeUs(1_704_067_200_000_000)

/** The market of a run without data: four years of hours. */
export function defaultSyntheticRef(seed: number): string {
  return formatSyntheticRef({ generator: 'bars', params: { count: '35064', step: '1h' }, seed })
}

/** Checks a reference to an invented market. @returns its parts, or what is wrong with it */
export function checkSynthetic(ref: string): SyntheticRef | string {
  const parsed = parseSyntheticRef(ref)
  if (parsed === undefined) return `'${ref}' is no reference: synthetic:<bars|l2>?count=<n>&seed=<n>`
  if (parsed.generator !== 'bars' && parsed.generator !== 'l2')
    return `there is no generator '${parsed.generator}': bars or l2`
  const { count = '', step = '1m', ...others } = parsed.params
  if (!/^[1-9]\d{0,9}$/.test(count)) return `${parsed.generator} needs count=<1 to 9999999999>`
  const isStepped = parsed.generator === 'bars' || parsed.params['step'] === undefined
  if (!isStepped || (parseDuration(step) ?? 0) < US_PER_SECOND)
    return `${parsed.generator} takes no step=${step}: bars take a duration of at least a second`
  if (SYNTHETIC_START + Number(count) * (parseDuration(step) ?? 0) > Number.MAX_SAFE_INTEGER)
    return `${count} bars of ${step} end beyond the times that whole microseconds reach`
  const [unknown] = Object.keys(others)
  return unknown === undefined ? parsed : `${parsed.generator} has no parameter '${unknown}'`
}

function* syntheticRows(ref: string, kind: MarketColumns['kind'], instrument: Instrument): Generator<MarketColumns> {
  const parsed = checkSynthetic(ref)
  if (typeof parsed === 'string')
    throw new CommandError(EXIT.usage, 'BAD_REFERENCE', parsed, 'give the reference as a run printed it')
  const count = Number(parsed.params['count'])
  const { seed } = parsed
  if (parsed.generator === 'bars') {
    const stepUs = parseDuration(parsed.params['step'] ?? '1m') ?? US_PER_MINUTE
    // Volatility grows with the root of time.
    const volatility = Math.min(0.03, 0.0008 * Math.sqrt(stepUs / US_PER_MINUTE))
    // Chunks that are kept for the next reading may not be filled again.
    const reuse = count > KEPT_ROWS
    yield* syntheticBars({
      seed,
      instrument,
      startTs: SYNTHETIC_START,
      stepUs,
      count,
      startPrice: 60_000,
      volatility,
      reuse,
    })
    return
  }
  for (const chunk of syntheticL2({ seed, startTs: SYNTHETIC_START, count, startBid: 6_000_000 })) {
    if (kind === 'book') yield chunk.book
    else if (chunk.trades.length > 0) yield chunk.trades
  }
}
