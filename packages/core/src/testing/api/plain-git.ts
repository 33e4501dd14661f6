import { execFileSync } from 'node:child_process'
import { devNull } from 'node:os'

const person = { NAME: 'Test', EMAIL: 'test@example.org', DATE: '2026-01-01T00:00:00Z' }

const environment = {
  PATH: process.env.PATH,
  HOME: devNull,
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_TERMINAL_PROMPT: '0',
  ...Object.fromEntries(
    Object.entries(person).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]),
  ),
}

/** Runs git itself, apart from everything under test, and answers what it printed, trimmed. Throws when it fails. */
export const plainGit = (cwd: string, ...args: string[]): string => gitWithInput(cwd, '', ...args)

/** The same with text on standard input. */
export const gitWithInput = (cwd: string, input: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd,
    env: environment,
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  }).trim()

/**
 * Puts one commit with one file on top of `branch`, or begins the branch, without a worktree. Answers its oid.
 * The same arguments on the same parent make the same commit. By fast-import, which is one process instead of five.
 */
export function commitTo(repository: string, branch: string, file: string, text: string): string {
  const ref = `refs/heads/${branch}`
  const parent = plainGit(repository, 'for-each-ref', '--format=%(objectname)', ref)
  const who = `${person.NAME} <${person.EMAIL}> ${Date.parse(person.DATE) / 1_000} +0000`
  const data = (content: string) => [`data ${Buffer.byteLength(content)}`, content]
  const lines = [
    ...[`commit ${ref}`, 'mark :1', `author ${who}`, `committer ${who}`],
    ...data(text.endsWith('\n') ? text : `${text}\n`),
    ...(parent === '' ? [] : [`from ${parent}`]),
    ...[`M 100644 inline ${file}`, ...data(text)],
    ...['get-mark :1', 'done', ''],
  ]
  return gitWithInput(repository, lines.join('\n'), 'fast-import', '--quiet', '--done')
}
