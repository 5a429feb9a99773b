/** How far two results may be held against each other (UGF-0-015). */
export type Comparability = 'STRICT' | 'SOFT' | 'REJECT'

export interface ComparedRun {
  readonly refs: Readonly<Record<string, string | undefined>>
  readonly summary: Readonly<Record<string, unknown>> | undefined
}

export interface Comparison {
  readonly comparability: Comparability
  /** Why it is not STRICT. */
  readonly reasons: readonly string[]
  /** References in which the two differ. */
  readonly refs: readonly { readonly name: string; readonly a: string | undefined; readonly b: string | undefined }[]
  readonly figures: readonly { readonly name: string; readonly a: unknown; readonly b: unknown }[]
}

/** References that must be equal for figures to rank: the same data, window and costs. The window is part of the data's reference. */
const MUST_AGREE = ['dataset_ref', 'cost_model_ref'] as const

/** Holds two runs against each other: names exactly the references and figures that differ. */
export function compareRuns(a: ComparedRun, b: ComparedRun): Comparison {
  const names = [...new Set([...Object.keys(a.refs), ...Object.keys(b.refs)])].sort()
  const refs = names
    .filter((name) => a.refs[name] !== b.refs[name])
    .map((name) => ({ name, a: a.refs[name], b: b.refs[name] }))
  const figureNames = [...new Set([...Object.keys(a.summary ?? {}), ...Object.keys(b.summary ?? {})])]
  const figures = figureNames
    .map((name) => ({ name, a: a.summary?.[name], b: b.summary?.[name] }))
    .filter((figure) => JSON.stringify(figure.a) !== JSON.stringify(figure.b))
  const unknown = [
    ...([a, b].some(({ summary }) => summary === undefined) ? ['a run has no result'] : []),
    ...MUST_AGREE.filter((name) => a.refs[name] === undefined || b.refs[name] === undefined).map(
      (name) => `${name} is not known`,
    ),
  ]
  if (unknown.length > 0) return { comparability: 'REJECT', reasons: unknown, refs, figures }
  const reasons = MUST_AGREE.filter((name) => refs.some((ref) => ref.name === name)).map((name) => `${name} differs`)
  return { comparability: reasons.length === 0 ? 'STRICT' : 'SOFT', reasons, refs, figures }
}
