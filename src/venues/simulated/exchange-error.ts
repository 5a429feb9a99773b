/** The exchange cannot be reached: what was asked is not known. */
export class VenueUnreachable extends Error {
  override readonly name = 'VenueUnreachable'
  readonly code = 'venue.unreachable'
  readonly hint = 'ask again when the venue is back; until then its truth is unknown'

  constructor(question: string) {
    super(`${question}: the simulated exchange is offline`)
  }
}

/** The vault holds what this program cannot read. */
export class VaultUnreadable extends Error {
  override readonly name = 'VaultUnreadable'
  readonly code = 'venue.vault-unreadable'
  readonly hint = 'start the program that wrote it, or move the demo profile away and begin a new one'
}
