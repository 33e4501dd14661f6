import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RefResult } from '../../../src/git/commands/push.ts'
import { parsePushPorcelain } from '../../../src/git/parsers/push-porcelain.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}.txt`, import.meta.url), 'utf8')
const stderrOf = (name: string): string => {
  const path = new URL(`../fixtures/${name}.stderr.txt`, import.meta.url)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
const written = ({ outcome, failure_class, reason }: RefResult): string =>
  [outcome, ...(failure_class ? [`(${failure_class})`] : []), reason].join(' ').trim()
const results = (output: string, stderr?: string): Record<string, string> =>
  Object.fromEntries(
    [...parsePushPorcelain(output, stderr)].map(([ref, result]) => [
      ref.replace(/^refs\/heads\//, ''),
      written(result),
    ]),
  )
const other = 'another ref of the push failed'
const oid = 'e4005206be2e4068407946887ff4130e9120e349'

describe('captured from git 2.39.5', () => {
  it.each<[string, Record<string, string>]>([
    [
      'push-every-flag',
      {
        same: 'in_step',
        deleted: 'updated',
        ff: 'updated',
        forced: 'updated',
        new: 'updated',
        'refs/tags/new': 'updated',
        hooked: 'rejected (policy) hook declined',
        stale: 'stale (race) stale info',
      },
    ],
    [
      'push-not-forced',
      { new: 'stale (race) non-fast-forward', 'refs/tags/new': 'stale (race) already exists' },
    ],
    ['push-fetch-first', { ff: 'stale (race) fetch first' }],
    ['push-needs-force', { ff: 'stale (race) needs force' }],
    ['push-checked-out', { main: 'checked_out (policy) branch is currently checked out' }],
    ['push-delete-checked-out', { main: 'checked_out (policy) branch is currently checked out' }],
    ['push-unstaged', { side: 'rejected (policy) Working directory has unstaged changes' }],
    ['push-delete-current', { main: 'rejected (policy) deletion of the current branch prohibited' }],
    [
      'push-denied',
      { forced: 'rejected (policy) non-fast-forward', gone: 'rejected (policy) deletion prohibited' },
    ],
    ['push-hidden', { 'refs/hidden/x': 'rejected (policy) deny updating a hidden ref' }],
    ['push-df', { 'ff/sub': "stale (race) 'refs/heads/ff' exists; cannot create 'refs/heads/ff/sub'" }],
    ['push-locked', { ff: 'stale (race) failed to update ref' }],
    [
      'push-moved',
      {
        new: 'updated',
        ff: 'stale (race) is at 89a0567e0761e623d17abf2192f360c867a6b761 but expected 2491207f3b0647983af2c318a1872aa136be2cd8',
      },
    ],
    ['push-symbolic', { alias: 'updated', ff: 'updated' }],
    ['push-shallow', { x: 'failed (local) shallow update not allowed' }],
    ['push-too-big', { big: 'rejected (too_big) unpacker error: larger than the remote takes' }],
    ['push-bad-object', { bad: 'failed (local) unpacker error' }],
    [
      'push-pre-receive',
      {
        main: 'rejected (policy) pre-receive hook declined: GH006: Protected branch update failed for refs/heads/main.',
        new: 'rejected (policy) pre-receive hook declined: GH006: Protected branch update failed for refs/heads/main.',
      },
    ],
    ['push-no-report', { told: 'updated', lost: 'failed (network) remote failed to report status' }],
    ['push-cut-off', { same: 'in_step', stale: 'stale (race) stale info' }],
    ['push-http', { ff: 'in_step', same: 'in_step', stale: 'stale (race) stale info' }],
    [
      'push-names',
      Object.fromEntries([
        ...[
          'é',
          'a;b$IFS',
          '+main',
          '(x)',
          ']new',
          '日本',
          '{{c}}',
          '-x',
          oid,
          'a=b',
          'l\ufffd',
          '(delete)',
        ].map((name) => [name, 'updated']),
        ['q"uote', 'stale (race) stale info'],
      ]),
    ],
  ])('%s', (name, expected) => {
    expect(results(fixture(name), stderrOf(name))).toEqual(expected)
  })
})

describe('an atomic push', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'by its hook',
      'push-atomic-refused',
      { ff: `failed (policy) ${other}`, hooked: 'rejected (policy) hook declined' },
    ],
    [
      'by its hook, told first',
      'push-atomic-hook',
      { ff: 'rejected (policy) hook declined', new: `failed (policy) ${other}` },
    ],
    [
      'by git itself',
      'push-atomic-stale',
      { ff: `failed (race) ${other}`, gone: `failed (race) ${other}`, stale: 'stale (race) stale info' },
    ],
    ['over http', 'push-http-atomic', { stale: 'stale (race) stale info', newer: `failed (race) ${other}` }],
    [
      'because a ref moved meanwhile',
      'push-atomic-moved',
      {
        ff: 'stale (race) is at 89a0567e0761e623d17abf2192f360c867a6b761 but expected 2491207f3b0647983af2c318a1872aa136be2cd8',
        new2: `failed (race) ${other}`,
      },
    ],
    [
      'because a name is taken',
      'push-atomic-df',
      {
        gone: `failed (race) ${other}`,
        'gone/sub': "stale (race) 'refs/heads/gone' exists; cannot create 'refs/heads/gone/sub'",
      },
    ],
  ])('that is refused %s says which ref is at fault; the rest only failed with it', (_, name, expected) => {
    expect(results(fixture(name), stderrOf(name))).toEqual(expected)
  })

  it('of which the remote does not say which ref is at fault may be tried again', () => {
    expect(results(fixture('push-atomic-moved'))).toEqual({
      ff: 'stale (race) atomic transaction failed',
      new2: 'stale (race) atomic transaction failed',
    })
  })
})

describe('reasons of servers', () => {
  // the lines as git prints them for a server that says so
  it.each<[string, string]>([
    ['t01', 'rejected (policy) protected branch hook declined'],
    ['t02', 'rejected (policy) push declined due to repository rule violations'],
    ['t03', "stale (race) cannot lock ref 'refs/heads/t03': is at 1 but expected 2"],
    ['t04', 'stale (race) incorrect old value provided'],
    ['t05', 'failed (local) missing necessary objects'],
    ['t06', 'stale (race) reference already exists'],
    [
      't07',
      "rejected (policy) TF401027: You need the Git 'GenericContribute' permission to perform this action.",
    ],
    ['t08', 'failed (local) shallow update not allowed'],
    [
      't09',
      'rejected (policy) You are not allowed to force push code to a protected branch on this project.',
    ],
    ['t10', 'stale (race) failed to lock'],
    ['t11', 'failed (network) internal server error'],
    ['t12', 'failed (network) unable to migrate objects to permanent storage'],
    ['t13', 'failed (network) bad pack'],
    ['t14', 'rejected (policy) prohibited by Gerrit: not permitted: update'],
    ['t15', 'stale (race) refname conflict'],
    ['t16', 'rejected (policy) funny refname'],
    ['t17', 'rejected (too_big) pack exceeds maximum allowed size'],
    ['t18', 'rejected (policy) funny \\u{1b}[31m text'],
    ['t19', 'rejected (policy) pre-receive hook declined'],
    ['t20', 'rejected (policy) non-fast-forward'],
    ['t21', 'rejected (too_big) object over the size limit'],
    ['t22', 'stale (race) remote ref updated since checkout'],
    ['t23', 'rejected (policy) deletion of the current branch prohibited'],
    ['t24', 'checked_out (policy) branch is currently checked out'],
  ])('%s: %s', (name, expected) => {
    expect(results(fixture('push-server-words'))[`servers/${name}`]).toBe(expected)
  })

  it.each([
    ['!', '[rejected] (new shallow roots not allowed)', 'failed (local) new shallow roots not allowed'],
    ['X', '[no match]', 'failed (local) [no match]'],
    ['!', '[remote rejected]', 'rejected (policy) [remote rejected]'],
    [
      '!',
      '[remote rejected] (denying non-fast-forward refs/heads/x (you should pull first))',
      'rejected (policy) denying non-fast-forward refs/heads/x (you should pull first)',
    ],
    ['!', '[remote rejected] (unpacker error)', 'failed (network) unpacker error'],
  ])('%s %s', (flag, summary, expected) => {
    expect(results(`${flag}\tabc:refs/heads/x\t${summary}\n`)).toEqual({ x: expected })
  })

  it.each([
    ['remote: error: GH001: Large files detected. You may want to try Git Large File Storage', 'too_big'],
    ["remote: error: File a is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB", 'too_big'],
    [
      'remote: GitLab: You are attempting to check in one or more blobs which exceed the 100MiB limit:',
      'too_big',
    ],
    ['remote: GitLab: You are not allowed to push code to protected branches on this project.', 'policy'],
    ['error: something too large, but not said by the remote', 'policy'],
  ])('of a hook are told apart by what the remote prints: %s', (line, failureClass) => {
    const output = '!\tabc:refs/heads/x\t[remote rejected] (pre-receive hook declined)\n'
    const result = parsePushPorcelain(output, `${line}        \nerror: failed to push some refs\n`)
    expect(result.get('refs/heads/x')?.failure_class).toBe(failureClass)
  })

  it('give each ref the rule that names it', () => {
    const output = ['a', 'ab', 'c']
      .map((name) => `!\tx:refs/heads/${name}\t[remote rejected] (protected branch hook declined)\n`)
      .join('')
    const rule = (name: string) => `GH006: Protected branch update failed for refs/heads/${name}.`
    const stderr = `remote: error: ${rule('ab')}        \nremote: error: ${rule('a')}        \n`
    expect(results(output, stderr)).toEqual({
      a: `rejected (policy) protected branch hook declined: ${rule('a')}`,
      ab: `rejected (policy) protected branch hook declined: ${rule('ab')}`,
      c: 'rejected (policy) protected branch hook declined',
    })
  })

  it('cannot write to a terminal, nor be endless', () => {
    const text = `!\tabc:refs/heads/x\t[remote rejected] (\u001b]0;own\u0007${'x'.repeat(10_000)})\n`
    const reason = parsePushPorcelain(text).get('refs/heads/x')?.reason ?? ''
    expect(reason).toMatch(/^\\u\{1b\}\]0;own\\u\{7\}x+$/)
    expect(reason.length).toBe(500)
  })
})

describe('what a hook says in words of its own', () => {
  const declined = '!\tabc:refs/heads/x\t[remote rejected] (hook declined)\n'
  const reasonOf = (stderr: string) => parsePushPorcelain(declined, stderr).get('refs/heads/x')?.reason

  it('is told where it is one line', () => {
    const stderr =
      'remote: x is closed for the holidays        \nremote: error: hook declined to update refs/heads/x\n'
    expect(reasonOf(stderr)).toBe('hook declined: x is closed for the holidays')
  })

  it.each([
    ['nothing', ''],
    ['more than one line', 'remote: one\nremote: two\n'],
    [
      'git’s own lines',
      'remote: Resolving deltas: 100% (1/1)\nremote: error: hook declined\nTotal 3 (delta 0)\n',
    ],
  ])('is left out where there is %s', (_, stderr) => {
    expect(reasonOf(stderr)).toBe('hook declined')
  })
})
