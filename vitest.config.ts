import { defineConfig } from 'vitest/config'

if (Number(process.versions.node.split('.')[0]) < 26) {
  throw new Error(
    `Tests need Node 26 (found ${process.version}). Run them with \`npm test\`: npm puts the Node that the project brings on PATH.`,
  )
}

/** What these measure is time itself: nothing else runs beside them. */
const ALONE = ['commands/engine/under-load.test.ts', 'tui/panels/any-frame.test.ts']

export default defineConfig({
  test: {
    testTimeout: 60_000,
    reporters: ['default', './fixtures/passed-failed-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: [
            'src/**/*.test.ts',
            'commands/**/*.test.ts',
            'tui/**/*.test.ts',
            'storage/**/*.test.ts',
            'fixtures/**/*.test.ts',
            '*.test.ts',
          ],
          exclude: [...ALONE, '**/node_modules/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
