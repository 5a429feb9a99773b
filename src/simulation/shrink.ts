import type { Act, SimulationPlan } from './plan.ts'

/**
 * The shortest list of acts that still fails, as far as it can be found by leaving parts out: halves first, then quarters,
 * down to single acts, and again from where it stands until nothing can be left out any more.
 *
 * Source: A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002 (ddmin).
 *
 * @param fails whether a plan still fails in the same way
 * @param isOver true when the time for it is used up: what was found so far is the answer
 */
export async function shrink(
  plan: SimulationPlan,
  fails: (plan: SimulationPlan) => Promise<boolean>,
  isOver: () => boolean,
): Promise<SimulationPlan> {
  let acts: readonly Act[] = plan.acts
  let parts = Math.min(2, acts.length)
  while (acts.length > 0 && !isOver()) {
    const size = Math.ceil(acts.length / parts)
    let found: readonly Act[] | undefined
    for (let from = 0; from < acts.length && found === undefined && !isOver(); from += size) {
      const rest = [...acts.slice(0, from), ...acts.slice(from + size)]
      if (await fails({ ...plan, acts: rest })) found = rest
    }
    if (found !== undefined) {
      acts = found
      parts = Math.max(1, Math.min(acts.length, parts - 1))
    } else if (size === 1) break
    else parts = Math.min(acts.length, parts * 2)
  }
  return { ...plan, acts }
}
