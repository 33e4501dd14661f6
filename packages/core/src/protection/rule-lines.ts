import type { PushRule } from './push-rules.ts'

/**
 * Whether a name holds what no ref may (git-check-ref-format(1)): a space, or an ASCII control character. Such a rule is
 * about none. Those of U+0080 to U+009F git allows.
 */
const isOfNoRef = (name: string): boolean =>
  name === '' || [...name].some((character) => character <= ' ' || character === '\x7f')

/** The rules as the hook of hosted repositories reads them: a line each, `<kind> <name> <refusal, or ->`. Pure. */
export const ruleLines = (rules: readonly PushRule[]): string =>
  rules
    .filter(({ name }) => !isOfNoRef(name))
    .map(({ kind, name, refusal }) => `${kind} ${name} ${refusal ?? '-'}\n`)
    .join('')
