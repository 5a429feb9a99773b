/** How results are written. */
export const FORMATS = ['table', 'tsv', 'csv', 'json'] as const
export type Format = (typeof FORMATS)[number]
