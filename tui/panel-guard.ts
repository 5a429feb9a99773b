import type { Panel } from './panel.ts'

export interface PanelFault {
  readonly panelId: string
  readonly error: string
  readonly where: string
  readonly id: string
  readonly isOff: boolean
}

const WINDOW_MS = 60_000
const FAULTS_MAX = 3

/**
 * Keeps a panel's mistakes in its own frame. One fault: it is drawn again; a second within a minute: it stays off until the
 * reader asks for it; the third anywhere: the screen gives up its frame, and trading never notices.
 */
export class PanelGuard {
  readonly #report: (fault: PanelFault, cause: unknown) => void
  readonly #giveUp: () => void
  readonly #faults = new Map<string, { readonly fault: PanelFault; readonly ms: number }>()
  #count = 0

  constructor(report: (fault: PanelFault, cause: unknown) => void, giveUp: () => void) {
    this.#report = report
    this.#giveUp = giveUp
  }

  /** What a panel answers, or its fault; one that is off is not asked. */
  ask<T>(panel: Pick<Panel, 'id'>, where: string, nowMs: number, answer: () => T): T | PanelFault {
    const before = this.#faults.get(panel.id)
    if (before?.fault.isOff === true) return before.fault
    try {
      return answer()
    } catch (error) {
      const isOff = before !== undefined && nowMs - before.ms < WINDOW_MS
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      const id = `ui-${String(++this.#count).padStart(4, '0')}`
      const fault: PanelFault = { panelId: panel.id, error: text, where: `${panel.id}/${where}`, id, isOff }
      this.#faults.set(panel.id, { fault, ms: nowMs })
      this.#report(fault, error)
      if (this.#count >= FAULTS_MAX) this.#giveUp()
      return fault
    }
  }

  /** The fault that keeps a panel off. */
  faultOf(panelId: string): PanelFault | undefined {
    const fault = this.#faults.get(panelId)?.fault
    return fault?.isOff === true ? fault : undefined
  }

  /** Tries a panel again because the reader asked. */
  retry(panelId: string): void {
    this.#faults.delete(panelId)
  }

  /** The reader brought the screen back after a plain log. */
  reset(): void {
    this.#count = 0
    this.#faults.clear()
  }
}

export function isFault(answer: unknown): answer is PanelFault {
  return typeof answer === 'object' && answer !== null && 'panelId' in answer && 'isOff' in answer
}
