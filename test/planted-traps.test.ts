import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { drive, type Outcomes } from './planted-traps/drive.ts'
import {
  fixedVariables,
  offEverywhere,
  onEveryTransport,
  plantedEnvironment,
} from './planted-traps/environment.ts'
import { laterProofs, proofs, refusedFor } from './planted-traps/expected.ts'
import { folderSnapshot } from './planted-traps/folder-snapshot.ts'
import { heldTraps } from './planted-traps/held-traps.ts'
import { laterTraps } from './planted-traps/later-traps.ts'
import { type TrapPlaces, takeSprung } from './planted-traps/trap.ts'
import { testSecrets } from './test-secrets.ts'
import { recordGit } from './wrapped-git.ts'

interface Started {
  readonly api: Gitferry
  readonly cleanId: number
}

let places: TrapPlaces
/** Starts every git itself; and the default, which has a process of its own for that. */
let direct: Started
let forking: Started
let recorded: ReturnType<typeof recordGit>
let server: Server
let connections = 0
let before: string[]
let base: string

beforeAll(async () => {
  const sandbox = createApiSandbox()
  base = mkdtempSync(join(tmpdir(), 'gitferry-traps-'))
  const folder = (name: string) => {
    mkdirSync(join(base, name))
    return join(base, name)
  }
  server = createServer((socket) => {
    connections += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const canary = folder('canary')
  writeFileSync(join(canary, 'readme'), '* filter=x\n')
  sandbox.git(canary, 'clone', '--quiet', '--bare', '--template=', sandbox.originPath, 'repo.git')
  const { port } = server.address() as AddressInfo
  places = { sandbox, marks: folder('marks'), canary, port }
  recorded = recordGit(folder('git'))
  sandbox.git(sandbox.root, 'clone', '--quiet', '--bare', '--template=', sandbox.originPath, 'clean.git')
  const clean = join(sandbox.root, 'clean.git')
  sandbox.git(clean, 'update-ref', 'refs/heads/ahead', 'refs/heads/main')
  sandbox.commit(clean, 'ahead', 'of ahead\n')
  before = [canary, join(sandbox.outsidePath, '..')].flatMap(folderSnapshot)

  for (const [name, value] of Object.entries(plantedEnvironment(folder('home')))) vi.stubEnv(name, value)
  const start = async (name: string, forkServer: boolean | undefined): Promise<Started> => {
    const api = createGitferry({
      storage: memoryStorage(),
      dataDir: join(sandbox.dataDir, name),
      repoRoots: [sandbox.root],
      secrets: testSecrets(),
      git: recorded.path,
      forkServer,
      networkRetries: 0,
    })
    await api.start()
    return { api, cleanId: (await api.repos.register({ path: clean, name: 'clean' })).id }
  }
  direct = await start('direct', false)
  forking = await start('forking', undefined)
})
afterAll(async () => {
  await direct?.api.stop()
  await forking?.api.stop()
  vi.unstubAllEnvs()
  server?.close()
  places?.sandbox.remove()
  rmSync(base, { recursive: true, force: true })
})

/** A clone with a branch `topic` one commit ahead, and files that are the same on both. */
function makeClone(name: string): string {
  const { sandbox } = places
  const path = join(sandbox.root, name)
  sandbox.git(sandbox.root, 'clone', '--quiet', '--template=', '--no-local', sandbox.originPath, name)
  sandbox.git(path, 'remote', 'add', 'backup', sandbox.bareBackupPath)
  for (const file of ['filtered', 'processed']) writeFileSync(join(path, file), 'the same on every branch\n')
  sandbox.git(path, 'add', '.')
  sandbox.git(path, 'commit', '--quiet', '-m', 'files that stay')
  sandbox.git(path, 'checkout', '--quiet', '-b', 'topic')
  writeFileSync(join(path, 'readme'), `of topic in ${name}\n`)
  sandbox.git(path, 'commit', '--quiet', '-am', 'topic')
  sandbox.git(path, 'checkout', '--quiet', 'main')
  return path
}

const refusals = (outcomes: Outcomes): Outcomes =>
  Object.fromEntries(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'ok'))

const nothingHappened = () => {
  expect(takeSprung(places)).toEqual([])
  expect([places.canary, join(places.sandbox.outsidePath, '..')].flatMap(folderSnapshot)).toEqual(before)
  expect(connections).toBe(0)
}

let number = 0
describe('every operation runs nothing and touches nothing else, of a repository that holds', () => {
  it.each(Object.entries(heldTraps))('%s', async (traps, plant) => {
    number += 1
    const name = `held-${number}`
    const path = makeClone(name)
    plant(path, places)
    const outcomes = await drive({
      ...(number === 1 ? forking : direct),
      sandbox: places.sandbox,
      path,
      name,
    })
    nothingHappened()
    expect(Object.keys(outcomes).length).toBeGreaterThan(27)
    expect(refusals(outcomes)).toEqual(refusedFor[traps])
  })
})

/** What needs nothing of the repository but its record. */
const byRecordAlone = [
  ...['get', 'list', 'update', 'list remotes', 'test the remote origin', 'test the remote backup'],
  ...['add a remote', 'update a remote', 'delete a remote', 'delete'],
]

describe('every operation is refused and touches nothing, once a registered repository got', () => {
  it.each(Object.entries(laterTraps))('%s', async (_, plant) => {
    number += 1
    const name = `later-${number}`
    const path = makeClone(name)
    const registered = () => plant(path, places)
    const outcomes = await drive({ ...direct, sandbox: places.sandbox, path, name, registered })
    nothingHappened()
    for (const [operation, outcome] of Object.entries(outcomes)) {
      const expected = byRecordAlone.includes(operation)
        ? /^ok$/
        : /\b(?:NOT_A_REPOSITORY|PATH_OUTSIDE_ROOTS)$/
      expect([operation, outcome]).toEqual([operation, expect.stringMatching(expected)])
    }
    expect(Object.keys(outcomes).length).toBeGreaterThan(26)
  })
})

describe('every git that was started', () => {
  const isSetting = (name: string) => /^GIT_CONFIG_(?:COUNT|KEY_\d+|VALUE_\d+)$/.test(name)
  const verbOf = (args: readonly string[]) => args.find((argument) => !argument.startsWith('-')) ?? args[0]

  it('had an environment that was built from nothing, and nothing of what ours had been given', () => {
    const calls = recorded.calls()
    expect(calls.length).toBeGreaterThan(500)
    for (const { args, environment } of calls) {
      const names = Object.keys(environment).filter((name) => !isSetting(name))
      const added = names.filter((name) => !Object.hasOwn(fixedVariables, name))
      // a checkout looks at an index of its own, in our folder
      const expected = ['read-tree', 'check-attr'].includes(verbOf(args) ?? '') ? ['GIT_INDEX_FILE'] : []
      expect([args, added.filter((name) => !expected.includes(name))]).toEqual([args, []])
      for (const [name, value] of Object.entries(fixedVariables)) {
        expect([name, environment[name]]).toEqual([name, value ?? expect.any(String)])
      }
      expect(Object.values(environment).join('\n')).not.toContain(join(base, 'home'))
    }
  })

  it('was told which transport it may use: none, or that of the one command that needs it', () => {
    const allowed = new Map<string, Set<string>>()
    for (const { args, environment } of recorded.calls()) {
      const verb = verbOf(args) ?? ''
      const verbs = allowed.get(environment.GIT_ALLOW_PROTOCOL ?? 'unset') ?? new Set()
      allowed.set(environment.GIT_ALLOW_PROTOCOL ?? 'unset', verbs.add(verb))
    }
    expect([...allowed.keys()].sort()).toEqual(['', 'file'])
    expect([...(allowed.get('file') ?? [])].sort()).toEqual(['fetch', 'ls-remote', 'push'])
  })

  it('had hooks, monitors and helpers off, above every configuration file', () => {
    for (const { args, environment } of recorded.calls()) {
      const settings = new Map(
        Array.from({ length: Number(environment.GIT_CONFIG_COUNT) }, (_, index) => [
          environment[`GIT_CONFIG_KEY_${index}`],
          environment[`GIT_CONFIG_VALUE_${index}`],
        ]),
      )
      expect([args, Object.fromEntries(settings)]).toMatchObject([
        args,
        environment.GIT_ALLOW_PROTOCOL === '' ? offEverywhere : { ...offEverywhere, ...onEveryTransport },
      ])
    }
  })
})

describe('plain git springs such traps, so that they would have been sprung: of', () => {
  it.each(Object.entries(heldTraps))('%s', (traps, plant) => {
    number += 1
    const path = makeClone(`plain-${number}`)
    plant(path, places)
    for (const command of proofs[traps]?.commands ?? []) {
      try {
        places.sandbox.git(path, ...command.replaceAll('CANARY', places.canary).split(' '))
      } catch {
        // what was sprung is seldom what git expects
      }
    }
    const marks = takeSprung(places)
    expect(proofs[traps]?.marks.filter((mark) => !marks.includes(mark))).toEqual([])
  })
})

describe('plain git writes elsewhere, in a repository that got', () => {
  it.each(Object.entries(laterProofs))('%s', (trap, command) => {
    number += 1
    const path = makeClone(`plain-${number}`)
    const elsewhere = join(base, `elsewhere-${number}`)
    cpSync(places.canary, elsewhere, { recursive: true })
    laterTraps[trap]?.(path, { ...places, canary: elsewhere })
    const before = folderSnapshot(elsewhere)
    places.sandbox.git(path, ...command.split(' '))
    expect(folderSnapshot(elsewhere)).not.toEqual(before)
  })
})
