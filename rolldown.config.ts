import { defineConfig } from 'rolldown'

/** One bundle, split only where a command imports lazily, so that `--version` loads almost nothing. */
export default defineConfig({
  input: { main: 'bin/main.ts', 'engine-worker': 'bin/engine-worker.ts' },
  platform: 'node',
  // Ink loads its developer tools only when asked to, and nobody asks.
  external: ['better-sqlite3', 'react-devtools-core'],
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  output: { dir: 'dist', format: 'esm', cleanDir: true, chunkFileNames: '[name]-[hash].js' },
})
