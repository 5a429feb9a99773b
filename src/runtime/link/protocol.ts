import { z } from 'zod'
import { VIEW_VERSION } from './views.ts'

/**
 * Frames of the local socket: one JSON object a line. A client says which topics it wants; the server answers with a snapshot
 * of each and then with merge patches. Nothing that comes in here can change the engine: commands go through the database,
 * and `poke` only asks it to look there now.
 */
export const ClientFrame = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('hello'), version: z.literal(VIEW_VERSION) }),
  z.strictObject({ do: z.literal('watch'), topic: z.string().min(1).max(200) }),
  z.strictObject({ do: z.literal('unwatch'), topic: z.string().min(1).max(200) }),
  z.strictObject({ do: z.literal('poke') }),
])
export type ClientFrame = z.infer<typeof ClientFrame>

export const ServerFrame = z.discriminatedUnion('is', [
  z.object({ is: z.literal('hello'), version: z.number(), pid: z.number(), runId: z.string() }),
  z.object({ is: z.literal('view'), topic: z.string(), n: z.number(), view: z.unknown() }),
  z.object({ is: z.literal('patch'), topic: z.string(), n: z.number(), patch: z.unknown() }),
  /** The topic cannot be had. */
  z.object({ is: z.literal('refused'), topic: z.string(), why: z.string() }),
  /** Nothing new, and alive. */
  z.object({ is: z.literal('beat') }),
  /** The engine is going; what was sent is the last. */
  z.object({ is: z.literal('bye'), why: z.string() }),
])
export type ServerFrame = z.infer<typeof ServerFrame>

/** Longest line that a client may send, and that a server does: bytes. */
export const CLIENT_LINE_MAX = 4_096
export const SERVER_LINE_MAX = 4_194_304

/** Cuts a byte stream into lines. A line that grows beyond its limit is an error, never memory. */
export class LineCutter {
  readonly #max: number
  #rest = ''
  constructor(max: number) {
    this.#max = max
  }

  /** @returns the lines that are complete now; undefined when the other side broke the limit */
  push(text: string): readonly string[] | undefined {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > this.#max || lines.some(({ length }) => length > this.#max)) return undefined
    return lines
  }
}

/** A frame from outside; undefined for anything that is none. */
export function readFrame<T>(schema: z.ZodType<T>, line: string): T | undefined {
  try {
    const read = schema.safeParse(JSON.parse(line))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}
