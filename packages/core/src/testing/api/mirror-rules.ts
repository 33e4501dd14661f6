import assert from 'node:assert/strict'
import type { CreateSyncTask, RunWithRefs, SyncTask } from '../../contract/index.ts'
import { registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** Registers the clone, and a task that mirrors origin to backup. */
export async function mirrorToBackup(
  { api, sandbox }: ApiSubject,
  fields: Partial<CreateSyncTask> = {},
): Promise<SyncTask> {
  const { id } = await registerClone({ api, sandbox } as ApiSubject)
  return api.sync.tasks.create({ repo_id: id, mode: 'mirror', target_remote: 'backup', ...fields })
}

/** Runs a task to its end, and answers what became of every ref. */
export async function runToEnd({ api }: ApiSubject, id: number): Promise<RunWithRefs> {
  const run = await api.sync.tasks.run(id, { wait: true })
  return api.sync.runs.get(run.id)
}

/** Full name → oid of every ref of a repository, by plain git. */
export function refsOf({ sandbox }: ApiSubject, repository: string): Record<string, string> {
  const lines = sandbox.git(repository, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n')
  return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(' ') as [string, string]))
}

/** Gives the backup a branch and a tag of its own. */
function addOwnRefs({ sandbox }: ApiSubject): string {
  const oid = sandbox.commit(sandbox.bareBackupPath, 'own', 'only in backup\n')
  sandbox.git(sandbox.bareBackupPath, 'tag', 'own', oid)
  return oid
}

export const mirrorRules: ApiRules = {
  'a mirror needs no branch, carries tags, and is named after its remotes': async (subject) => {
    const { name, mode, source_branch, target_branch, tags, prune, refs } = await mirrorToBackup(subject)
    assert.deepEqual(
      { name, mode, source_branch, target_branch, tags, prune, refs },
      {
        name: 'origin → backup',
        mode: 'mirror',
        source_branch: '',
        target_branch: '',
        tags: true,
        prune: false,
        refs: [],
      },
    )
  },

  'a mirror carries every branch and tag, and is in step then': async (subject) => {
    const { sandbox } = subject
    const { id } = await mirrorToBackup(subject)
    const source = refsOf(subject, sandbox.originPath)
    const run = await runToEnd(subject, id)
    const { status, refs_total, refs_changed, refs_failed } = run
    const total = Object.keys(source).length
    assert.deepEqual(
      { status, refs_total, refs_changed, refs_failed },
      { status: 'success', refs_total: total, refs_changed: total, refs_failed: 0 },
    )
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), source)
    const reported = run.refs.map(({ target_ref, new_oid }) => [target_ref, new_oid])
    assert.deepEqual(Object.fromEntries(reported), source)
    const again = await runToEnd(subject, id)
    assert.equal(again.status, 'success')
    assert.deepEqual(again.refs, [])
    assert.equal(again.refs_total, total)
  },

  'refs choose by glob, rename by refspec, and exclude is never touched': async (subject) => {
    const { sandbox } = subject
    sandbox.commit(sandbox.bareBackupPath, 'upstream/develop', 'of backup\n')
    const before = refsOf(subject, sandbox.bareBackupPath)
    const { id } = await mirrorToBackup(subject, {
      refs: ['refs/heads/*:refs/heads/upstream/*'],
      exclude: ['refs/heads/dev*'],
      tags: false,
      prune: true,
      on_diverge: 'overwrite',
    })
    await runToEnd(subject, id)
    const source = refsOf(subject, sandbox.originPath)
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), {
      ...before,
      'refs/heads/upstream/main': source['refs/heads/main'],
      'refs/heads/upstream/feature/login': source['refs/heads/feature/login'],
    })
  },

  'what only the target has stays without prune, and goes with it': async (subject) => {
    const { api, sandbox } = subject
    const own = addOwnRefs(subject)
    const { id } = await mirrorToBackup(subject)
    await runToEnd(subject, id)
    assert.equal(refsOf(subject, sandbox.bareBackupPath)['refs/heads/own'], own)
    await api.sync.tasks.update(id, { prune: true })
    const run = await runToEnd(subject, id)
    const outcomes = run.refs.map(({ target_ref, action, outcome }) => [target_ref, action, outcome])
    assert.deepEqual(outcomes.sort(), [
      ['refs/heads/own', 'delete', 'updated'],
      ['refs/tags/own', 'delete', 'updated'],
    ])
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), refsOf(subject, sandbox.originPath))
  },

  'one ref in conflict does not hold up the others: the run is partial': async (subject) => {
    const { sandbox } = subject
    const { id } = await mirrorToBackup(subject)
    await runToEnd(subject, id)
    const theirs = sandbox.commit(sandbox.bareBackupPath, 'develop', 'only in backup\n')
    sandbox.commit(sandbox.originPath, 'develop', 'only in origin\n')
    const ours = sandbox.commit(sandbox.originPath, 'main', 'later\n')
    const run = await runToEnd(subject, id)
    assert.equal(run.status, 'partial')
    assert.equal(run.error_code, 'SYNC_CONFLICT')
    assert.deepEqual([run.refs_changed, run.refs_failed], [1, 1])
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'develop'), theirs)
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), ours)
  },

  'an atomic mirror moves nothing when one ref cannot': async (subject) => {
    const { sandbox } = subject
    const { id } = await mirrorToBackup(subject, { atomic: true })
    await runToEnd(subject, id)
    sandbox.commit(sandbox.bareBackupPath, 'develop', 'only in backup\n')
    sandbox.commit(sandbox.originPath, 'develop', 'only in origin\n')
    sandbox.commit(sandbox.originPath, 'main', 'later\n')
    const before = refsOf(subject, sandbox.bareBackupPath)
    const run = await runToEnd(subject, id)
    assert.equal(run.refs_changed, 0)
    assert.equal(run.refs_failed, 2)
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), before)
  },

  'a tag that points elsewhere at the target is a conflict, never moved forward': async (subject) => {
    const { sandbox } = subject
    const { id } = await mirrorToBackup(subject)
    await runToEnd(subject, id)
    const later = sandbox.commit(sandbox.originPath, 'main', 'later\n')
    sandbox.git(sandbox.originPath, 'tag', '--force', 'v1', later)
    const before = refsOf(subject, sandbox.bareBackupPath)['refs/tags/v1']
    const run = await runToEnd(subject, id)
    const tag = run.refs.find(({ target_ref }) => target_ref === 'refs/tags/v1')
    assert.deepEqual([tag?.action, tag?.outcome], ['conflict', 'conflict'])
    assert.equal(refsOf(subject, sandbox.bareBackupPath)['refs/tags/v1'], before)
  },

  'a mirror into the repository itself leaves a branch that is checked out': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mirrorToBackup(subject, { target_remote: 'local' })
    const main = sandbox.commit(sandbox.originPath, 'main', 'later\n')
    const develop = sandbox.oidOf(sandbox.originPath, 'develop')
    const before = sandbox.oidOf(sandbox.clonePath, 'main')
    const run = await runToEnd({ api, sandbox } as ApiSubject, id)
    assert.equal(run.status, 'partial')
    const outcomes = new Map(run.refs.map(({ target_ref, outcome }) => [target_ref, outcome]))
    assert.equal(outcomes.get('refs/heads/main'), 'checked_out')
    assert.equal(outcomes.get('refs/heads/develop'), 'updated')
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'main'), before)
    assert.notEqual(before, main)
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'develop'), develop)
  },

  'HEAD follows where the target is bare and here, and is refused elsewhere': async (subject) => {
    const { api, sandbox } = subject
    await refuses(mirrorToBackup(subject, { follow_head: true }), 'UNSUPPORTED', { field: 'follow_head' })
    const { id: repo_id } = await api.repos.register({ path: sandbox.secondBarePath })
    await api.repos.remotes.add(repo_id, { name: 'origin', fetch_url: sandbox.originPath })
    sandbox.git(sandbox.originPath, 'symbolic-ref', 'HEAD', 'refs/heads/feature/login')
    const task = await api.sync.tasks.create({
      repo_id,
      mode: 'mirror',
      target_remote: 'local',
      on_diverge: 'skip',
      follow_head: true,
    })
    const run = await runToEnd(subject, task.id)
    assert.deepEqual(
      run.refs
        .filter(({ target_ref }) => target_ref === 'HEAD')
        .map(({ action, outcome }) => [action, outcome]),
      [['head', 'updated']],
    )
    assert.equal(sandbox.git(sandbox.secondBarePath, 'symbolic-ref', 'HEAD'), 'refs/heads/feature/login')
    assert.deepEqual(
      (await runToEnd(subject, task.id)).refs.filter(({ action }) => action === 'head'),
      [],
    )
  },

  'what refs and exclude cannot say is refused, and the field is named': async (subject) => {
    const { api, sandbox } = subject
    const { id: repo_id } = await registerClone({ api, sandbox } as ApiSubject)
    const base = { repo_id, mode: 'mirror', target_remote: 'backup' } as const
    const wrong: [Partial<CreateSyncTask>, 'REF_INVALID' | 'INVALID_INPUT' | 'SAME_REF', string][] = [
      [{ refs: ['main'] }, 'REF_INVALID', 'refs'],
      [{ refs: ['+refs/heads/*:refs/heads/*'] }, 'REF_INVALID', 'refs'],
      [{ refs: ['refs/heads/*:refs/tags/*'] }, 'REF_INVALID', 'refs'],
      [{ refs: ['refs/pull/*'] }, 'REF_INVALID', 'refs'],
      [{ exclude: ['refs/heads/a:refs/heads/b'] }, 'REF_INVALID', 'exclude'],
      [{ refs: ['refs/tags/*'], tags: false }, 'INVALID_INPUT', 'tags'],
      [{ target_remote: 'origin' }, 'SAME_REF', 'refs'],
    ]
    for (const [fields, code, field] of wrong) {
      await refuses(api.sync.tasks.create({ ...base, ...fields }), code, { field })
    }
    await refuses(
      api.sync.tasks.create({
        repo_id,
        source_branch: 'main',
        target_remote: 'backup',
        exclude: ['refs/heads/x'],
      }),
      'INVALID_INPUT',
      { field: 'exclude' },
    )
    assert.equal((await api.sync.tasks.list()).total, 0)
  },
}
