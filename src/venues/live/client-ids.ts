import { type OrderId, orderNumber } from '../../domain/ids.ts'
import type { VenueCapabilities } from '../connector.ts'

const PREFIX_MAX = 10
/** Digits that an order number may take. */
const NUMBER_MAX = 8

/**
 * Our order ids in a venue's alphabet. `o17` is used once in a profile, and an account may be used by several: what tells
 * them apart goes before it. Letters and digits alone, which every venue takes.
 */
export class ClientIds {
  readonly #prefix: string

  /** @param instanceId of the profile: a UUIDv7, whose last digits are its random ones */
  constructor(instanceId: string, { clientId }: Pick<VenueCapabilities, 'clientId'>) {
    const room = Math.min(PREFIX_MAX, (clientId?.maxLength ?? 36) - NUMBER_MAX - 1)
    const distinct = instanceId.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
    this.#prefix = `pf${distinct.slice(-(room - 2))}`
  }

  of(orderId: OrderId): string {
    return `${this.#prefix}${orderId}`
  }

  /** undefined for an id that this profile never made. */
  orderIdOf(clientId: string | undefined): OrderId | undefined {
    if (clientId === undefined || !clientId.startsWith(this.#prefix)) return undefined
    const orderId = clientId.slice(this.#prefix.length) as OrderId
    return orderNumber(orderId) === undefined ? undefined : orderId
  }
}
