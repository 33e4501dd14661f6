import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemWithRefName } from '../src/contract/index.ts'
import { type ErrorCode, isGitferryError } from '../src/errors/index.ts'
import type { GitProgress } from '../src/git/command.ts'
import { classifyFailure } from '../src/git/parsers/failure.ts'
import { ProgressReader } from '../src/git/parsers/progress.ts'
import { parsePushPorcelain } from '../src/git/parsers/push-porcelain.ts'
import { parseRefList } from '../src/git/parsers/ref-list.ts'
import { redact } from '../src/git/redact.ts'
import { checkRemoteUrl } from '../src/git/remote-url.ts'
import { nextRuns } from '../src/schedule/next-runs.ts'
import { parseSchedule } from '../src/schedule/parse-schedule.ts'
import { agree, expressions, instants } from './schedule/robfig-expressions.ts'

/** Text of pieces that mean something to what reads it, and of any others. */
const textOf = (...pieces: string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...pieces) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join(''))

/** What `read` answers; `undefined` when it refuses with that code. Any other error is a defect. */
function answerOf<Answer>(code: ErrorCode, read: () => Answer): Answer | undefined {
  try {
    return read()
  } catch (error) {
    if (!isGitferryError(error, code)) throw error
    return undefined
  }
}

const oid = '0123456789abcdef0123456789abcdef01234567'
/** What could forge a line or drive a terminal; a tab cannot. */
const invisible = /[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/u

describe('schedules', () => {
  it('fire when robfig fires, on 20,000 expressions of a new seed', () => {
    fc.assert(fc.property(expressions, instants, agree), { numRuns: 20_000 })
  })

  it('are read or refused, whatever is given, and fire in order', () => {
    const words = textOf(
      '@every ',
      '1h',
      '-',
      '5',
      '@daily',
      'CRON_TZ=',
      'UTC ',
      ' ',
      '*',
      '/',
      ',',
      'L',
      '#',
      'H',
    )
    fc.assert(
      fc.property(words, instants, (text, after) => {
        const schedule = answerOf('SCHEDULE_INVALID', () => parseSchedule(text, 'UTC'))
        if (schedule === undefined) return
        const runs = nextRuns(schedule, after, 3)
        expect(runs.every((run, index) => run > (runs[index - 1] ?? after))).toBe(true)
      }),
      { numRuns: 50_000 },
    )
  })
})

describe('what git prints', () => {
  it('as a list of refs holds oids and names that git would take, or is refused', () => {
    const text = textOf(
      oid,
      '\t',
      ' ',
      'refs/heads/',
      'refs/tags/v1',
      '^{}',
      'HEAD',
      '..',
      '\n',
      '\r',
      '\0',
      '@{',
    )
    fc.assert(
      fc.property(text, fc.constantFrom('\t' as const, ' ' as const), (output, separator) => {
        const refs = answerOf('GIT_FAILED', () => parseRefList(Buffer.from(output), separator))
        for (const [name, value] of refs ?? []) {
          expect(value).toMatch(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)
          expect(name).toMatch(/^(?:HEAD|refs\/[^\p{Cc} ~^:?*[\\]+)$/u)
          expect(name).not.toMatch(/\.\.|@\{|\/\/|\.lock(?:\/|$)/)
        }
      }),
      { numRuns: 50_000 },
    )
  })

  it('about a push tells of every ref once, in words that are safe to print', () => {
    const text = textOf(
      '!',
      '=',
      '*',
      '\t',
      `${oid}:refs/heads/main`,
      '[rejected]',
      ' (',
      'stale info)',
      '\n',
      '\u202e',
    )
    fc.assert(
      fc.property(text, (output) => {
        for (const [ref, result] of parsePushPorcelain(output)) {
          expect(result.ref).toBe(ref)
          expect(result.reason).not.toMatch(invisible)
          expect(result.reason.length).toBeLessThanOrEqual(500)
        }
      }),
      { numRuns: 50_000 },
    )
  })

  it('as a progress meter reads the same in whatever pieces it comes', () => {
    const text = textOf(
      'Receiving objects: ',
      ' 50% ',
      '(1/2)',
      '\r',
      '\n',
      'remote: ',
      'Counting objects: 7',
      ', done.',
    )
    const seenIn = (pieces: readonly string[]) => {
      const seen: GitProgress[] = []
      const reader = new ProgressReader((progress) => void seen.push(progress))
      for (const piece of pieces) reader.push(piece)
      return seen
    }
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (whole, size) => {
        const pieces = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
        expect(seenIn([...pieces, '\n'])).toEqual(seenIn([`${whole}\n`]))
      }),
      { numRuns: 50_000 },
    )
  })

  it('when it fails becomes one short line that is safe to print', () => {
    const text = textOf(
      'fatal: ',
      'error: ',
      'remote: ',
      'unable to access ',
      "'https://h/'",
      '\n',
      '\u001b[31m',
      'x'.repeat(200),
    )
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 255 }), (stderr, exitCode) => {
        const { message } = classifyFailure({ verb: 'push', exitCode, stderr: redact(stderr) })
        expect(message).not.toMatch(invisible)
        expect(message.length).toBeLessThan(1_000)
      }),
      { numRuns: 50_000 },
    )
  })
})

describe('the URL of a remote', () => {
  it('is read or refused, whatever is given, and never holds user info or another transport', () => {
    const text = textOf(
      'https://',
      'ssh://',
      'file://',
      'ext::',
      'git@',
      'h.example',
      ':',
      '/',
      '%2f',
      '..',
      '@',
      '-',
      '\n',
      '?',
      '#',
    )
    const policy = { repoRoots: ['/srv'], allowOutgoing: [] }
    fc.assert(
      fc.property(text, (raw) => {
        const checked = checkRemoteUrl(raw, policy)
        if ('problem' in checked) return
        const { protocol, url } = checked
        // ssh may keep the short form that people type, [user@]host:path
        if (!url.startsWith(`${protocol}://`)) expect(url).toMatch(/^(?:[\w.-]+@)?[\w[][^/@]*:[^:]/)
        else if (protocol !== 'ssh') expect(url).not.toMatch(/^[a-z]+:\/\/[^/]*@/)
        expect(protocol).toMatch(/^(?:https|ssh|file)$/)
        expect(url).not.toMatch(/^-|^[^/]*::|[\p{Cc} ]/u)
      }),
      { numRuns: 50_000 },
    )
  })
})

describe('a branch name that the rules accept', () => {
  it('is one that git accepts', () => {
    const name = textOf(
      'a',
      'feature/',
      'é',
      '.',
      '/',
      '-',
      '@',
      '{',
      '..',
      '.lock',
      '~',
      ' ',
      ':',
      '^',
      '\\',
      '\u007f',
    )
    fc.assert(
      fc.property(name, (text) => {
        if (problemWithRefName(text) !== undefined) return
        const { status } = spawnSync('git', ['check-ref-format', '--branch', text], { stdio: 'ignore' })
        expect(status).toBe(0)
      }),
      { numRuns: 20_000 },
    )
  })
})
