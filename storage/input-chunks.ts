import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Statement } from 'better-sqlite3'
import { assert } from '../src/domain/brand.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

/** Below this, packing costs more than the bytes that it saves. */
const WORTH_PACKING = 512

interface ChunkCells {
  readonly run_no: number
  readonly chunk_no: number
  readonly until_seq: number
  readonly ts: number
  readonly packing: 'none' | 'zstd'
  readonly count: number
  readonly bytes: number
  readonly inputs: Uint8Array
}

/** Inputs of a session on their way to the database: gathered by {@link add}, one row per write. */
export class InputChunks {
  readonly #runNo: number
  readonly #insert: Statement<[ChunkCells]>
  #waiting: Uint8Array[] = []
  #chunkNo = 0

  constructor(db: Database, runNo: number) {
    this.#runNo = runNo
    this.#insert = db.prepare<[ChunkCells]>(
      `INSERT INTO input_chunks (run_no, chunk_no, until_seq, ts, packing, count, bytes, inputs)
       VALUES (@run_no, @chunk_no, @until_seq, @ts, @packing, @count, @bytes, @inputs)`,
    )
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Takes a copy: the caller's bytes are its own again. */
  add(inputs: Uint8Array): void {
    this.#waiting.push(new Uint8Array(inputs))
  }

  /** Writes what waits, as having led to the events up to `untilSeq`. */
  flush(untilSeq: number, ts: number): void {
    if (this.isEmpty) return
    const raw = Buffer.concat(this.#waiting)
    const packed = raw.length < WORTH_PACKING ? raw : zstdCompressSync(raw)
    const isSmaller = packed.length < raw.length
    this.#insert.run({
      run_no: this.#runNo,
      chunk_no: ++this.#chunkNo,
      until_seq: untilSeq,
      ts,
      packing: isSmaller ? 'zstd' : 'none',
      count: this.#waiting.length,
      bytes: raw.length,
      inputs: isSmaller ? packed : raw,
    })
    this.#waiting = []
  }
}

/** Inputs of a session, as they were handed over and in order, a chunk at a time. */
export function* sessionInputs(db: Database, runNo: number): Generator<Uint8Array, void, void> {
  const rows = db.prepare('SELECT * FROM input_chunks WHERE run_no = ? ORDER BY chunk_no')
  let due = 1
  for (const row of rows.iterate(runNo) as IterableIterator<ChunkCells>) {
    assert(row.chunk_no === due, `chunk ${due} of session ${runNo} is there, found ${row.chunk_no}`)
    due++
    yield stored(`unpack inputs of session ${runNo}`, () =>
      row.packing === 'zstd' ? zstdDecompressSync(row.inputs) : row.inputs,
    )
  }
}
