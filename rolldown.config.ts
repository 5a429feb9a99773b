import { defineConfig, type Plugin } from 'rolldown'

/** Puts faster words into a library, with the same meaning. @throws Error when the library says it differently now */
function rewritten(id: RegExp, slow: string, fast: string): Plugin {
  return {
    name: `rewritten ${id.source}`,
    transform: {
      filter: { id },
      handler: (code) => {
        if (!code.includes(slow)) throw new Error(`${id.source} no longer says: ${slow}`)
        return code.replaceAll(slow, () => fast)
      },
    },
  }
}

/** One bundle, split only where a command imports lazily, so that `--version` loads almost nothing. */
export default defineConfig({
  input: { main: 'bin/main.ts', 'engine-worker': 'bin/engine-worker.ts', watchdog: 'bin/watchdog.ts' },
  platform: 'node',
  // Ink loads its developer tools only when asked to, and nobody asks.
  external: ['better-sqlite3', 'react-devtools-core'],
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  plugins: [
    // Node takes 70 ms to make a fetch, and Yoga would read its own base64 with it.
    rewritten(/yoga-wasm-base64-esm\.js$/, 'typeof fetch', '"none"'),
    // V8 takes 100 ms to make this pattern, and what is drawn here holds no emoji: it is made when one comes.
    rewritten(
      /string-width\/index\.js$/,
      'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
      `let rgiEmoji;
const rgiEmojiRegex = {
  test: (text) => /[\\p{Extended_Pictographic}\\p{Regional_Indicator}\\u20E3]/u.test(text) && (rgiEmoji ??= /^\\p{RGI_Emoji}$/v).test(text),
};`,
    ),
  ],
  output: { dir: 'dist', format: 'esm', cleanDir: true, chunkFileNames: '[name]-[hash].js' },
})
