/**
 * Beyond any price, volume or product of the two, and small enough that squares and sums of such numbers stay finite:
 * with it, no input whatever can bring an infinity into a mean.
 */
const LARGEST = 1e100

/** Whether an input counts: finite and not absurd. NaN fails the comparison, so one test catches all three. */
export function isObservation(input: number): boolean {
  return Math.abs(input) <= LARGEST
}
