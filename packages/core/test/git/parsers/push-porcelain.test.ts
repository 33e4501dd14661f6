import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parsePushPorcelain } from '../../../src/git/parsers/push-porcelain.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}.txt`, import.meta.url), 'utf8')
const outcomes = (output: string): Record<string, string> =>
  Object.fromEntries(
    [...parsePushPorcelain(output).values()].map(({ ref, outcome, reason }) => [
      ref,
      `${outcome}: ${reason}`,
    ]),
  )

describe('captured from git 2.39.5', () => {
  it.each<[string, Record<string, string>]>([
    [
      'push-every-flag',
      {
        'refs/heads/same': 'in_step: ',
        'refs/heads/deleted': 'updated: ',
        'refs/heads/ff': 'updated: ',
        'refs/heads/forced': 'updated: ',
        'refs/heads/new': 'updated: ',
        'refs/tags/new': 'updated: ',
        'refs/heads/hooked': 'rejected: hook declined',
        'refs/heads/stale': 'stale: stale info',
      },
    ],
    [
      'push-atomic-refused',
      { 'refs/heads/ff': 'failed: atomic push failure', 'refs/heads/hooked': 'rejected: hook declined' },
    ],
    [
      'push-not-forced',
      { 'refs/heads/new': 'stale: non-fast-forward', 'refs/tags/new': 'stale: already exists' },
    ],
    ['push-checked-out', { 'refs/heads/main': 'checked_out: branch is currently checked out' }],
    ['push-delete-checked-out', { 'refs/heads/main': 'checked_out: branch is currently checked out' }],
    ['push-hidden', { 'refs/hidden/x': 'rejected: deny updating a hidden ref' }],
    ['push-df', { 'refs/heads/ff/sub': 'stale: failed to update ref' }],
    ['push-locked', { 'refs/heads/ff': 'stale: failed to update ref' }],
  ])('%s', (name, expected) => {
    expect(outcomes(fixture(name))).toEqual(expected)
  })
})

describe('reasons of servers', () => {
  it.each([
    ['[rejected] (fetch first)', 'stale'],
    ['[rejected] (needs force)', 'stale'],
    ['[rejected] (remote ref updated since checkout)', 'stale'],
    ['[remote rejected] (cannot lock ref)', 'stale'],
    ['[remote rejected] (incorrect old value provided)', 'stale'],
    ['[remote rejected] (pre-receive hook declined)', 'rejected'],
    ['[remote rejected] (protected branch hook declined)', 'rejected'],
    ['[remote rejected] (deletion of the current branch prohibited)', 'rejected'],
    ['[remote rejected] (refusing to delete the current branch: refs/heads/main)', 'rejected'],
    ['[remote rejected] (deletion prohibited)', 'rejected'],
    ['[remote rejected] (non-fast-forward)', 'rejected'],
    ['[rejected] (atomic push failed)', 'failed'],
    ['[remote rejected] (denying non-fast-forward refs/heads/x (you should pull first))', 'rejected'],
    ['[remote rejected] (TF401027: You need the Git permission)', 'rejected'],
    ['[remote rejected] (unpacker error)', 'failed'],
    ['[remote rejected] (missing necessary objects)', 'failed'],
    ['[remote rejected] (shallow update not allowed)', 'failed'],
    ['[remote failure] (remote failed to report status)', 'failed'],
    ['[no match]', 'failed'],
  ])('%s → %s', (summary, outcome) => {
    const result = parsePushPorcelain(`!\tabc:refs/heads/x\t${summary}\n`).get('refs/heads/x')
    expect(result).toEqual({
      ref: 'refs/heads/x',
      outcome,
      reason: /\((.*)\)$/.exec(summary)?.[1] ?? summary,
    })
  })

  it('cannot write to a terminal, nor be endless', () => {
    const text = `!\tabc:refs/heads/x\t[remote rejected] (\u001b]0;own\u0007${'x'.repeat(10_000)})\n`
    const reason = parsePushPorcelain(text).get('refs/heads/x')?.reason ?? ''
    expect(reason).toMatch(/^\\u\{1b\}\]0;own\\u\{7\}x+$/)
    expect(reason.length).toBe(500)
  })
})

it.each(['', 'To https://host/x\nDone\n', 'Everything up-to-date\n', 'x\ty\n', '!\tonly two fields\n'])(
  'tells of no ref: %j',
  (output) => {
    expect(parsePushPorcelain(output).size).toBe(0)
  },
)
