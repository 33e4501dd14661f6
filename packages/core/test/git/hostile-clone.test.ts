import { appendFileSync, chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lsRemote } from '../../src/git/commands/ls-remote.ts'
import type { ProcessGitRunner } from '../../src/git/process-runner.ts'
import { type StoreSource, Stores } from '../../src/git/store.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { systemClock } from '../../src/runtime/system-clock.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { runnerIn } from './fake-git.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'
const sourceOf = (repo: string): StoreSource => {
  const directory = join(repo, '.git')
  return { uuid, git_dir: directory, common_dir: directory, object_format: 'sha1' }
}
const marker = 'EVIL'

let sandbox: GitSandbox
let runner: ProcessGitRunner
let clone: string
let oid: string
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
  clone = sandbox.repository('clone')
  oid = sandbox.commit(clone)
  sandbox.run(clone, 'branch', 'topic')
})
afterEach(() => sandbox.dispose())

const ran = (): boolean => existsSync(sandbox.path('ran'))

/** The payloads of security practice: every key that makes git start a program, and what redirects it. */
const payloads: readonly string[] = [
  'core.fsmonitor',
  'core.hooksPath',
  'core.sshCommand',
  'core.gitProxy',
  'core.askPass',
  'core.pager',
  'core.editor',
  'core.alternateRefsCommand',
  'credential.helper',
  'credential.https://example.com.helper',
  'diff.external',
  'diff.x.command',
  'diff.x.textconv',
  'filter.x.clean',
  'filter.x.smudge',
  'filter.x.process',
  'merge.x.driver',
  'gpg.program',
  'gpg.ssh.program',
  'gpg.ssh.defaultKeyCommand',
  'remote.origin.uploadpack',
  'remote.origin.receivepack',
  'remote.origin.vcs',
  'remote.origin.proxy',
  'uploadpack.packObjectsHook',
  'receive.procReceiveRefs',
  'tar.tgz.command',
  'sequence.editor',
  'trailer.x.command',
  'alias.upload-pack',
  'pager.upload-pack',
  'include.path',
]

/** Each of these changes what the others do, so it stands alone. */
const alone = ['extensions.partialClone', 'url.ext::EVIL .insteadOf', 'core.hooksPath', 'include.path']

function poison(keys: readonly string[]): void {
  const evil = sandbox.path('evil')
  writeFileSync(evil, `#!/bin/sh\ntouch '${sandbox.path('ran')}'\ncat\n`)
  chmodSync(evil, 0o755)
  const hooks = join(clone, '.git/hooks')
  for (const name of readdirSync(hooks)) rmSync(join(hooks, name))
  for (const name of ['post-checkout', 'reference-transaction', 'pre-push', 'update', 'post-upload-pack']) {
    writeFileSync(join(hooks, name), `#!/bin/sh\ntouch '${sandbox.path('ran')}'\n`)
    chmodSync(join(hooks, name), 0o755)
  }
  writeFileSync(join(clone, '.git/info/attributes'), '* filter=x diff=x merge=x\n')
  writeFileSync(join(clone, '.git/objects/info/alternates'), `${sandbox.bare('alternate')}/objects\n`)
  sandbox.run(clone, 'remote', 'add', 'origin', `ext::${evil}`)
  sandbox.run(clone, 'config', 'protocol.ext.allow', 'always')
  const included = sandbox.path('included')
  writeFileSync(included, `[core]\n\tfsmonitor = ${evil}\n`)
  const values: Record<string, string> = {
    'core.hooksPath': hooks,
    'include.path': included,
    'extensions.partialClone': 'origin',
    'receive.procReceiveRefs': 'refs/heads',
    'alias.upload-pack': `!${evil}`,
  }
  const config = join(clone, '.git/config')
  for (const key of keys) {
    const [, section, name, variable] =
      /^([^.]+)\.(?:(.+)\.)?([^.]+)$/.exec(key.replaceAll(marker, evil)) ?? []
    const heading = name === undefined ? `[${section}]` : `[${section} "${name}"]`
    appendFileSync(config, `${heading}\n\t${variable} = "${values[key] ?? evil}"\n`)
  }
}

describe('a hostile clone', () => {
  const makeStores = () =>
    new Stores({
      runner,
      dataDir: sandbox.dir,
      repoRoots: null,
      clock: systemClock,
      logger: silentLogger,
    })
  const cases: [string, string[]][] = [
    ['all at once', [...payloads]],
    ...alone.map((key): [string, string[]] => [key, [key]]),
  ]
  it.each(cases)('runs nothing while it is listed and a store is seeded from it: %s', async (_, keys) => {
    poison(keys)
    const stores = makeStores()
    const source = sourceOf(clone)
    const refs = await runner.run(lsRemote({ url: clone, protocol: 'file', heads: true }))
    expect(refs.get('refs/heads/topic')).toBe(oid)
    const store = await stores.open(source)
    expect(sandbox.refs(store.path)['refs/gitferry/seed/heads/topic']).toBe(oid)
    expect(ran()).toBe(false)
  })

  it('would run its payload under plain git: the test can fail', () => {
    poison(['core.fsmonitor'])
    sandbox.run(clone, 'status')
    expect(ran()).toBe(true)
  })

  it('cannot have its refs/replace or other hidden refs copied', async () => {
    sandbox.run(clone, 'update-ref', `refs/replace/${oid}`, sandbox.commit(clone))
    sandbox.run(clone, 'update-ref', 'refs/hidden/x', oid)
    const stores = makeStores()
    const { path } = await stores.open(sourceOf(clone))
    expect(Object.keys(sandbox.refs(path)).every((ref) => ref.startsWith('refs/gitferry/seed/heads/'))).toBe(
      true,
    )
  })
})

describe('transports', () => {
  it.each([
    ['ext::sh -c EVIL', 'URL_FORBIDDEN'],
    ['foo::x', 'URL_FORBIDDEN'],
    ['fd::7', 'URL_FORBIDDEN'],
    ['git://127.0.0.1:1/x', 'URL_FORBIDDEN'],
    ['http://127.0.0.1:1/x', 'URL_FORBIDDEN'],
    ['ssh://127.0.0.1:1/x', 'URL_FORBIDDEN'],
  ])('%s is not spoken in a command for files', async (url, code) => {
    const touch = `touch%S${sandbox.path('ran')}`
    const run = runner.run(lsRemote({ url: url.replace(marker, touch), protocol: 'file' }))
    await expect(run).rejects.toMatchObject({ code })
    expect(ran()).toBe(false)
  })

  it('none is spoken where a command names none', async () => {
    const { protocol: _, ...command } = lsRemote({ url: clone, protocol: 'file' })
    await expect(runner.run(command)).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
  })
})
