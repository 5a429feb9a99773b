import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The charting library as text, to be written into a page that must work without a network. */
export interface ChartAssets {
  readonly script: string
  readonly style: string
}

/**
 * Reads uPlot from the installed packages. It is found the same way from the sources and from the built program, since
 * both stand below the folder that has `node_modules`; a bundler would have to be taught to carry a script as text.
 */
export function chartAssets(): ChartAssets {
  const require = createRequire(import.meta.url)
  return {
    script: readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    style: readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
  }
}
