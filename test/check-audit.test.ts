import { expect, it } from 'vitest'
import { verdictOf } from '../scripts/check-audit.ts'

const report = (severity: string) =>
  JSON.stringify({
    vulnerabilities: { 'some-package': { severity } },
    metadata: { vulnerabilities: { high: severity === 'high' ? 1 : 0, low: severity === 'low' ? 1 : 0 } },
  })

it.each([
  ['a high finding', report('high'), true],
  ['a critical finding', report('critical'), true],
  ['a low finding', report('low'), false],
  ['no report at all', '', true],
  ['an error without a reason', '{}', true],
  ['a missing lockfile', '{"message":"ENOLOCK this command requires an existing lockfile"}', true],
  [
    'a registry that knows no audit',
    '{"message":"405 Method Not Allowed - POST https://registry.example/"}',
    false,
  ],
  [
    'a registry that cannot be reached',
    '{"message":"request failed, reason: getaddrinfo ENOTFOUND x"}',
    false,
  ],
])('the audit of dependencies weighs %s', (_what, output, isFailure) => {
  expect(verdictOf(output).isFailure).toBe(isFailure)
})
