import { formatDuration } from '../../src/domain/time.ts'
import { encodePayload } from '../../src/events/encode.ts'
import type { KernelEvent } from '../../src/events/event.ts'
import { type CausalLink, causalChain } from '../../storage/queries/causal-chain.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, readRestricted } from '../reading.ts'
import { renderSheet, sheet, sheetData } from '../sheet.ts'
import type { Veil } from '../veil.ts'

export function showTrace(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: [],
    show: ({ store }, format, veil) => {
      const roots = causalChain(store.db, id)
      if (roots.length === 0)
        throw new CommandError(
          EXIT.usage,
          'TRACE_UNKNOWN',
          `no event names '${id}'`,
          'see what happened with: profinaut audit tail',
        )
      const links = traceLinks(roots)
      const rows = veil.sheet(sheet(COLUMNS, links))
      const message = `${links.length} events`
      const text = format === 'table' ? treeText(links, veil) : renderSheet(rows, format)
      return { code: EXIT.ok, message, text: format === 'json' ? '' : text, data: sheetData(rows) }
    },
  })
}

/** A link as it is printed. */
export interface TraceLink {
  readonly runNo: number
  readonly event: KernelEvent
  readonly depth: number
  readonly isByOrder: boolean
  /** After the event above it, µs; undefined at a beginning. */
  readonly afterUs: number | undefined
  readonly parentSeq: number | undefined
  /** The lines of the tree that lead to it. */
  readonly branch: string
}

/** Every link of a tree, each under what it came of. */
export function traceLinks(roots: readonly CausalLink[]): readonly TraceLink[] {
  const links: TraceLink[] = []
  const visit = (link: CausalLink, place: { parent?: CausalLink; indent: string; isLast: boolean; depth: number }) => {
    const { runNo, event, isByOrder, consequences } = link
    const { parent, indent, isLast, depth } = place
    links.push({
      runNo,
      event,
      depth,
      isByOrder,
      afterUs: parent && event.ts - parent.event.ts,
      parentSeq: parent?.event.seq,
      branch: parent === undefined ? '' : `${indent}${isLast ? '└─' : '├─'}${isByOrder ? '~' : ' '}`,
    })
    const below = parent === undefined ? '' : `${indent}${isLast ? '   ' : '│  '}`
    consequences.forEach((child, at) =>
      visit(child, { parent: link, indent: below, isLast: at === consequences.length - 1, depth: depth + 1 }),
    )
  }
  roots.forEach((root) => visit(root, { indent: '', isLast: true, depth: 0 }))
  return links
}

const COLUMNS = [
  { name: 'depth', align: 'right', exact: ({ depth }: TraceLink) => depth },
  { name: 'event', align: 'left', exact: ({ runNo, event }: TraceLink) => `${runNo}/${event.seq}` },
  {
    name: 'parent',
    align: 'left',
    exact: ({ runNo, parentSeq }: TraceLink) => (parentSeq === undefined ? undefined : `${runNo}/${parentSeq}`),
  },
  { name: 'link', align: 'left', exact: (link: TraceLink) => linkOf(link) },
  { name: 'time', align: 'left', exact: ({ event }: TraceLink) => isoTime(event.ts) },
  { name: 'after_us', align: 'right', exact: ({ afterUs }: TraceLink) => afterUs },
  { name: 'trace', align: 'left', exact: ({ event }: TraceLink) => `t${event.trace}` },
  { name: 'type', align: 'left', exact: ({ event }: TraceLink) => event.type },
  { name: 'bot', align: 'left', exact: ({ event }: TraceLink) => event.botId },
  { name: 'payload', align: 'left', exact: ({ event }: TraceLink) => encodePayload(event.type, event.payload) },
] as const

function linkOf({ parentSeq, isByOrder }: TraceLink): string {
  if (parentSeq === undefined) return 'input'
  return isByOrder ? 'order' : 'cause'
}

function treeText(links: readonly TraceLink[], veil: Veil): string {
  const lines: string[] = []
  for (const { event, branch, afterUs, runNo } of links) {
    // Inputs are kept with the session and not as events: the number is what leads to them.
    if (afterUs === undefined) lines.push(`input t${event.trace} of session ${runNo} at ${isoTime(event.ts) ?? ''}`)
    const after = afterUs === undefined ? '' : `+${formatDuration(afterUs)}`
    lines.push(`${branch}${event.type} ${summary(event, veil)}  ${after}`.trimEnd())
  }
  return lines.join('\n')
}

/** Fields that say the most of an event, in this order. */
const TOLD = [
  'order_id',
  'command_id',
  'command',
  'actor',
  'instrument_id',
  'name',
  'kind',
  'side',
  'qty',
  'price',
  'stage',
  'decision',
  'reason_code',
  'reason_codes',
  'state',
  'position',
  'detail',
  'explain',
] as const

function summary({ payload }: KernelEvent, veil: Veil): string {
  const fields = payload as Readonly<Record<string, unknown>>
  return TOLD.flatMap((name) => {
    const value = veil.value(name, fields[name])
    if (Array.isArray(value)) return [value.join(' ')]
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? [`${value}`] : []
  })
    .join(' ')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}
