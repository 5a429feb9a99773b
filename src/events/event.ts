import type { z } from 'zod'
import type { BotId } from '../domain/ids.ts'
import { access } from './access.ts'
import { approval } from './approval.ts'
import { breakGlass } from './break-glass.ts'
import { command } from './command.ts'
import { fill } from './fill.ts'
import { intent } from './intent.ts'
import { marketData } from './market-data.ts'
import { ops } from './ops.ts'
import { operator } from './operator.ts'
import { order } from './order.ts'
import { policy } from './policy.ts'
import { portfolio } from './portfolio.ts'
import { reconcile } from './reconcile.ts'
import { run } from './run.ts'
import { safety } from './safety.ts'
import { signal } from './signal.ts'

/** Every event there is, by type. It only grows: `catalogue.snapshot.json` fails the build on anything else. */
export const CATALOGUE = {
  ...marketData,
  ...signal,
  ...intent,
  ...policy,
  ...order,
  ...fill,
  ...portfolio,
  ...safety,
  ...command,
  ...approval,
  ...access,
  ...breakGlass,
  ...operator,
  ...reconcile,
  ...run,
  ...ops,
} as const

export type EventType = keyof typeof CATALOGUE
export type Payload<T extends EventType> = z.output<(typeof CATALOGUE)[T]>

/** Version of each payload's schema; a breaking change needs a new one and a reader for the old. */
export const SCHEMA_VERSION = 1

/** A past-tense fact as the kernel makes it: everything of the envelope that the core knows. */
export interface KernelEvent<T extends EventType = EventType> {
  /** 1, 2, 3, … without gaps within a run. */
  readonly seq: number
  readonly ts: number
  readonly type: T
  readonly botId: BotId | undefined
  /** Number of the input that started this chain of thought. */
  readonly trace: number
  /** The event that led to this one; 0 when an input did. */
  readonly causeSeq: number
  readonly payload: Payload<T>
}

/** Where a kernel writes its events, in order. The host makes them durable before it acts on their effects. */
export interface Journal {
  append(event: KernelEvent): void
}
