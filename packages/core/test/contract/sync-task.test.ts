import { describe, expect, it } from 'vitest'
import { createSyncTask, syncTaskDefaults, updateSyncTask } from '../../src/contract/index.ts'
import { isGitferryError, parseInput } from '../../src/errors/index.ts'

const least = { repo_id: 1, source_branch: 'main' }

/** The error of an input that must be refused. */
function refusal(schema: typeof createSyncTask | typeof updateSyncTask, input: unknown) {
  try {
    parseInput(schema, input)
  } catch (error) {
    if (isGitferryError(error)) return error
    throw error
  }
  throw new Error(`accepted: ${JSON.stringify(input)}`)
}

const accepted: Record<string, readonly unknown[]> = {
  name: ['x', 'x'.repeat(200), 'Ünï 漢'],
  cron_expression: ['', '*/5 * * * *', 'x'.repeat(1024), null],
  timezone: ['UTC', 'Europe/Berlin'],
  jitter_ms: [0, 3_600_000],
  misfire: ['run_once', 'skip'],
  enabled: [true, false],
  mode: ['branch', 'mirror'],
  refs: [[], ['refs/heads/*'], Array(100).fill('refs/heads/*')],
  exclude: [[], ['x'.repeat(1_000)]],
  tags: [true, false],
  prune: [true, false],
  max_delete_percent: [0, 100],
  on_diverge: ['reject', 'overwrite', 'skip'],
  atomic: [true, false],
  follow_head: [true, false],
  require_approval: [true, false],
  keep_days: [0, 3_650],
  priority: [-100, 0, 100],
  timeout_ms: [1_000, 86_400_000],
  stall_timeout_ms: [1_000, 86_400_000],
  max_failures: [1, 1_000],
  repo_id: [1, Number.MAX_SAFE_INTEGER],
  source_remote: ['origin', 'local', 'backup-2_eu'],
  source_branch: ['main', 'feature/ä'],
  target_repo_id: [1, 2],
  target_remote: ['origin', 'local'],
  target_branch: ['main', 'a/b'],
}

const notBoolean = [null, 0, 1, 'false', 'true', '', [], {}]
const notText = [5, true, ['x'], {}, { toString: () => 'x' }]
const notWithin = (min: number, max: number) => [
  min - 1,
  max + 1,
  min + 0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  `${min}`,
  null,
  [min],
]

const refused: Record<string, readonly unknown[]> = {
  name: [...notText, 'a\u0000b', '\ud800', 'a\u202eb', 'a\nb', '   ', 'x'.repeat(201)],
  cron_expression: [...notText, 'x'.repeat(1_025)],
  timezone: [...notText, null, '', 'x'.repeat(101)],
  jitter_ms: notWithin(0, 3_600_000),
  misfire: ['', 'run_twice', null, 1, 'toString', '__proto__'],
  enabled: notBoolean,
  mode: ['', 'all', null, 1, 'constructor'],
  refs: [null, 'refs/heads/*', [''], [5], ['x'.repeat(1_001)], Array(101).fill('x'), { 0: 'x', length: 1 }],
  exclude: [null, '', [null]],
  tags: notBoolean,
  prune: notBoolean,
  max_delete_percent: notWithin(0, 100),
  on_diverge: ['', 'force', null, true],
  atomic: notBoolean,
  follow_head: notBoolean,
  require_approval: notBoolean,
  keep_days: notWithin(0, 3_650),
  priority: notWithin(-100, 100),
  timeout_ms: notWithin(1_000, 86_400_000),
  stall_timeout_ms: notWithin(1_000, 86_400_000),
  max_failures: notWithin(1, 1_000),
  repo_id: [...notWithin(1, Number.MAX_SAFE_INTEGER), 0, -1],
  source_remote: [...notText, 'a b', '-o', 'a/b', '__proto__', 'x\n[core]', '../x'],
  source_branch: [...notText, null, '', '-x', 'a..b', 'HEAD', 'refs/heads/main', 'a\u0000b'],
  target_repo_id: [0, '1', 1.5, true],
  target_remote: [...notText, 'a b', '-o'],
  target_branch: [...notText, '-x', 'a..b', 'refs/heads/main'],
}

const table = (values: Record<string, readonly unknown[]>) =>
  Object.entries(values).flatMap(([field, list]) => list.map((value) => ({ field, value })))

describe.each([
  { what: 'creating', schema: createSyncTask, others: least },
  { what: 'changing', schema: updateSyncTask, others: {} },
])('$what a sync task', ({ schema, others }) => {
  it.each(table(accepted))('takes $field $value', ({ field, value }) => {
    expect(parseInput(schema, { ...others, [field]: value })).toMatchObject({ ...others, [field]: value })
  })

  it.each(table(refused))('refuses $field $value, and names the field', ({ field, value }) => {
    const error = refusal(schema, { ...others, [field]: value })
    expect(['INVALID_INPUT', 'REF_INVALID']).toContain(error.code)
    expect(String(error.details.field).split('.')[0]).toBe(field)
    expect(error.message).toMatch(new RegExp(`^${field}\\S*: \\S`))
  })

  it.each(['a..b', '-x', 'refs/heads/main', 'HEAD'])('says that %s is no ref name', (value) => {
    expect(refusal(schema, { ...others, source_branch: value })).toMatchObject({
      code: 'REF_INVALID',
      details: { field: 'source_branch' },
    })
  })

  it.each([
    ['single', 'branch'],
    ['all-branch', 'mirror'],
  ])('takes the original service’s word for a mode: %s is %s', (given, meant) => {
    expect(parseInput(schema, { ...others, mode: given })).toMatchObject({ mode: meant })
  })

  it('takes "cron" for "cron_expression", which wins where both are sent', () => {
    expect(parseInput(schema, { ...others, cron: '1 * * * *' })).toMatchObject({
      cron_expression: '1 * * * *',
    })
    expect(parseInput(schema, { ...others, cron: '1 * * * *', cron_expression: '2 * * * *' })).toMatchObject({
      cron_expression: '2 * * * *',
    })
    expect(parseInput(schema, { ...others, cron: '1 * * * *' })).not.toHaveProperty('cron')
    expect(parseInput(schema, { ...others, cron: null })).toMatchObject({ cron_expression: null })
    expect(refusal(schema, { ...others, cron: 5 }).details.field).toBe('cron_expression')
  })

  it('takes an empty remote as origin', () => {
    expect(parseInput(schema, { ...others, source_remote: '', target_remote: '' })).toMatchObject({
      source_remote: 'origin',
      target_remote: 'origin',
    })
  })

  it('leaves out what it does not know, also what would reach the prototype', () => {
    const text = JSON.stringify({ ...others, id: 9, version: 3, failure_count: 0, extra: { deep: true } })
    const input: unknown = JSON.parse(
      `${text.slice(0, -1)}, "__proto__": { "enabled": false }, "constructor": { "prototype": { "enabled": false } } }`,
    )
    expect(Object.keys(input as object)).toContain('__proto__')
    const output = parseInput(schema, input)
    const plain = parseInput(schema, others)
    expect(Object.keys(output).toSorted()).toEqual(Object.keys(plain).toSorted())
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype)
    expect((output as { enabled?: boolean }).enabled).toBeUndefined()
    expect(({} as { enabled?: boolean }).enabled).toBeUndefined()
  })

  it('takes nothing from the prototype of its input', () => {
    const input = Object.create({ priority: 7, enabled: false }) as object
    const output = parseInput(schema, Object.assign(input, others))
    expect(output).toEqual(parseInput(schema, others))
  })

  it.each([[undefined], [null], [5], ['x'], [true], [[]], [[least]]])('refuses %j as a whole', (input) => {
    expect(refusal(schema, input)).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'body' } })
  })

  it('does not change what it is given', () => {
    const input = Object.freeze({ ...others, cron: '1 * * * *', source_remote: '', mode: 'single' })
    const before = structuredClone(input)
    parseInput(schema, input)
    expect(input).toEqual(before)
  })
})

describe('creating a sync task', () => {
  it('needs the repository and the source branch, and takes origin for both remotes', () => {
    expect(parseInput(createSyncTask, least)).toEqual({
      ...least,
      source_remote: 'origin',
      target_remote: 'origin',
    })
    expect(refusal(createSyncTask, {}).details.fields).toMatchObject([
      { field: 'repo_id' },
      { field: 'source_branch' },
    ])
  })

  it('takes null for what has a default', () => {
    const input = {
      ...least,
      name: null,
      source_remote: null,
      target_repo_id: null,
      target_remote: null,
      target_branch: null,
    }
    expect(parseInput(createSyncTask, input)).toEqual({
      ...input,
      source_remote: 'origin',
      target_remote: 'origin',
    })
  })

  it('takes an empty name and an empty target branch, which mean the default', () => {
    const { name, target_branch } = parseInput(createSyncTask, { ...least, name: '', target_branch: '' })
    expect([name || null, target_branch || null]).toEqual([null, null])
  })

  it('has defaults that it would accept itself', () => {
    expect(parseInput(createSyncTask, { ...least, ...syncTaskDefaults })).toMatchObject(syncTaskDefaults)
  })
})

describe('changing a sync task', () => {
  it('changes nothing that is not sent', () => {
    expect(parseInput(updateSyncTask, {})).toEqual({})
    expect(parseInput(updateSyncTask, { enabled: false })).toEqual({ enabled: false })
    expect(parseInput(updateSyncTask, { repo_id: undefined, mode: undefined })).not.toHaveProperty(
      'mode',
      'branch',
    )
  })

  it('does not take an empty source_branch', () => {
    expect(refusal(updateSyncTask, { source_branch: '' }).details.field).toBe('source_branch')
  })

  it.each(['repo_id', 'source_branch'])('does not take null for %s', (field) => {
    expect(refusal(updateSyncTask, { [field]: null }).details.field).toBe(field)
  })

  it.each(['name', 'target_branch'])('takes an empty %s as null, which is filled in', (field) => {
    expect(parseInput(updateSyncTask, { [field]: '' })).toEqual({ [field]: null })
  })

  it.each(['name', 'target_repo_id', 'target_branch'])('takes null for %s, as creating does', (field) => {
    expect(parseInput(updateSyncTask, { [field]: null })).toEqual({ [field]: null })
  })
})
