import type { TestRunner } from '@gitferry/core/testing'

type Body = () => Promise<void>

interface Group {
  readonly before: Body[]
  readonly after: Body[]
}

/** Collects tests instead of running them; `failures` runs them, one after the other. */
export class CollectingRunner implements TestRunner {
  readonly #groups: Group[] = []
  readonly #tests: { readonly name: string; readonly body: Body; readonly groups: readonly Group[] }[] = []

  readonly describe = (_name: string, body: () => void): void => {
    this.#groups.push({ before: [], after: [] })
    body()
    this.#groups.pop()
  }

  readonly it = (name: string, body: Body): void => {
    this.#tests.push({ name, body, groups: [...this.#groups] })
  }

  readonly beforeEach = (body: Body): void => {
    this.#groups.at(-1)?.before.push(body)
  }

  readonly afterEach = (body: Body): void => {
    this.#groups.at(-1)?.after.push(body)
  }

  get names(): string[] {
    return this.#tests.map(({ name }) => name)
  }

  /** The names of the tests that fail, each with its reason. */
  async failures(): Promise<Map<string, unknown>> {
    const failures = new Map<string, unknown>()
    for (const { name, body, groups } of this.#tests) {
      try {
        for (const { before } of groups) for (const hook of before) await hook()
        await body()
      } catch (error) {
        failures.set(name, error)
      }
      for (const { after } of groups) for (const hook of after) await hook()
    }
    return failures
  }
}
