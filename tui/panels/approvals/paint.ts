import type { ApprovalRow, ApprovalsView } from '../../../src/runtime/link/views.ts'
import { when } from '../../paint/clock-text.ts'
import { panelTable } from '../../paint/panel-table.ts'
import { beside, fit, row, stack } from '../../paint/row.ts'
import type { PanelContext, PanelState, Size, ViewShelf } from '../../panel.ts'
import { masked } from '../amount.ts'
import { fact, factRow, head } from '../fact-row.ts'
import { ageNote, type Freshness, freshness } from '../freshness.ts'
import { figures, inSight, selectedAt, words } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { columnWidths, type Section, stacked } from '../sections.ts'
import { type ApprovalWords, approvalRows, approvalWords, isWaiting } from './view-model.ts'

const TWO_COLUMNS = 160
const COLUMNS = [
  words<ApprovalWords>('ID', 8, 2, ({ id }) => id),
  words<ApprovalWords>('STATE', 11, 0, ({ state }) => state),
  figures<ApprovalWords>('LEFT', 8, 0, ({ time }) => time),
  words<ApprovalWords>('WHAT', 44, 0, ({ summary }) => summary, true),
  figures<ApprovalWords>('YES', 4, 1, ({ votes }) => votes),
  words<ApprovalWords>('RULES', 18, 3, ({ rules }) => rules),
]

interface Scene {
  readonly view: ApprovalsView | undefined
  readonly rows: readonly ApprovalRow[]
  readonly chosen: ApprovalRow | undefined
  readonly state: PanelState
  readonly context: PanelContext
  readonly age: Freshness
}

/** What waits for a person, what the answer rests on, and why anything waits at all. */
export function paintApprovals(
  shelf: ViewShelf,
  state: PanelState,
  context: PanelContext,
  size: Size,
): readonly string[] {
  const rows = approvalRows(shelf, state)
  const chosen = rows[selectedAt(rows, state.selected) ?? -1]
  const scene: Scene = {
    view: shelf.get('approvals'),
    rows,
    chosen,
    state,
    context,
    age: freshness(shelf, 'approvals'),
  }
  if (size.width < TWO_COLUMNS)
    return stacked(size, [
      listSection(scene, size.width),
      chosenSection(scene, size.width),
      ruleSection(scene, size.width),
    ])
  const [left = 0, right = 0] = columnWidths(size.width, [3, 2])
  const columns = [
    {
      width: left,
      rows: stacked({ width: left, height: size.height }, [listSection(scene, left), ruleSection(scene, left)]),
    },
    {
      width: right,
      rows: stacked({ width: right, height: size.height }, [{ ...chosenSection(scene, right), rank: 0 }]),
    },
  ]
  return beside(context.look, size.height, columns)
}

function listSection({ view, rows, state, context, age }: Scene, width: number): Section {
  const { look } = context
  const at = selectedAt(rows, state.selected)
  const waiting = rows.filter(isWaiting).length
  const empty =
    view === undefined
      ? 'loading: no word about approvals from the engine yet'
      : state.filter === ''
        ? 'nothing waits for your word'
        : `nothing matches ${plainText(state.filter)}: Esc clears the filter`
  const paint = (height: number): readonly string[] => {
    const seen = inSight(rows, at, height - 2)
    const said = view === undefined ? [] : seen.rows.map((one) => approvalWords(one, view, age.ageMs, context))
    return stack(width, height, [
      head(look, width, `Approvals ${waiting} waiting`, [ageNote(age)]),
      ...panelTable(
        look,
        { width, height: height - 1 },
        { columns: COLUMNS, rows: said, selected: seen.selected, empty },
      ),
    ])
  }
  return { rank: 0, min: 5, want: Math.min(16, rows.length + 3), paint }
}

/** The selected one: what was asked, what has become of what it rests on, and who said what. */
function chosenSection({ chosen, context, age }: Scene, width: number): Section {
  const { look, zone, nowTs } = context
  if (chosen === undefined)
    return {
      rank: 2,
      min: 2,
      want: 2,
      paint: (height) => stack(width, height, [head(look, width, 'Selected', ['none'])]),
    }
  const { glyphs } = look
  const sure = !age.isStale
  const lines: string[] = [
    head(look, width, plainText(chosen.id), [plainText(chosen.kind)]),
    factRow(look, width, ' asks  ', [fact(0, masked(plainText(chosen.summary), context))]),
    factRow(look, width, ' by    ', [
      fact(0, plainText(chosen.requestedBy)),
      fact(1, ['at ', 'muted'], when(chosen.createdTs, nowTs, zone)),
      fact(2, plainText(chosen.rules.join(' '))),
    ]),
    ...chosen.checks.map(({ name, isMet, fact: found }) =>
      row(look, width, [
        ' ',
        isMet && sure ? [glyphs.ok, 'ok'] : isMet ? [glyphs.stale, 'stale'] : [glyphs.bad, 'bad'],
        ` ${fit(name, 12)} `,
        [masked(plainText(found), context), 'plain'],
      ]),
    ),
    ...chosen.votes.map(({ actor, isYes, reason, ts }) =>
      factRow(look, width, isYes ? ' yes   ' : ' no    ', [
        fact(0, plainText(actor)),
        fact(1, when(ts, nowTs, zone)),
        fact(1, masked(plainText(reason), context)),
      ]),
    ),
    ...(chosen.why === '' ? [] : [factRow(look, width, ' ended ', [fact(0, masked(plainText(chosen.why), context))])]),
  ]
  return { rank: 1, min: Math.min(9, lines.length), want: lines.length, paint: () => lines }
}

function ruleSection({ view, context }: Scene, width: number): Section {
  const { look } = context
  const rules = view?.rules ?? []
  const paint = (): string[] => [
    head(look, width, 'What waits', ['[approvals] in config.toml']),
    ...rules.map(({ id, text, isOn }) =>
      factRow(look, width, ' ', [
        fact(0, [isOn ? 'on ' : 'off', isOn ? 'ok' : 'muted']),
        fact(0, id),
        fact(0, [plainText(text), isOn ? 'plain' : 'muted']),
      ]),
    ),
  ]
  return { rank: 3, min: 1 + rules.length, want: 1 + rules.length, paint }
}
