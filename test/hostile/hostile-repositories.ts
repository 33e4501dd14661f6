import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiSandbox } from '@gitferry/core/testing'

/** Where the fixtures lead that lead out of the root, and where they leave a mark if anything of them runs. */
export interface HostileGround {
  readonly outside: string
  readonly marks: string
}

/** Of each fixture of the corpus: how a plain repository becomes it. `dir` is its git directory. */
const spoilt: Readonly<Record<string, (dir: string, ground: HostileGround) => void>> = {
  'commondir-pointing-elsewhere': (dir, { outside }) => writeFileSync(join(dir, 'commondir'), `${outside}\n`),
  'repo-with-core-hooksPath': (dir, { marks }) => {
    const hooks = join(dir, 'evil-hooks')
    mkdirSync(hooks)
    for (const name of [
      'pre-push',
      'post-checkout',
      'reference-transaction',
      'post-index-change',
      'update',
    ]) {
      writeFileSync(join(hooks, name), `#!/bin/sh\n: >'${marks}/hook-${name}'\n`, { mode: 0o755 })
    }
    configure(dir, ['core.hooksPath', hooks])
  },
  'repo-with-include-path': (dir, { marks }) => {
    const included = join(dir, 'included')
    writeFileSync(
      included,
      `[core]\n\tfsmonitor = ": >'${marks}/fsmonitor'; false"\n\tsshCommand = ": >'${marks}/ssh'"\n`,
    )
    configure(dir, ['include.path', included])
  },
  'repo-with-url-insteadOf': (dir, { marks }) =>
    configure(dir, [`url.ext::sh -c ":% >${marks}/instead-of" %.insteadOf`, '/']),
  'repo-with-remote-vcs': (dir) => configure(dir, ['remote.origin.vcs', 'evil'], ['remote.origin.url', 'x']),
  'repo-with-http-proxy': (dir) => configure(dir, ['http.proxy', 'http://127.0.0.1:9']),
  'repo-with-filter-smudge': (dir, { marks }) => {
    configure(
      dir,
      ['filter.evil.smudge', `: >'${marks}/smudge'; cat`],
      ['filter.evil.clean', `: >'${marks}/clean'; cat`],
    )
    mkdirSync(join(dir, 'info'), { recursive: true })
    writeFileSync(join(dir, 'info', 'attributes'), '* filter=evil\n')
  },
  'repo-with-credential-helper': (dir, { marks }) =>
    configure(dir, ['credential.helper', `!: >'${marks}/credential'`], ['core.askPass', `${marks}/askpass`]),
  'repo-with-promisor-remote': (dir, { marks }) =>
    configure(
      dir,
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', `ext::sh -c ":% >${marks}/promisor"`],
    ),
  'repo-with-alternates': (dir, { outside }) => {
    mkdirSync(join(dir, 'objects', 'info'), { recursive: true })
    writeFileSync(join(dir, 'objects', 'info', 'alternates'), `${join(outside, 'objects')}\n`)
  },
  'repo-with-refs-tags-symlink': (dir, { outside }) => {
    rmSync(join(dir, 'refs', 'tags'), { recursive: true, force: true })
    symlinkSync(join(outside, 'refs'), join(dir, 'refs', 'tags'))
  },
  'repo-with-fifo-HEAD': (dir) => {
    rmSync(join(dir, 'HEAD'))
    execFileSync('mkfifo', [join(dir, 'HEAD')])
  },
}

/** Writes settings as text, for git itself would refuse some of them. */
function configure(dir: string, ...settings: readonly (readonly [key: string, value: string])[]): void {
  const lines = settings.map(([key, value]) => {
    const [section, name] = [key.slice(0, key.indexOf('.')), key.slice(key.lastIndexOf('.') + 1)]
    const subsection = key.slice(section.length + 1, -name.length - 1)
    const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
    return `[${section}${subsection === '' ? '' : ` ${quoted(subsection)}`}]\n\t${name} = ${quoted(value)}\n`
  })
  writeFileSync(join(dir, 'config'), lines.join(''), { flag: 'a' })
}

/**
 * Makes every `${ROOT}/…` of the corpus, and what its file paths lead to, under the sandbox’s root.
 * @returns the paths of what it made
 */
export function makeHostileRepositories(sandbox: ApiSandbox, ground: HostileGround): string[] {
  const { git, root } = sandbox
  mkdirSync(ground.marks, { recursive: true })
  const bare = ['clone', '--quiet', '--bare', '--template=', sandbox.secondBarePath]
  git(root, ...bare, 'plain-bare.git')
  git(root, 'clone', '--quiet', '--template=', sandbox.secondBarePath, 'plain-repo')
  cpSync(join(root, 'plain-repo'), join(root, 'repo'), { recursive: true })
  mkdirSync(join(root, 'repo', '.git', 'hooks'), { recursive: true })
  for (const [name, spoil] of Object.entries(spoilt)) {
    const path = join(root, name)
    cpSync(join(root, 'plain-repo'), path, { recursive: true })
    spoil(join(path, '.git'), ground)
  }
  symlinkSync('/etc/hostname', join(root, 'link-to-etc-hostname'))
  symlinkSync('/etc', join(root, 'link-dir'))
  const made = [
    'plain-bare.git',
    'plain-repo',
    'repo',
    ...Object.keys(spoilt),
    'link-to-etc-hostname',
    'link-dir',
  ]
  return made.map((name) => join(root, name))
}

/** Gives a repository remotes of these URLs, `url-1` and so on, as whoever may write its configuration could. */
export function addConfiguredRemotes(gitDir: string, urls: readonly string[]): void {
  configure(gitDir, ...urls.map((url, index) => [`remote.url-${index + 1}.url`, url] as const))
}
