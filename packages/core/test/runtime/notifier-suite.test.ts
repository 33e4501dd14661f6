import { AssertionError } from 'node:assert'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import type { NotifierAdapter, NotifierResult } from '../../src/ports/index.ts'
import { notifierDefects } from '../../src/testing/notifier/defects.ts'
import { describeNotifier, notifierThemes, runNotifierCase } from '../../src/testing/notifier/index.ts'

const secrets = ['board-token-1', 'board-signature-2']

/** The smallest notifier that does everything right: a message board that says `ok` or why not. */
const boardNotifier: NotifierAdapter = {
  type: 'board',
  secretFields: ['secret'],
  urlFields: ['url'],
  rate: { messages: 100, perMs: 1_000 },
  parseConfig(input) {
    const { url, secret } = Object(input) as Record<string, unknown>
    if (typeof url !== 'string' || !URL.canParse(url))
      return { ok: false, field: 'url', problem: 'must be a URL' }
    if (typeof secret !== 'string') return { ok: false, field: 'secret', problem: 'must be text' }
    return { ok: true, config: { url, secret } }
  },
  maskUrl(text) {
    if (!URL.canParse(text)) return '***'
    const url = new URL(text)
    url.searchParams.set('token', '***')
    return url.href
  },
  async send(message, config, { fetch, signal }): Promise<NotifierResult> {
    try {
      const { url } = config as { url: string }
      const answer = await fetch(url, { method: 'POST', body: message.text, signal })
      const said = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), await answer.text())
      if (answer.status === 200) return { ok: true, message: said }
      const kind = answer.status >= 500 ? 'transient' : answer.status === 403 ? 'config' : 'permanent'
      return { ok: false, kind, message: said }
    } catch (error) {
      const kind = isGitferryError(error, 'URL_FORBIDDEN') ? 'config' : 'transient'
      return { ok: false, kind, message: 'unreachable' }
    }
  },
}

const subjectOf = (adapter: NotifierAdapter) => () => ({
  adapter,
  config: { url: `https://board.example/post?token=${secrets[0]}`, secret: secrets[1]! },
  secrets,
  taken: { status: 200, body: 'ok' },
  refused: { config: [{ status: 403, body: 'who are you' }], transient: [{ status: 503, body: '' }] },
  refusalSaying: (text: string) => ({ status: 400, body: text }),
})

describe('a notifier that does everything right passes', () => {
  describeNotifier({ describe, it, beforeEach, afterEach }, subjectOf(boardNotifier))
})

describe('the notifier suite finds what is wrong', () => {
  for (const [theme, cases] of Object.entries(notifierThemes)) {
    describe(theme, () => {
      for (const [rule, notifierCase] of Object.entries(cases)) {
        it(`${rule}, but: ${notifierCase.defect}`, async () => {
          const wrong = notifierDefects[theme]![rule]!(boardNotifier)
          const outcome = runNotifierCase(notifierCase, subjectOf(wrong))
          await expect(outcome).rejects.toThrow(AssertionError)
        })
      }
    })
  }

  it('has a defect for every case, and a case for every defect', () => {
    const rules = (themes: Readonly<Record<string, object>>) =>
      Object.fromEntries(Object.entries(themes).map(([theme, cases]) => [theme, Object.keys(cases)]))
    expect(rules(notifierDefects)).toEqual(rules(notifierThemes))
  })
})
