import type { ViewShelf } from '../panel.ts'

/** Where `g b`, `g m`, `g o` lead from a row: the ids that belong to it, as far as the views tell. */
export interface Links {
  readonly bots?: string | undefined
  readonly markets?: string | undefined
  readonly orders?: string | undefined
}

export function linksOf(shelf: ViewShelf, panelId: string, selected: string | undefined): Links {
  if (selected === undefined) return {}
  switch (panelId) {
    case 'bots':
      return { bots: selected, markets: shelf.get('bots')?.rows[selected]?.instrumentIds[0], orders: '' }
    case 'orders': {
      const order = shelf.get('orders')?.rows[selected]
      return { orders: selected, bots: order?.botId, markets: order?.instrumentId }
    }
    case 'portfolio': {
      const position = shelf.get('portfolio')?.positions[selected]
      return { bots: position?.botId, markets: position?.instrumentId, orders: '' }
    }
    case 'markets':
      return { markets: selected, orders: '' }
    default:
      return {}
  }
}

/** The row as the engine sent it, for `y j`. */
export function rowView(shelf: ViewShelf, panelId: string, selected: string | undefined): unknown {
  if (selected === undefined) return undefined
  switch (panelId) {
    case 'bots':
      return shelf.get('bots')?.rows[selected]
    case 'orders':
      return shelf.get('orders')?.rows[selected]
    case 'markets':
      return shelf.get('markets')?.rows[selected]
    case 'portfolio':
      return shelf.get('portfolio')?.positions[selected]
    default:
      return undefined
  }
}

/** The newest evidence id of a row, as far as it is on the screen. */
export function evidenceOf(shelf: ViewShelf, panelId: string, selected: string | undefined): string | undefined {
  if (panelId === 'bots') return shelf.get(`bot/${selected}`)?.decisions[0]?.evidence
  if (panelId === 'orders') return shelf.get(`order/${selected}`)?.chain.findLast(({ id }) => id !== undefined)?.id
  return undefined
}
