import type { z } from 'zod'
import { botId, runId } from '../domain/ids.ts'
import { CATALOGUE, type EventType, type KernelEvent, type Payload } from './event.ts'
import type { StoredEvent } from './line.ts'
import { scanLine } from './scan.ts'

/**
 * Reads one line of a journal, strictly: the event that comes out is written again as the very same line.
 *
 * @param line without its line feed
 * @throws JournalError as {@link scanLine} does
 */
export function decodeLine(line: string): StoredEvent {
  const { seq, ts, type, botId: bot, trace, causeSeq, runId: run, prevHash, hash, payload } = scanLine(line)
  REVIVERS.get(type)?.(payload)
  const event: KernelEvent = {
    seq,
    ts,
    type,
    botId: bot === undefined ? undefined : botId(bot),
    trace,
    causeSeq,
    payload: payload as Payload<EventType>,
  }
  return { event, runId: runId(run), prevHash, hash }
}

/** Turns the digits of money inside a parsed payload into bigints, in place. */
type Reviver = (value: unknown) => void

function reviverOf(schema: z.core.$ZodType): Reviver | undefined {
  const { def } = schema._zod
  if (def.type === 'object') return objectReviver((def as z.core.$ZodObjectDef).shape)
  if (def.type !== 'array') return undefined
  const revive = reviverOf((def as z.core.$ZodArrayDef).element)
  return revive && ((items) => (items as readonly unknown[]).forEach(revive))
}

function objectReviver(shape: Record<string, z.core.$ZodType>): Reviver | undefined {
  const isMoney = (key: string): boolean => shape[key]?._zod.def.type === 'pipe'
  const money = Object.keys(shape).filter(isMoney)
  const nested = Object.entries(shape).flatMap(([key, field]) => {
    const revive = reviverOf(field)
    return revive === undefined ? [] : [{ key, revive }]
  })
  if (money.length === 0 && nested.length === 0) return undefined
  return (value) => {
    const object = value as Record<string, unknown>
    for (const key of money) object[key] = BigInt(object[key] as string)
    for (const { key, revive } of nested) revive(object[key])
  }
}

const REVIVERS = new Map(
  Object.entries(CATALOGUE).flatMap(([type, schema]) => {
    const revive = reviverOf(schema)
    return revive === undefined ? [] : [[type, revive] as const]
  }),
)
