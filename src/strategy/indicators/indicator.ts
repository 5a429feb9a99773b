/**
 * A statistic of a stream, kept up to date one observation at a time.
 *
 * Every class in this folder keeps this contract, and adds an `update` with the scalars that it needs. `update`
 * allocates nothing, costs the same (amortised) for any period unless the class says otherwise, and **ignores an
 * observation whole** when one of its inputs is not finite (see `isObservation`): a bad print that slipped through the
 * market room's filter costs one observation and poisons nothing, not even a recursive mean that never forgets.
 *
 * `RollingSum` alone takes what it is given. Precondition of all: prices and volumes come from the market room in the
 * order in which they were known.
 *
 * Rounding errors do not gather, however long the stream: windows never subtract what leaves them (see `RollingSum`),
 * and `Sma`, which does, starts over with every lap.
 */
export interface Indicator {
  /** The main output, in the unit of the input unless the class says otherwise; NaN until `isReady`. */
  readonly value: number
  /** Whether every output is defined. */
  readonly isReady: boolean
  /** Observations from fresh until ready. */
  readonly warmUp: number
  /** Forgets everything: the same as a new one. */
  reset(): void
  /** The whole state as finite numbers, fit for JSON: after `restore`, the stream continues bit by bit as it would have. */
  save(): number[]
  /**
   * Takes over what `save` of an indicator with the same parameters returned.
   *
   * @throws AssertionFailed when the state is of another shape or period
   */
  restore(state: readonly number[]): void
}
