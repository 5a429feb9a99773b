import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { DatasetError, type Faults } from './fault.ts'

export type Compression = 'none' | 'gzip' | 'zstd'
export type Format = 'csv' | 'parquet'

export interface Stored {
  readonly format: Format
  readonly compression: Compression
  /** Size of the file as stored. */
  readonly bytes: number
}

/** Bytes read at once. */
const BLOCK = 1 << 18

/** Tells by the first bytes, not by the name, how a file is stored. */
export async function sniff(path: string): Promise<Stored> {
  try {
    await using file = await open(path, 'r')
    const info = await file.stat()
    if (!info.isFile()) throw new DatasetError('UNREADABLE', path, 'a dataset is a file')
    const head = Buffer.alloc(4)
    await file.read(head, 0, 4, 0)
    if (info.size === 0) throw new DatasetError('EMPTY_FILE', path, 'a dataset has rows, the file has no bytes')
    const magic = head.toString('hex')
    const compression = magic.startsWith('1f8b') ? 'gzip' : magic === '28b52ffd' ? 'zstd' : 'none'
    return { format: head.toString('latin1') === 'PAR1' ? 'parquet' : 'csv', compression, bytes: info.size }
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause
    throw new DatasetError('UNREADABLE', path, `the file can be read, ${messageOf(cause)}`, { cause })
  }
}

export interface Tap {
  /** Sees the stored bytes in order, as they go by. */
  readonly stored?: (block: Uint8Array) => void
}

/**
 * The bytes of a file, decompressed, in blocks that live until the reader asks for the next.
 * A cut or damaged compressed file is a TRUNCATED fault; when that is repaired, the bytes before the damage remain, but
 * for the last block or two that were on their way.
 */
export async function* contentOf(
  path: string,
  compression: Compression,
  faults: Faults,
  tap: Tap = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = createReadStream(path, { highWaterMark: BLOCK })
  const { stored } = tap
  if (stored) file.on('data', (block) => stored(block as Buffer))
  const unpack =
    compression === 'none'
      ? undefined
      : compression === 'gzip'
        ? createGunzip({ chunkSize: BLOCK })
        : createZstdDecompress({ chunkSize: BLOCK })
  // The pipeline ties both ends: an error in either closes both, and so does a reader that stops early.
  const content = unpack === undefined ? file : pipeline(file, unpack, () => undefined)
  try {
    for await (const block of content) yield block as Buffer
  } catch (cause) {
    const code = codeOf(cause)
    if (!/^(Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test(code)) {
      throw new DatasetError('UNREADABLE', path, `the file can be read, ${messageOf(cause)}`, { cause })
    }
    faults.found('TRUNCATED', `the ${compression} stream is whole, ${messageOf(cause)}`, { cause })
  } finally {
    file.destroy()
  }
}

/** sha256 of a file as stored, lower-case hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block as Buffer)
  return hash.digest('hex')
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}
