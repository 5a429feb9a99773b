import type { CommandPayload, CommandRow, CommandType } from '../command-catalogue.ts'
import type { Topic, ViewOf } from './views.ts'

/** How the engine answers: `SILENT` is connected and not heard of for two seconds. */
export type LinkState = 'CONNECTING' | 'UP' | 'SILENT' | 'DOWN'

export interface CommandOptions<T extends CommandType> {
  readonly payload: CommandPayload<T>
  readonly reason: string
  /** Typed phrase of a dangerous operation. */
  readonly confirmation?: string | undefined
  /** Made by the caller where the same press must never count twice. */
  readonly id?: string | undefined
}

/**
 * All that a screen or a command has of a running engine: views come out of a socket, commands go in through the database.
 * It works with an engine in this process and with one in another.
 */
export interface EngineClient {
  /** Tells `told` the view now and whenever it changes, until the returned function is called. */
  watch<T extends Topic>(topic: T, told: (view: ViewOf<T>) => void): () => void
  /** Hands a command in and waits for its end; after ten seconds the row as it stands. */
  command<T extends CommandType>(type: T, options: CommandOptions<T>): Promise<CommandRow>
  /**
   * Stops new risk without waiting for anyone: the shared word where the engine is in this process, and the kill file.
   * The durable command is {@link command}'s.
   */
  stopNow(level: 'CLOSE_ONLY' | 'FLATTEN' | 'HALT', reason: string): void
  readonly state: LinkState
  /** Why it is DOWN, where that is known: what the engine said on leaving, or what was wrong with what it sent. */
  readonly why?: string | undefined
  /** Milliseconds since the engine was last heard of. */
  readonly silentMs: number
  /** Whether the engine runs in this process: leaving the screen is then a question. */
  readonly isOwner: boolean
  onState(told: (state: LinkState) => void): () => void
  close(): void
}
