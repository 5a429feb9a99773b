import { createHash } from 'node:crypto'
import { formatMoney, money } from '../../src/domain/money.ts'
import type { KernelEvent, Payload } from '../../src/events/event.ts'
import { ALLOW_CODE, RULES } from '../../src/risk/gate.ts'
import type { JournalEntry } from '../../storage/queries/journal-tail.ts'
import { type OrderJustification, orderJustification } from '../../storage/queries/order-justification.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { instruments } from '../instrument-catalogue.ts'
import { eventSheet } from '../journal/event-sheet.ts'
import type { ExplainOptions } from '../order.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { readRestricted } from '../reading.ts'
import { facts, renderSheet, type Sheet, sheetData } from '../sheet.ts'
import { fillSheet } from './fills.ts'
import { orderSheet, transposed } from './list.ts'

/** Said of what an older program or another venue left out: nobody should take silence for nothing. */
const NOT_RECORDED = 'not recorded'

export function explainOrder(deps: CommandDeps, id: string, options: ExplainOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['orders'],
    show: async (access, format, veil) => {
      const found = orderJustification(access.store, id)
      if (found === undefined)
        throw new CommandError(
          EXIT.usage,
          'ORDER_UNKNOWN',
          `the books know no order '${id}'`,
          'list them with: profinaut order list --all',
        )
      const catalogue = await instruments(access)
      const bare: Readonly<Record<string, Sheet>> = {
        why: facts(why(found)),
        terms: transposed(orderSheet([found.order], catalogue)),
        ...Object.fromEntries(
          found.decisions.map(({ event }) => {
            const judged = event as KernelEvent<'policy.decided'>
            return [`decision_${judged.payload.stage}_${judged.payload.decision_id}`, facts(decisionFacts(judged))]
          }),
        ),
        fills: fillSheet(found.fills, catalogue),
        lineage: eventSheet(found.chain),
      }
      const parts = Object.fromEntries(Object.entries(bare).map(([name, part]) => [name, veil.sheet(part)]))
      const data = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, sheetData(part)]))
      const missing = missingLinks(found)
      const text = options.md ? markdown(id, parts) : plain(parts, format)
      return {
        code: EXIT.ok,
        message: missing.length === 0 ? `${id} is explained` : `${id}: not recorded: ${missing.join(', ')}`,
        text: format === 'json' && !options.md ? '' : text,
        data: { order_id: id, is_complete: missing.length === 0, missing, ...data },
        ...(found.runId === undefined ? {} : { runId: found.runId }),
      }
    },
  })
}

type Fact = readonly [name: string, value: string | number | boolean | undefined]

function why(found: OrderJustification): readonly Fact[] {
  const { order, intent, bot, run, command, mode, kills } = found
  const wish = intent?.event.payload as Payload<'intent.created'> | undefined
  const params = bot?.payload.params
  const known = (value: string | number | undefined) => (value === undefined || value === '' ? NOT_RECORDED : value)
  return [
    ['order_id', order.id],
    ['run_id', known(found.runId)],
    ['mode', known(run?.payload.mode)],
    ['config_sha256', known(run?.payload.config_sha256)],
    ['policy_sha256', known(run?.payload.policy_sha256)],
    ['bot', known(intent?.event.botId)],
    ['strategy', known(bot?.payload.strategy_id)],
    ['strategy_version', known(bot?.payload.strategy_version)],
    ['params', params === undefined ? NOT_RECORDED : canonical(params)],
    ['params_sha256', params === undefined ? NOT_RECORDED : sha256(canonical(params))],
    ['origin', known(wish?.origin)],
    ['intent_id', known(wish?.intent_id)],
    ['intent_event', intent === undefined ? NOT_RECORDED : place(intent)],
    ['trace', intent === undefined ? NOT_RECORDED : `t${intent.event.trace}`],
    ['reason_code', known(wish?.reason_code)],
    ['explanation', known(wish?.explain)],
    ['inputs', wish?.evidence === undefined ? NOT_RECORDED : canonical(wish.evidence)],
    ['inputs_sha256', wish?.evidence === undefined ? NOT_RECORDED : sha256(canonical(wish.evidence))],
    ['signals', found.signals.length === 0 ? NOT_RECORDED : found.signals.map(signalText).join('; ')],
    ['alternatives', NOT_RECORDED],
    ['actor', command?.actor ?? (intent === undefined ? NOT_RECORDED : actorOf(wish, intent.event.botId))],
    ['command', command === undefined ? 'none: no command asked for it' : `${command.id} ${command.type}`],
    ['command_reason', command === undefined ? undefined : known(command.reason)],
    ['confirmation', command === undefined ? 'none needed' : (command.confirmation ?? 'none given')],
    // What stood before the first change of a profile is NORMAL and NONE: both machines begin there.
    ['safety_mode', mode ?? 'NORMAL'],
    ['kill_levels', kills.length === 0 ? 'NONE' : kills.map(({ scope, level }) => `${scope} ${level}`).join(', ')],
    ['state', order.state],
    ['fills', found.fills.length],
    ['realised', formatMoney(money(found.fills.reduce((sum, { realised }) => sum + realised, 0n)))],
    ['fees', formatMoney(order.fees)],
  ]
}

function actorOf(wish: Payload<'intent.created'> | undefined, bot: string | undefined): string {
  return wish?.origin === 'strategy' && bot !== undefined ? `bot:${bot}` : 'service:engine'
}

function signalText(entry: JournalEntry): string {
  const { name, strength } = entry.event.payload as Payload<'signal.emitted'>
  return `${name} ${strength} (${place(entry)})`
}

function place({ runNo, event }: JournalEntry): string {
  return `${runNo}/${event.seq}`
}

/** What the gate said, and by the order of its rules what each of them did. */
function decisionFacts({ ts, payload }: KernelEvent<'policy.decided'>): readonly Fact[] {
  const { decision_id: id, stage, action, decision, reason_codes: codes, inputs } = payload
  return [
    ['decision_id', id],
    ['stage', stage],
    ['time', isoTime(ts)],
    ['action', action],
    ['decision', decision],
    ['reason_codes', codes.join(' ')],
    ['limits', inputs === undefined ? 'nothing spoke against it: its numbers were not recorded' : canonical(inputs)],
    ['clipped_qty', payload.clipped_qty],
    ['retry_after_us', payload.retry_after_us],
    ...RULES.map(
      ({ number, reasonCodes }, at): Fact => [`rule_${number}`, `${verdictAt(at, payload)} (${reasonCodes.join(' ')})`],
    ),
  ]
}

/** The gate asks its rules in order and stops at the first that refuses, so the code of the decision tells of all of them. */
function verdictAt(at: number, { decision, reason_codes: codes }: Payload<'policy.decided'>): string {
  if (codes.includes(ALLOW_CODE)) return 'PASSED'
  const deciding = RULES.findIndex(({ reasonCodes }) => reasonCodes.some((code) => codes.includes(code)))
  if (deciding < 0) return NOT_RECORDED
  if (at === deciding) return decision
  if (at < deciding) return 'PASSED'
  // One that clips lets the others go on.
  return decision === 'REDUCE_ONLY' ? NOT_RECORDED : 'NOT_ASKED'
}

/** Links without which an order is not explained. */
function missingLinks({ intent, decisions, bot, run, chain }: OrderJustification): readonly string[] {
  if (chain.some(({ event }) => event.type === 'order.adopted')) return ['it is not ours: the venue named it']
  const wish = intent?.event.payload as Payload<'intent.created'> | undefined
  const links: readonly (readonly [string, unknown])[] = [
    ['intent', intent],
    ['reason code', wish?.reason_code],
    ['decision', decisions[0]],
    ['bot', bot],
    ['run', run],
  ]
  return links.flatMap(([name, link]) => (link === undefined ? [name] : []))
}

function canonical(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(values, Object.keys(values).toSorted())
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function plain(parts: Readonly<Record<string, Sheet>>, format: 'table' | 'tsv' | 'csv' | 'json'): string {
  const named = ([name, part]: readonly [string, Sheet]) =>
    format === 'table' ? `${name.replaceAll('_', ' ')}\n${renderSheet(part, format)}` : renderSheet(part, format)
  return Object.entries(parts).map(named).join('\n\n')
}

/** The record as a page: a table each, cells that cannot break it. */
function markdown(id: string, parts: Readonly<Record<string, Sheet>>): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const table = ({ names, rows }: Sheet) =>
    [names, names.map(() => '---'), ...rows.map((row) => row.map(({ shown }) => shown))]
      .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
      .join('\n')
  const sections = Object.entries(parts).map(
    ([name, part]) => `## ${name.replaceAll('_', ' ')}\n\n${part.rows.length === 0 ? part.empty : table(part)}`,
  )
  return [`# Why order ${id} existed`, ...sections].join('\n\n')
}
