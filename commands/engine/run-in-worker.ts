import type { MessagePort } from 'node:worker_threads'
import { maskText } from '../../src/events/mask.ts'
import { describeFailure } from '../failure.ts'
import { type OpenedEngine, openEngine } from './open-engine.ts'
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts'

/** Runs an engine in a worker thread; says when it is open, when it could not be, and how it ended. */
export async function runInWorker(start: WorkerStart, port: MessagePort): Promise<void> {
  const say = (message: FromWorker) => port.postMessage(message)
  let opened: OpenedEngine
  try {
    const { profile, flags, killWord, passphrase } = start
    opened = await openEngine({
      profile,
      flags,
      killWord: new Int32Array(killWord),
      passphrase: passphrase && Buffer.from(passphrase),
    })
  } catch (error) {
    const { message, code, reasonCodes = [] } = describeFailure(error)
    say({ say: 'refused', message, code, reasonCode: reasonCodes[0] ?? 'ENGINE_REFUSED', hint: '' })
    return
  }
  port.on('message', (message: ToWorker) => opened.host.stop(message.how))
  say({ say: 'opened' })
  const end = await opened.host.run()
  await opened.close()
  if (end.ok) say({ say: 'ended', ok: true, message: 'the engine stopped', report: undefined })
  else say({ say: 'ended', ok: false, message: maskText(end.error.message), report: end.report })
  port.close()
}
