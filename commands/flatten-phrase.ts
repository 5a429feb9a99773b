import { flattenPhrase } from '../src/runtime/authority/operations.ts'
import type { EngineAccess } from './engine-access.ts'
import { EXIT } from './exit-code.ts'
import { didYouMean } from './nearest.ts'
import { CommandError, type Outcome } from './outcome.ts'
import { readView } from './reading.ts'

/**
 * What must be typed before positions of a scope are closed: nothing is handed in before it was.
 *
 * @returns undefined when the phrase was given as it should be
 */
export async function missingPhrase(
  access: EngineAccess,
  { scope, confirm, act }: { readonly scope: string; readonly confirm: string | undefined; readonly act: string },
): Promise<Outcome | undefined> {
  const positions = await positionsIn(access, scope)
  const phrase = flattenPhrase(positions)
  // As the engine compares it.
  if ((confirm ?? '').normalize('NFKC').trim().toLowerCase() === phrase) return undefined
  const said = confirm === undefined ? '' : `'${confirm}' is not the phrase; `
  return {
    code: EXIT.confirm,
    message: `${said}${act} closes ${positions} open ${positions === 1 ? 'position' : 'positions'} in ${scope}; nothing was done\nrepeat it with: --confirm '${phrase}'`,
    reasonCodes: ['CONFIRMATION_REQUIRED'],
    data: { phrase, scope, positions },
  }
}

async function positionsIn({ client, store }: EngineAccess, scope: string): Promise<number> {
  if (client !== undefined) {
    const { scopes } = await readView(client, 'kill/global')
    if (!scopes.includes(scope))
      throw new CommandError(
        EXIT.usage,
        'SCOPE_UNKNOWN',
        `there is nothing called '${scope}'${didYouMean(scope, scopes)}`,
        `one of: ${scopes.join(', ')}`,
      )
    return (await readView(client, `kill/${scope}`)).positions
  }
  const [kind = '', id = ''] = splitScope(scope)
  const held = store.state().holdings.filter(({ qty }) => qty !== 0)
  // Books alone do not know which venue an instrument is at: every position may be.
  if (kind === 'bot') return held.filter(({ botId }) => botId === id).length
  if (kind === 'instrument') return held.filter(({ instrumentId }) => instrumentId === id).length
  return held.length
}

function splitScope(scope: string): readonly string[] {
  const colon = scope.indexOf(':')
  return colon < 0 ? [scope] : [scope.slice(0, colon), scope.slice(colon + 1)]
}
