import { defineConfig } from 'vitest/config'

/** The tests that stand for orders, gate and ledger: what a mutation run asks whether they would notice. */
export default defineConfig({
  test: {
    include: [
      'src/orders/**/*.test.ts',
      'src/risk/**/*.test.ts',
      'src/portfolio/**/*.test.ts',
      'src/kernel/lying-venue.test.ts',
      'src/kernel/reversal.test.ts',
    ],
    testTimeout: 60_000,
  },
})
