import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { blobObject, commitObject, treeObject } from './objects.ts'
import { configure, type Plant, program, setting, write } from './trap.ts'

/** Every hook that githooks(5) names. */
const hooks = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit'],
  ...['prepare-commit-msg', 'commit-msg', 'post-commit', 'pre-rebase', 'post-checkout', 'post-merge'],
  ...['pre-push', 'pre-receive', 'update', 'proc-receive', 'post-receive', 'post-update'],
  ...['reference-transaction', 'push-to-checkout', 'pre-auto-gc', 'post-rewrite', 'sendemail-validate'],
  ...['fsmonitor-watchman', 'post-index-change', 'post-upload-pack'],
]

/** Every setting that is a command. */
const commands = [
  ...['core.fsmonitor', 'core.sshCommand', 'core.gitProxy', 'core.askPass', 'core.pager', 'core.editor'],
  ...['core.alternateRefsCommand', 'sequence.editor', 'credential.helper'],
  ...['credential.https://example.com.helper', 'diff.external', 'diff.x.command', 'diff.x.textconv'],
  ...['filter.x.clean', 'filter.x.smudge', 'filter.y.process', 'merge.x.driver', 'gpg.program'],
  ...['gpg.ssh.program', 'gpg.x509.program', 'gpg.ssh.defaultKeyCommand', 'remote.origin.uploadpack'],
  ...['remote.origin.receivepack', 'uploadpack.packObjectsHook', 'tar.tgz.command', 'trailer.x.command'],
  ...['interactive.diffFilter', 'difftool.x.cmd', 'mergetool.x.cmd', 'pager.log', 'pager.branch'],
  ...['sendemail.smtpServer', 'submodule.sub.update', 'lfs.customtransfer.x.path'],
]

/** Traps that a repository may hold from the beginning: it is registered with them. */
export const heldTraps: Readonly<Record<string, Plant>> = {
  'hooks of every name, and every setting that is a command': (path, places) => {
    for (const hook of hooks) {
      write(join(path, '.git/hooks', hook), `#!/bin/sh\nexec ${program(places, hook)}\n`, 0o755)
    }
    configure(path, [
      ...commands.map((key) => [key, program(places, key)] as const),
      ...['fetch', 'push', 'ls-remote', 'for-each-ref', 'update-ref', 'upload-pack', 'receive-pack'].map(
        (verb) => [`alias.${verb}`, `!${program(places, `alias.${verb}`)}`] as const,
      ),
      ...['commit', 'tag', 'push'].map((what) => [`${what}.gpgSign`, 'true'] as const),
      ['log.showSignature', 'true'],
      ['pack.packSizeLimit', '1'],
    ])
    // looked at again, through their filters: their times are others than the index says
    for (const file of ['filtered', 'processed']) {
      write(join(path, file), 'the same on every branch\n')
      utimesSync(join(path, file), 1, 1)
    }
    write(join(path, '.git/info/attributes'), 'filtered filter=x diff=x merge=x\nprocessed filter=y diff=x\n')
    write(join(path, '.git/objects/info/alternates'), `${places.sandbox.secondBarePath}/objects\n`)
  },

  'settings that lead elsewhere: hooks, rewritten URLs, proxies, remote helpers': (path, places) => {
    const { port, sandbox } = places
    const here = `http://127.0.0.1:${port}/`
    const elsewhere = join(sandbox.root, '..', 'hooks-elsewhere')
    for (const hook of hooks) {
      write(join(elsewhere, hook), `#!/bin/sh\nexec ${program(places, `hooksPath-${hook}`)}\n`, 0o755)
    }
    const helper = (name: string) => `ext::${program(places, name)}`
    configure(path, [
      ['core.hooksPath', elsewhere],
      [`url.${helper('insteadOf')} .insteadOf`, `${sandbox.root}/`],
      [`url.${here}.insteadOf`, 'file://'],
      [`url.${helper('pushInsteadOf')} .pushInsteadOf`, 'file://'],
      ['http.proxy', here],
      [`http.${here}.proxy`, here],
      ['http.extraHeader', 'X-Trap: yes'],
      ['http.followRedirects', 'true'],
      ['http.sslVerify', 'false'],
      ['protocol.allow', 'always'],
      ...['ext', 'fd', 'git', 'http', 'file'].map((name) => [`protocol.${name}.allow`, 'always'] as const),
      ['remote.helper.url', helper('remote.helper')],
      ['remote.descriptor.url', 'fd::7'],
      ['remote.foreign.url', join(sandbox.root, 'origin.git')],
      ['remote.foreign.vcs', 'gitferry-trap'],
      ['remote.elsewhere.url', `${here}trap.git`],
      ['remote.elsewhere.proxy', here],
      ['remote.daemon.url', `git://127.0.0.1:${port}/trap.git`],
      ['remote.option.url', `--upload-pack=${program(places, 'remote.option')}`],
      ['remote.shell.url', `ssh://-oProxyCommand=${program(places, 'remote.shell')}/x`],
      ['transfer.bundleURI', 'true'],
      ['transfer.fsckObjects', 'false'],
      ['receive.denyCurrentBranch', 'updateInstead'],
    ])
  },

  'a worktree elsewhere, included settings, a hook by setting, attributes from elsewhere': (path, places) => {
    const { canary, sandbox } = places
    const included = join(sandbox.root, '..', 'included')
    const include = (name: string, key: string, value: string) =>
      write(join(included, name), setting(key, value))
    const hook = `#!/bin/sh\nexec ${program(places, 'includeIf')}\n`
    write(join(included, 'hooks/reference-transaction'), hook, 0o755)
    configure(path, [
      ['include.path', include('include.path', 'core.fsmonitor', program(places, 'include.path'))],
      ['includeIf.gitdir:/.path', include('includeIf', 'core.hooksPath', join(included, 'hooks'))],
      ['hook.x.command', program(places, 'hook.x.command')],
      ['hook.x.event', 'reference-transaction'],
      ['core.worktree', canary],
      ['core.attributesFile', join(canary, 'readme')],
      ['core.excludesFile', join(canary, 'readme')],
      ['commit.template', join(canary, 'readme')],
      ['init.templateDir', canary],
    ])
  },

  'a missing object, and a promisor remote that would be asked for it': (path, places) => {
    const { sandbox } = places
    configure(path, [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'promisor'],
      ['remote.promisor.url', `ext::${program(places, 'promisor')}`],
      ['remote.promisor.promisor', 'true'],
      ['protocol.ext.allow', 'always'],
    ])
    const oid = sandbox.git(path, 'rev-parse', 'topic:readme')
    rmSync(join(path, '.git/objects', oid.slice(0, 2), oid.slice(2)))
  },

  'a tree with submodules, links, look-alikes of .git and a bare repository, and replaced commits': (
    path,
    places,
  ) => {
    const { canary, sandbox } = places
    const blob = (text: string) => blobObject(path, text)
    const main = sandbox.git(path, 'rev-parse', 'main')
    const script = `#!/bin/sh\nexec ${program(places, 'tree')}\n`
    const monitored = [
      ['core.fsmonitor', program(places, 'embedded')],
      ['core.repositoryFormatVersion', '0'],
      ['core.bare', 'false'],
      ['core.worktree', '..'],
    ]
      .map(([key = '', value = '']) => setting(key, value))
      .join('')
    const tree = treeObject(path, [
      ['100644', '.gitattributes', blob('* filter=tree diff=tree merge=tree\n')],
      ['100644', '.gitmodules', blob(`[submodule "sub"]\n\tpath = sub\n\turl = ${canary}/repo.git\n`)],
      [
        '40000',
        'embedded',
        treeObject(path, [
          ['100644', 'HEAD', blob('ref: refs/heads/main\n')],
          ['100644', 'config', blob(monitored)],
          ['40000', 'objects', treeObject(path, [['100644', 'keep', blob('')]])],
          ['40000', 'refs', treeObject(path, [['100644', 'keep', blob('')]])],
        ]),
      ],
      ['40000', 'hooks', treeObject(path, [['100755', 'post-checkout', blob(script)]])],
      ['120000', 'link', blob(canary)],
      ['100644', 'readme', blob('of the tree\n')],
      ['160000', 'sub', sandbox.git(path, 'rev-parse', 'origin/main')],
    ])
    const commit = commitObject(path, tree, main)
    sandbox.git(path, 'update-ref', 'refs/heads/topic', commit)
    const look = treeObject(path, [
      ['40000', '.GIT', treeObject(path, [['100644', 'config', blob(monitored)]])],
      [
        '40000',
        'git~1',
        treeObject(path, [['40000', 'hooks', treeObject(path, [['100755', 'post-checkout', blob(script)]])]]),
      ],
    ])
    sandbox.git(path, 'update-ref', 'refs/heads/look-alike', commitObject(path, look, main))
    sandbox.git(path, 'update-ref', `refs/replace/${main}`, commit)
    configure(path, [
      ...['clean', 'smudge', 'process'].map(
        (verb) => [`filter.tree.${verb}`, program(places, `filter.tree.${verb}`)] as const,
      ),
      ['diff.tree.textconv', program(places, 'diff.tree.textconv')],
      ['submodule.recurse', 'true'],
      ['submodule.sub.url', `ext::${program(places, 'submodule')}`],
      ['submodule.sub.update', `!${program(places, 'submodule.update')}`],
      ['fetch.recurseSubmodules', 'true'],
      ['protocol.ext.allow', 'always'],
      ['core.symlinks', 'true'],
    ])
  },
}
