import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ScratchDisk, ScratchStore } from '../../src/simulation/disk.ts'
import { URGENT } from '../../src/runtime/command-catalogue.ts'
import { openEngineStore, type SqliteEngineStore } from '../../storage/engine-store.ts'
import { verifyStore } from '../../storage/verify.ts'

/** Names the profile: the same in every run, so that the same plan writes the same journal. */
const INSTANCE = '01990000-0000-7000-8000-00005eed0001'
const PAGES_UNLIMITED = 0x3ff_ffff

/** A folder with the database of one simulated profile, as files that can be torn. */
export class ScratchFolder implements ScratchDisk {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pf-disk-'))
  #path = join(this.#folder, 'p0.db')
  #images = 0

  /** @param template a database that was set up before, to begin with; undefined sets one up */
  constructor(template: Buffer | undefined) {
    if (template !== undefined) writeFileSync(this.#path, template)
  }

  open(nowTs: number, pages: number | undefined): ScratchStore {
    const store = openEngineStore(this.#path, {
      profile: 'demo',
      instanceId: INSTANCE,
      nowTs,
      durability: 'normal',
      urgent: URGENT,
      isAlive: () => false,
      auditFolder: join(this.#folder, 'run'),
    })
    // What a commit waits for is told by the plan; a scratch folder outlives no loss of power.
    store.db.pragma('synchronous = OFF')
    const opened = new ScratchFile(store, (image) => this.#become(image))
    opened.limit(pages)
    return opened
  }

  end(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** From now on the profile is what this image of the disk holds. */
  #become({ main, wal }: { readonly main: string; readonly wal: Buffer }): void {
    this.#path = join(this.#folder, `p${++this.#images}.db`)
    copyFileSync(main, this.#path)
    writeFileSync(`${this.#path}-wal`, wal)
  }
}

class ScratchFile implements ScratchStore {
  readonly store: SqliteEngineStore
  readonly #become: (image: { readonly main: string; readonly wal: Buffer }) => void
  #before: { readonly main: string; readonly wal: Buffer } | undefined

  constructor(store: SqliteEngineStore, become: (image: { readonly main: string; readonly wal: Buffer }) => void) {
    this.store = store
    this.#become = become
  }

  limit(pages: number | undefined): void {
    const { db } = this.store
    const held = db.pragma('page_count', { simple: true }) as number
    db.pragma(`max_page_count = ${pages === undefined ? PAGES_UNLIMITED : held + pages}`)
  }

  drop(): void {
    if (this.store.db.open) this.store.db.close()
  }

  mark(): void {
    const { name } = this.store.db
    const main = `${name}-before`
    copyFileSync(name, main)
    this.#before = { main, wal: walOf(name) }
  }

  tear(share: number): void {
    const before = this.#before
    if (before === undefined) throw new Error('nothing was marked')
    const after = walOf(this.store.db.name)
    this.drop()
    this.#become({ main: before.main, wal: torn(before.wal, after, share) })
  }

  verify(): { readonly fault: string | undefined; readonly events: number } {
    const verdict = verifyStore(this.store.db)
    return verdict.ok
      ? { fault: undefined, events: verdict.events }
      : { fault: JSON.stringify(verdict).slice(0, 600), events: 0 }
  }

  close(): void {
    this.store.close()
  }
}

function walOf(name: string): Buffer {
  const path = `${name}-wal`
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
}

/** What was there, with the first part of what was written over it and behind it; never all of it. */
function torn(before: Buffer, after: Buffer, share: number): Buffer {
  let first = 0
  while (first < before.length && before[first] === after[first]) first++
  let last = after.length
  while (last > before.length ? false : last > first && before[last - 1] === after[last - 1]) last--
  const cut = first + Math.floor((last - first) * share)
  return cut >= before.length ? after.subarray(0, cut) : Buffer.concat([after.subarray(0, cut), before.subarray(cut)])
}

/** A profile's database as the first start finds it, so that no world has to set one up. */
export function emptyProfile(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'pf-empty-'))
  const path = join(folder, 'empty.db')
  try {
    openEngineStore(path, {
      profile: 'demo',
      instanceId: INSTANCE,
      nowTs: 0,
      durability: 'normal',
      urgent: URGENT,
      isAlive: () => false,
    }).db.close()
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
