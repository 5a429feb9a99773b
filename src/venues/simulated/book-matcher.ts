import type { BookColumns } from '../../market/columns.ts'
import type { SimOrder } from './sim-order.ts'
import type { Workbench } from './workbench.ts'

export class BookMatcher {
  constructor(_bench: Workbench, _at: number) {}
  arrive(_order: SimOrder, _ts: number): void {}
  requeue(_order: SimOrder, _ts: number): void {}
  trade(_price: number, _qty: number, _more: { taker: number; ts: number }): void {}
  update(_book: BookColumns, _row: number): void {}
}
