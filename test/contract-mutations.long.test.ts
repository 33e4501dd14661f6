import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contractRules } from './contract/index.ts'
import type { Mutation } from './contract/mutation.ts'
import { mutations } from './contract/mutations/index.ts'
import type { RuleOutcome } from './contract/run-rules.ts'

const root = join(import.meta.dirname, '..')
const names = Object.values(contractRules)
  .flat()
  .map(({ name }) => name)
const caught = new Set<string>()
/** What may become of a rule that is taken out; one that cannot be seen here is not counted as caught. */
const noticed = new Set<RuleOutcome>(['failed', 'late', 'skipped'])

/** The rules that a mutation says it takes out. */
const rulesOf = ({ takesOut }: Mutation): string[] =>
  names.filter((name) => takesOut.some((one) => (typeof one === 'string' ? one === name : one.test(name))))

/** A copy of the code in which something can be broken, with the packages of the original. */
function copyRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'gitferry-mutations-'))
  for (const name of ['package.json', 'packages', 'test', 'tsconfig.base.json']) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (source) => !/\/(?:node_modules|dist)$/.test(source),
    })
  }
  const modules = join(copy, 'node_modules')
  mkdirSync(join(modules, '@gitferry'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@gitferry') symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const name of readdirSync(join(copy, 'packages'))) {
    symlinkSync(join(copy, 'packages', name), join(modules, '@gitferry', name))
    const own = join(root, 'packages', name, 'node_modules')
    try {
      symlinkSync(own, join(copy, 'packages', name, 'node_modules'))
    } catch {
      // a package without modules of its own
    }
  }
  return copy
}

describe('each rule of the documented API is seen to fail when it is taken out', () => {
  let copy: string

  beforeAll(() => {
    copy = copyRepository()
  }, 60_000)

  afterAll(() => {
    rmSync(copy, { recursive: true, force: true })
    process.stdout.write(`${names.length} rules, ${caught.size} caught\n`)
  })

  const run = (rules: readonly string[]): Record<string, [RuleOutcome, string]> =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [
          '--conditions=@gitferry/source',
          '--disable-warning=ExperimentalWarning',
          'test/contract/run-rules.ts',
        ],
        { cwd: copy, input: JSON.stringify(rules), encoding: 'utf8', timeout: 300_000 },
      ),
    )

  it('all hold in the copy as it is', () => {
    const outcomes = Object.entries(run(names))
    for (const [name, [outcome, reason]] of outcomes) {
      if (outcome === 'skipped') process.stdout.write(`skipped: ${name}: ${reason}\n`)
    }
    const broken = outcomes.filter(([, [outcome]]) => outcome !== 'passed' && outcome !== 'skipped')
    expect(broken).toEqual([])
  })

  // not `each`, which cuts long names short
  for (const mutation of mutations) {
    it(`${mutation.file}: ${mutation.find.trim()}`, () => {
      const rules = rulesOf(mutation)
      expect(rules).not.toEqual([])
      const path = join(copy, mutation.file)
      const whole = readFileSync(path, 'utf8')
      expect(whole.split(mutation.find)).toHaveLength(2)
      writeFileSync(
        path,
        whole.replace(mutation.find, () => mutation.replace),
      )
      try {
        const outcomes = Object.entries(run(rules))
        for (const [name, [outcome]] of outcomes) {
          if (outcome === 'failed' || outcome === 'late') caught.add(name)
        }
        expect(outcomes.filter(([, [outcome]]) => !noticed.has(outcome))).toEqual([])
      } finally {
        writeFileSync(path, whole)
      }
    })
  }

  it('every rule has a change that takes it out', () => {
    expect(names.filter((name) => !mutations.some((mutation) => rulesOf(mutation).includes(name)))).toEqual(
      [],
    )
    expect(new Set(names).size).toBe(names.length)
  })
})
