import { Worker } from 'node:worker_threads'
import type { FromWorker, ToWorker, WorkerStart } from '../engine/worker-messages.ts'

export type WorkerEnd = Extract<FromWorker, { say: 'ended' | 'refused' }>

/** The engine in a thread of its own, seen from the thread of the screen. */
export class EngineWorker {
  readonly #worker: Worker
  /** Resolves once it is open, or with why it is not. */
  readonly opened: Promise<Extract<FromWorker, { say: 'opened' | 'refused' }>>
  readonly ended: Promise<WorkerEnd>

  constructor(start: WorkerStart) {
    this.#worker = new Worker(new URL('./engine-worker.js', import.meta.url), {
      workerData: start,
      // What a library prints must not draw over the screen.
      stdout: true,
      stderr: true,
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    const messages = (wanted: (message: FromWorker) => boolean) =>
      new Promise<FromWorker>((resolve) => {
        this.#worker.on('message', (message: FromWorker) => {
          if (wanted(message)) resolve(message)
        })
        this.#worker.once('error', (error: Error) =>
          resolve({ say: 'ended', ok: false, message: error.message, report: undefined }),
        )
        this.#worker.once('exit', (code) =>
          resolve({ say: 'ended', ok: false, message: `the engine's thread ended with ${code}`, report: undefined }),
        )
      })
    this.opened = messages(() => true) as EngineWorker['opened']
    this.ended = messages(({ say }) => say !== 'opened') as EngineWorker['ended']
  }

  stop(how: ToWorker['how']): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin, a window has
    this.#worker.postMessage({ say: 'stop', how } satisfies ToWorker)
  }
}
