import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { orderPayload, type Placed } from '../order/change.ts'
import type { PlaceOptions } from '../order.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { submit } from '../submission.ts'

interface RuleTold {
  readonly number: number
  readonly decision: string
  readonly reason_code: string | null
  readonly inputs: Readonly<Record<string, string | number | boolean>>
  readonly may_say: readonly string[]
}
interface Told {
  readonly action: string
  readonly decision: string
  readonly is_allowed?: boolean
  readonly reason_codes: readonly string[]
  readonly rules: readonly RuleTold[]
}

export function explainGate({ engine, printer }: CommandDeps, placed: Placed, options: PlaceOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const payload = await orderPayload(access, placed, options)
    const outcome = await submit(access, engine, { type: 'GATE_EXPLAIN', payload }, options)
    const told = (outcome.data as { readonly result?: Told | null } | undefined)?.result
    if (outcome.code !== EXIT.ok || told === undefined || told === null) return outcome
    const rows = sheet(
      [
        { name: 'rule', align: 'right', exact: ({ number }: RuleTold) => number },
        { name: 'says', align: 'left', exact: ({ decision }) => decision },
        {
          name: 'reason_code',
          align: 'left',
          exact: ({ reason_code: code, may_say: all }) => code ?? `(${all.join(' ')})`,
        },
        { name: 'saw', align: 'left', exact: ({ inputs }) => seen(inputs) },
      ],
      told.rules,
    )
    const isAllowed = told.is_allowed === true
    return {
      ...sheetOutcome(rows, formatOf(options, printer), {
        code: isAllowed ? EXIT.ok : EXIT.denied,
        message: `${told.action}: ${outcome.message}`,
        ...(isAllowed ? {} : { reasonCodes: told.reason_codes }),
      }),
      data: told,
    }
  })
}

function seen(inputs: RuleTold['inputs']): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
