import type { HostFact } from '../../kernel/host-fact.ts'
import type { HostNews } from '../host-news.ts'
import type { EngineStore } from '../ports.ts'
import { SecretLog } from './secret-log.ts'

const NOTE = 'secrets.journaled'

/** Changes of secrets, made by commands of their own, that the journal has not heard of. */
export class SecretNews implements HostNews {
  readonly #facts: readonly HostFact[]
  readonly #count: number
  readonly #notes: EngineStore['notes']

  /**
   * @param folder `secrets/` of the profile
   * @throws SecretError `config.secret-rights` where others may read it
   */
  constructor(folder: string, notes: EngineStore['notes']) {
    const changes = new SecretLog(folder).changes()
    this.#notes = notes
    this.#count = changes.length
    this.#facts = changes.slice(Number(notes.get(NOTE) ?? 0)).map(({ ts, id, action, actor, reason }) => ({
      type: 'ops.secret_changed',
      payload: { registry_id: id, action, actor, changed_ts: ts, ...(reason === undefined ? {} : { reason }) },
    }))
  }

  pending(): readonly HostFact[] {
    return this.#facts
  }

  journaled(): void {
    if (this.#facts.length > 0) this.#notes.set(NOTE, String(this.#count))
  }
}
