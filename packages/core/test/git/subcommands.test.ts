import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const sources = fileURLToPath(new URL('../../src', import.meta.url))
const packages = fileURLToPath(new URL('../../..', import.meta.url))

const sourceFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('testing/'))
    .map((name) => join(folder, name))

/**
 * What is started of git. None of these takes a program, a file or a pattern of a caller: grep has an empty pattern, and
 * archive works where the config is ours. No blame.
 */
const subcommands = [
  ...['--version', 'archive', 'cat-file', 'check-attr', 'checkout', 'commit-graph', 'commit-tree', 'config'],
  ...[
    'diff-tree',
    'fast-import',
    'fetch',
    'for-each-ref',
    'fsck',
    'gc',
    'grep',
    'hash-object',
    'init',
    'lfs',
  ],
  ...['log', 'ls-remote', 'ls-tree', 'maintenance', 'merge-base', 'pack-refs', 'prune', 'push', 'read-tree'],
  ...['repack', 'rev-list', 'rev-parse', 'status', 'symbolic-ref', 'update-index', 'update-ref', 'worktree'],
  'write-tree',
]

/** What serves git clients of hosted repositories. */
const services = "'upload-pack' | 'receive-pack'"

it('the subcommands of git that are ever started are these', () => {
  const commands = sourceFiles(sources).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return [...text.matchAll(/\bargs: \[\s*([^\s,\]]+)/g)].map((match) => ({ file, first: match[1] ?? '' }))
  })
  const literal = commands.flatMap(({ first }) => /^'(.+)'$/.exec(first)?.[1] ?? [])
  expect([...new Set(literal)].sort()).toEqual(subcommands)
  // ls-remote, with --symref; and what serves hosted repositories, upload-pack and receive-pack
  const taken = commands.filter(({ first }) => !/^'/.test(first))
  expect(taken.map(({ file, first }) => [file.slice(sources.length + 1), first])).toEqual([
    ['git/commands/ls-remote-head.ts', 'verb'],
    ['git/serving/serve-command.ts', 'service'],
  ])
  const taking = (file: string) => readFileSync(join(sources, file), 'utf8')
  expect(/type GitServiceName = (.+)/.exec(taking('git/serving/git-service.ts'))?.[1]).toBe(services)
  // the hooks of hosted repositories, which git starts
  const hook = taking('git/serving/pre-receive-script.ts')
  expect([...hook.matchAll(/\bgit ([a-z]+(?:-[a-z]+)?) --/g)].map(([, verb]) => verb)).toEqual(['merge-base'])
})

it('processes are started in two files, and by no library that runs git', () => {
  const starting = sourceFiles(sources).filter((file) =>
    /^import (?!type ).*from '(?:node:)?(?:child_process|simple-git)'/m.test(readFileSync(file, 'utf8')),
  )
  expect(starting.map((file) => file.slice(sources.length + 1)).sort()).toEqual([
    'git/direct-starter.ts',
    'git/fork-server.ts',
  ])
  for (const name of ['core', 'adapters', 'server', 'client']) {
    const { dependencies = {} } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>
    }
    expect(
      Object.keys(dependencies).filter((dependency) =>
        /simple-git|isomorphic-git|nodegit|dugite/.test(dependency),
      ),
    ).toEqual([])
  }
})
