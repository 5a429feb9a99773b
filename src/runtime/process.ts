import { existsSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { US_PER_SECOND } from '../domain/time.ts'
import { wallTime } from './clock.ts'

/** A process, told apart from others that had or will have its number. */
export interface ProcessMark {
  readonly pid: number
  /** Differs after every start of the machine. */
  readonly boot: string
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id'

export function thisProcess(): ProcessMark {
  return { pid: process.pid, boot: bootMark() }
}

/** Whether the process is still there. One of an earlier start of the machine is not. */
export function isAlive({ pid, boot }: ProcessMark): boolean {
  if (boot !== bootMark()) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !isZombie(pid)
}

/** A process that has ended and that nobody has asked about yet: its number is taken, and it does nothing any more. */
function isZombie(pid: number): boolean {
  try {
    // The state follows the name, which is in brackets and may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return /^\s*[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1))
  } catch {
    return false
  }
}

/** Linux names each start of the machine; elsewhere its time stands for it, to ten seconds. */
function bootMark(): string {
  if (existsSync(BOOT_ID)) return readFileSync(BOOT_ID, 'utf8').trim()
  return `boot-${Math.round((wallTime() / US_PER_SECOND - uptime()) / 10)}`
}
