import type { OrderId } from '../domain/ids.ts'
import type { AllowedAmend, AllowedOrder } from '../domain/instruction.ts'

/**
 * Orders out; reports come back as inputs of the kernel. Handing over never means accepted: acceptance is a report.
 * A venue takes only what the gate allowed.
 */
export interface Venue {
  place(order: AllowedOrder, ts: number): void
  amend(amend: AllowedAmend, ts: number): void
  cancel(orderId: OrderId, instrumentAt: number, ts: number): void
}
