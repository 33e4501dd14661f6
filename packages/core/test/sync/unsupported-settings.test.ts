import { describe, expect, it } from 'vitest'
import { syncTaskDefaults } from '../../src/contract/index.ts'
import { unsupportedSetting } from '../../src/sync/unsupported-settings.ts'

describe('a setting that is not carried out yet', () => {
  it('is not among the defaults', () => {
    expect(unsupportedSetting(syncTaskDefaults)).toBeUndefined()
    expect(unsupportedSetting({ ...syncTaskDefaults, refs: [], exclude: [] })).toBeUndefined()
  })

  it.each([
    ['mode', 'mirror'],
    ['refs', ['refs/heads/*']],
    ['exclude', ['refs/heads/wip']],
    ['tags', true],
    ['prune', true],
    ['follow_head', true],
    ['require_approval', true],
  ])('is named: %s %j', (name, value) => {
    expect(unsupportedSetting({ ...syncTaskDefaults, [name]: value })).toBe(name)
  })
})
