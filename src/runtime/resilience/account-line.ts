import type { Random } from '../../domain/random.ts'
import type { Log } from '../log/log.ts'
import { Breaker, type Call } from './breaker.ts'
import { GuardError } from './guard-error.ts'
import { KeyRefusals } from './key-refusals.ts'
import { Question } from './question.ts'
import { BACKOFF_CAP_MS, CALL_TIMEOUT_MS, failureOf, isVenueIll, RetryBudget, retryDelayMs } from './retry.ts'

/** What the questions of an account need of the venue's guard. */
export interface AccountRooms {
  readonly nowMs: () => number
  readonly after: (ms: number, act: () => void) => () => void
  readonly random: Random
  readonly isConnected: () => boolean
  /** Queues a question and sees to it that it is put; false when there is no room, another where the same one waits. */
  readonly queue: (question: Question) => boolean | Question
  readonly log: Log
  /** The venue was slow or said that it was asked too often. */
  readonly backOff: () => void
}

/** Questions about an account: each is put within a time, again where that can help, and not at all while the breaker is open. */
export class AccountLine {
  readonly breaker: Breaker
  readonly budget = new RetryBudget()
  readonly keyRefusals = new KeyRefusals()
  readonly #rooms: AccountRooms
  /** Before this nothing is asked: the venue said so. */
  #silentUntilMs = Number.NEGATIVE_INFINITY
  /** Questions that wait for their next try, and how to end the waiting. */
  readonly #resting = new Map<Question, () => void>()

  constructor(rooms: AccountRooms) {
    this.#rooms = rooms
    this.breaker = new Breaker(rooms.nowMs())
  }

  /** How long the venue wants to be left alone, ms; 0 when it does not. */
  silenceMs(nowMs: number): number {
    return Math.max(0, this.#silentUntilMs - nowMs)
  }

  /** @param put asks the venue once */
  ask<T>(key: string, put: () => Promise<T>): Promise<T> {
    const question = new Question(key, put)
    const silenceMs = this.silenceMs(this.#rooms.nowMs())
    if (silenceMs > BACKOFF_CAP_MS) question.reject(GuardError.leftAlone(key, Math.ceil(silenceMs / 1_000)))
    else this.#queue(question)
    // One key is one question: what answers it is what was asked for.
    return question.answer as Promise<T>
  }

  #queue(question: Question): void {
    const queued = this.#rooms.queue(question)
    if (queued === false) question.reject(GuardError.queueFull(question.key))
    else if (queued !== true) queued.answer.then(question.resolve, question.reject)
  }

  /** Puts a question that has left its lane. */
  put(question: Question, nowMs: number): void {
    const call = this.breaker.begin(nowMs)
    if (call === undefined) {
      // One that failed before ends as it failed; one that was never put says why not.
      if (question.lastError === undefined)
        return question.reject(GuardError.breakerOpen(question.key, this.breaker.reason))
      return this.#giveUp(question, nowMs)
    }
    let isOver = false
    const over = (end: () => void): void => {
      if (isOver) return
      isOver = true
      forget()
      end()
    }
    const forget = this.#rooms.after(CALL_TIMEOUT_MS, () =>
      over(() => this.#failed(question, call, GuardError.timeout(question.key, CALL_TIMEOUT_MS))),
    )
    question.put().then(
      (answer) =>
        over(() => {
          this.breaker.end(call, 'ANSWERED', this.#rooms.nowMs())
          this.keyRefusals.accepted()
          question.resolve(answer)
        }),
      (error: unknown) => over(() => this.#failed(question, call, error)),
    )
  }

  #failed(question: Question, call: Call, error: unknown): void {
    const nowMs = this.#rooms.nowMs()
    question.lastError = error
    if (!this.#rooms.isConnected()) {
      // The line was cut: that is told and mended elsewhere, and what comes of asking on a dead line says nothing.
      this.breaker.end(call, 'ABANDONED', nowMs)
      return question.reject(error)
    }
    const failure = failureOf(error)
    this.breaker.end(call, isVenueIll(failure.kind) ? 'FAILED' : 'ABANDONED', nowMs)
    if (failure.kind === 'AUTH') this.keyRefusals.refused(nowMs)
    if (failure.retryAfterMs !== undefined)
      this.#silentUntilMs = Math.max(this.#silentUntilMs, nowMs + failure.retryAfterMs)
    const isTimeout = error instanceof GuardError && error.code === 'venue.timeout'
    if (failure.kind === 'RATELIMITED' || isTimeout) this.#rooms.backOff()
    const delayMs = retryDelayMs(failure, question.retries, this.#rooms.random)
    if (delayMs === undefined) return this.#giveUp(question, nowMs)
    question.retries++
    this.#rooms.log.info('retry.scheduled', `${question.key}: ${failure.kind}, again in ${delayMs} ms`)
    const wake = this.#rooms.after(delayMs, () => {
      this.#resting.delete(question)
      this.#queue(question)
    })
    this.#resting.set(question, wake)
  }

  #giveUp(question: Question, nowMs: number): void {
    if (isRetried(question.lastError)) {
      this.budget.exhausted(nowMs)
      this.#rooms.log.warn('retry.exhausted', `${question.key}: given up after ${question.retries + 1} tries`)
    }
    question.reject(question.lastError)
  }

  /** The connection ended: what waits to be put, for the first time or again, is told so now. */
  hangUp(waiting: readonly Question[]): void {
    for (const question of waiting) question.reject(question.lastError ?? GuardError.disconnected(question.key))
    for (const [question, stopWaiting] of this.#resting) {
      stopWaiting()
      question.reject(question.lastError)
    }
    this.#resting.clear()
  }
}

function isRetried(error: unknown): boolean {
  const { kind } = failureOf(error)
  return kind === 'TRANSIENT' || kind === 'RATELIMITED'
}
