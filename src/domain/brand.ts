declare const brand: unique symbol

/** A base type that only its own constructor can make. The cast lives beside the type, nowhere else. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }

/** Thrown when the program contradicts itself. Nobody catches it to carry on: stop and restart from the journal. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

/**
 * Stops the program when a statement that must hold does not.
 *
 * @param statement what must be true, positively put, with the values found
 */
export function assert(condition: boolean, statement: string): asserts condition {
  if (!condition) throw new AssertionFailed(statement)
}

/** Makes a switch over a union exhaustive: a new member does not compile until it has its case. */
export function assertNever(value: never): never {
  throw new AssertionFailed(`every case is handled, found ${JSON.stringify(value)}`)
}
