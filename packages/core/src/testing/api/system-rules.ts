import assert from 'node:assert/strict'
import { version as versionSchema } from '../../contract/version.ts'
import { isRecord } from './records.ts'
import type { ApiRules } from './subject.ts'

export const systemRules: ApiRules = {
  'health is ok': async ({ api }) => {
    assert.deepEqual(await api.system.health(), { status: 'ok' })
  },

  'version says what runs, in strings': async ({ api }) => {
    const version = await api.system.version()
    isRecord(versionSchema, version)
    assert.match(version.version, /^v\d+\.\d+\.\d+/)
    assert.notEqual(version.build_time, '')
    assert.notEqual(version.git_commit, '')
  },
}
