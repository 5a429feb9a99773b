import type { EngineStore } from './ports.ts'

/** Where a bot belongs that was told nothing else, and every order by hand. */
export const MAIN_BOOK = 'main'

/** A book parts bots from each other for those who look after them. */
export const BOOK_NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/

/** The book that a bot belongs to. */
export function bookOf(notes: Pick<EngineStore['notes'], 'get'>, botId: string): string {
  return notes.get(noteOf(botId)) ?? MAIN_BOOK
}

export function keepBook(notes: EngineStore['notes'], botId: string, book: string): void {
  if (bookOf(notes, botId) !== book) notes.set(noteOf(botId), book)
}

const noteOf = (botId: string) => `bot.book.${botId}`
