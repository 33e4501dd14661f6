/** The four functions of a test runner that the suites use: vitest, node:test, mocha and jest all have them. */
export interface TestRunner {
  describe(name: string, body: () => void): void
  it(name: string, body: () => Promise<void>): void
  beforeEach(body: () => Promise<void>): void
  afterEach(body: () => Promise<void>): void
}
