import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** Only venues and instruments that were named may take risk; an empty list names nothing. */
export const allowlist: Rule = {
  number: 12,
  reasonCodes: ['VENUE_NOT_ALLOWED', 'SYMBOL_NOT_ALLOWED'],
  judges: RISK_ACTIONS,
  atSend: false,
  judge({ instrument }, { venues, instruments }) {
    if (!venues.includes('*') && !venues.includes(instrument.venueId)) {
      return { decision: 'BLOCK', reasonCode: 'VENUE_NOT_ALLOWED', inputs: { venue_id: instrument.venueId } }
    }
    if (!instruments.includes('*') && !instruments.includes(instrument.id)) {
      return { decision: 'BLOCK', reasonCode: 'SYMBOL_NOT_ALLOWED', inputs: { instrument_id: instrument.id } }
    }
    return undefined
  },
}
