import { defineConfig } from 'vitest/config'

/** What takes minutes: `npm run test:long`, before a release and after a change to a parser. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@gitferry/source', 'module', 'node', 'development|production'] } },
  resolve: { conditions: ['@gitferry/source'] },
  test: {
    include: ['**/*.long.test.ts'],
    passWithNoTests: false,
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 30_000,
  },
})
