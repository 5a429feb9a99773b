/** One question to a venue from being asked for to its answer, however often it is put. */
export class Question {
  /** The same key is the same question: whoever asks while it waits gets this one's answer. */
  readonly key: string
  readonly put: () => Promise<unknown>
  readonly answer: Promise<unknown>
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
  /** How often it was put again. */
  retries = 0
  /** What the last try ended with. */
  lastError: unknown

  constructor(key: string, put: () => Promise<unknown>) {
    this.key = key
    this.put = put
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.answer = promise
    this.resolve = resolve
    this.reject = reject
  }
}
