import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** The worst case of an order is paid for before it is sent: cash, margin or the thing sold must be free. */
export const reservation: Rule = {
  number: 28,
  reasonCodes: ['RESERVATION_FAILED'],
  judges: ORDER_ACTIONS,
  atSend: false,
  judge({ reserveNeed, reserveFree }, { reserve }) {
    // Twelve digits of a double are trusted: what is short by less is rounding of the mark, and the venue counts exactly.
    if (!reserve || reserveNeed <= 0 || reserveNeed <= reserveFree * (1 + 1e-12)) return undefined
    return {
      decision: 'BLOCK',
      reasonCode: 'RESERVATION_FAILED',
      inputs: {
        need: Number.isFinite(reserveNeed) ? reserveNeed : 'unknown',
        free: Number.isFinite(reserveFree) ? reserveFree : 'unknown',
      },
    }
  },
}
