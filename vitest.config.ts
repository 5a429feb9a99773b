import { defineConfig } from 'vitest/config'

if (Number(process.versions.node.split('.')[0]) < 26) {
  throw new Error(
    `Tests need Node 26 (found ${process.version}). Run them with \`npm test\`: npm puts the Node that the project brings on PATH.`,
  )
}

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'commands/**/*.test.ts',
      'tui/**/*.test.ts',
      'storage/**/*.test.ts',
      'fixtures/**/*.test.ts',
      '*.test.ts',
    ],
    testTimeout: 60_000,
    reporters: ['default', './fixtures/passed-failed-reporter.ts'],
  },
})
