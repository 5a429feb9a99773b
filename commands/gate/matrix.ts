import { gateMatrix, type MatrixCell, troubleMatrix } from '../../src/risk/matrix.ts'
import { DEMO_INSTRUMENTS } from '../../src/venues/simulated/demo-instruments.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

/** Asks the gate itself, cell by cell: an ordinary order of a simulated instrument stands for all. */
export function gateMatrixSheet({ printer }: Pick<CommandDeps, 'printer'>, options: ReadOptions): Outcome {
  const [instrument] = DEMO_INSTRUMENTS
  if (instrument === undefined) throw new Error('the simulated venue has instruments')
  const cells = [...gateMatrix(instrument), ...troubleMatrix(instrument)]
  const rows = sheet(
    [
      { name: 'mode', align: 'left', exact: ({ mode }: MatrixCell) => mode },
      { name: 'kill', align: 'left', exact: ({ kill }) => kill },
      { name: 'when', align: 'left', exact: ({ when }) => when ?? 'all is well' },
      { name: 'action', align: 'left', exact: ({ action }) => action },
      { name: 'asked_by', align: 'left', exact: ({ origin }) => origin },
      { name: 'decision', align: 'left', exact: ({ decision }) => decision },
      { name: 'reason_code', align: 'left', exact: ({ reasonCode }) => reasonCode },
    ],
    cells,
  )
  return sheetOutcome(rows, formatOf(options, printer), { code: EXIT.ok, message: `${cells.length} cells` })
}
