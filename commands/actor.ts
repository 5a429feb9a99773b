import { userInfo } from 'node:os'
import { askedRole } from '../src/runtime/config.ts'

/**
 * Who asks, as commands name it: the user, or the user in the lesser role that `PROFINAUT_ROLE` asks for. A role is only ever
 * given up: `cron` makes a service of whoever calls.
 *
 * @throws ConfigError `config.role` for a word that is no role
 */
export function actorName(): string {
  const role = askedRole()
  if (role === 'cron') return 'service:cron'
  return role === undefined || role === 'admin' ? `human:${userName()}` : `human:${userName()}#${role}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A number that the system has no name for, as in a container.
    return String(process.getuid?.() ?? 'unknown')
  }
}
