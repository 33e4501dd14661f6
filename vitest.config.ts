import { defineConfig } from 'vitest/config'

const project = (name: string, root: string) => ({
  extends: true as const,
  test: { name, root, include: ['test/**/*.test.ts'], exclude: ['test/**/*.long.test.ts'] },
})

export default defineConfig({
  ssr: { resolve: { conditions: ['@gitferry/source', 'module', 'node', 'development|production'] } },
  resolve: { conditions: ['@gitferry/source'] },
  test: {
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      project('core', 'packages/core'),
      project('adapters', 'packages/adapters'),
      project('client', 'packages/client'),
      project('server', 'packages/server'),
      {
        extends: true,
        test: {
          name: 'system',
          root: '.',
          include: ['test/**/*.test.ts', 'examples/*/test/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.long.test.ts'],
        },
      },
    ],
  },
})
