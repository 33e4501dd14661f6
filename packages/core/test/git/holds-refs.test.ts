import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdsRefs } from '../../src/git/holds-refs.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'

/** git itself lets a branch name a commit alone. */
function writeRef(repository: string, ref: string, oid: string): void {
  mkdirSync(dirname(join(repository, ref)), { recursive: true })
  writeFileSync(join(repository, ref), `${oid}\n`)
}

describe('whether a repository holds refs', () => {
  let sandbox: GitSandbox
  let repository: string

  beforeEach(() => {
    sandbox = createGitSandbox()
    repository = sandbox.bare('repository.git')
  })

  afterEach(() => sandbox.dispose())

  it('a new one holds none', async () => {
    expect(await holdsRefs(repository)).toBe(false)
  })

  /** The oid of a tree is enough: what a ref names is not looked at. */
  const oid = () => sandbox.run(repository, 'hash-object', '-w', '-t', 'tree', '/dev/null').trim()
  const update = (ref: string) => writeRef(repository, ref, oid())

  it.each(['refs/heads/a/b', 'refs/tags/v1', 'refs/remotes/origin/main'])('one with %s does', async (ref) => {
    update(ref)
    expect(await holdsRefs(repository)).toBe(true)
  })

  it('one whose refs are packed does', async () => {
    update('refs/tags/a')
    sandbox.run(repository, 'pack-refs', '--all')
    expect(await holdsRefs(repository)).toBe(true)
  })

  it('one of a format that is not known by its files may', async () => {
    mkdirSync(`${repository}/reftable`)
    writeFileSync(`${repository}/reftable/tables.list`, '')
    expect(await holdsRefs(repository)).toBe(true)
  })
})
