/** Entry of the worker thread that an engine runs in beside a screen, so that a slow frame never delays an order. */
import { parentPort, workerData } from 'node:worker_threads'
import { runInWorker } from '../commands/engine/run-in-worker.ts'

if (parentPort === null) throw new Error('the engine worker is started by `profinaut up`, not by hand')
await runInWorker(workerData, parentPort)
