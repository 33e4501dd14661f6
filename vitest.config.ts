import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { memoryFolder } from './test/memory-folder.ts'

const project = (name: string, root: string) => ({
  extends: true as const,
  // files share what they import: none of these changes a module, and reading core anew takes as long as testing it
  test: { name, root, isolate: false, include: ['test/**/*.test.ts'], exclude: ['test/**/*.long.test.ts'] },
})

/** Fails a test by any answer of a gitferry that is not as its API is described. */
const checkedFetch = fileURLToPath(new URL('test/checked-fetch-setup.ts', import.meta.url))

const server = project('server', 'packages/server')

const temporary = memoryFolder()

// servers are started from their sources a hundred times: what Node makes of those is kept from one start to the next
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url))

export default defineConfig({
  ssr: { resolve: { conditions: ['@gitferry/source', 'module', 'node', 'development|production'] } },
  resolve: { conditions: ['@gitferry/source'] },
  test: {
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: temporary === undefined ? {} : { TMPDIR: temporary },
    projects: [
      project('core', 'packages/core'),
      project('adapters', 'packages/adapters'),
      project('client', 'packages/client'),
      { ...server, test: { ...server.test, isolate: true, setupFiles: [checkedFetch] } },
      {
        extends: true,
        test: {
          name: 'system',
          root: '.',
          include: ['test/**/*.test.ts', 'examples/*/test/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.long.test.ts'],
          setupFiles: [checkedFetch],
        },
      },
    ],
  },
})
