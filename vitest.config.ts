import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'
import { memoryFolder } from './test/memory-folder.ts'

const long = '**/*.long.test.ts'

/** Files share what they import: none of these changes a module, and reading it anew takes as long as testing it. */
const shared = { isolate: false } as const

const project = (name: string) => ({
  extends: true as const,
  test: { ...shared, name, root: `packages/${name}`, include: ['test/**/*.test.ts'], exclude: [long] },
})

/** Fails a test by any answer of a gitferry that is not as its API is described. */
const setupFiles = [fileURLToPath(new URL('test/checked-fetch-setup.ts', import.meta.url))]

const server = project('server')

/** These replace a module, for everything that imports it. */
const replacing = ['test/hostile-inputs.test.ts', 'test/outgoing.test.ts']

const temporary = memoryFolder()

// servers are started from their sources a hundred times: what Node makes of those is kept from one start to the next
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url))

export default defineConfig({
  ssr: { resolve: { conditions: ['@gitferry/source', 'module', 'node', 'development|production'] } },
  resolve: { conditions: ['@gitferry/source'] },
  test: {
    // one more than the cores that are asked for: each waits for its gits, and for time to pass, a third of its own time
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // what takes two seconds on a quiet machine takes half a minute on a busy one
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: temporary === undefined ? {} : { TMPDIR: temporary },
    projects: [
      project('core'),
      project('adapters'),
      project('client'),
      { ...server, test: { ...server.test, setupFiles } },
      {
        extends: true,
        test: {
          ...shared,
          name: 'system',
          root: '.',
          include: ['test/**/*.test.ts', 'examples/*/test/*.test.ts'],
          exclude: ['**/node_modules/**', long, ...replacing],
          setupFiles,
        },
      },
      { extends: true, test: { name: 'system-alone', root: '.', include: replacing, setupFiles } },
    ],
  },
})
