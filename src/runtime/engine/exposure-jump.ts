import { US_PER_MINUTE, US_PER_SECOND } from '../../domain/time.ts'

/** What is held of one instrument. */
export interface HeldWorth {
  readonly at: number
  /** Signed worth at the mark, base currency; NaN while there is no mark. */
  readonly exposure: number
  /** Signed quantity, lots. */
  readonly lots: number
}

/** A change of worth that no fill explains: this share of what was held. */
const JUMP = 0.35

interface Sample {
  readonly ts: number
  /** Worth of one lot, by instrument. */
  readonly worth: ReadonlyMap<number, number>
}

/**
 * Watches what is held for a change of its worth that our own fills do not explain (UGF-0-002, PNL_EXPOSURE_JUMP): the
 * position of now is valued at the marks of a minute ago, and the two are held against each other. What jumps like this is a
 * price that is wrong, or a market in which nothing should be opened by a machine.
 */
export class ExposureJump {
  #samples: Sample[] = []
  #jumps = 0

  /**
   * @param nowTs once a second
   * @returns how many looks in a row found a jump, and how large the last one was as a share
   */
  look(nowTs: number, held: readonly HeldWorth[]): { readonly count: number; readonly share: number } {
    const worth = new Map<number, number>()
    for (const { at, exposure, lots } of held)
      if (lots !== 0 && Number.isFinite(exposure)) worth.set(at, exposure / lots)
    const old = this.#samples.filter(({ ts }) => nowTs - ts <= US_PER_MINUTE && nowTs - ts >= US_PER_SECOND)
    let share = 0
    for (const sample of old) share = Math.max(share, shareSince(sample, held, worth))
    this.#samples = [...old, { ts: nowTs, worth }]
    this.#jumps = share >= JUMP ? this.#jumps + 1 : 0
    return { count: this.#jumps, share }
  }
}

/** How much of the worth of what is held now came or went since a sample, by prices alone. */
function shareSince(sample: Sample, held: readonly HeldWorth[], worth: ReadonlyMap<number, number>): number {
  let before = 0
  let change = 0
  for (const { at, lots } of held) {
    const was = sample.worth.get(at)
    const is = worth.get(at)
    if (was === undefined || is === undefined) continue
    before += Math.abs(lots * was)
    change += Math.abs(lots * (is - was))
  }
  return before === 0 ? 0 : change / before
}
