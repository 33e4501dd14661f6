import assert from 'node:assert/strict'
import { GitferryError } from '../../errors/index.ts'
import type { NotifierFetch } from '../../ports/index.ts'
import { notifierCases } from './notifier-case.ts'

/** A provider that never answers: the call ends when it is given up. */
const silence: NotifierFetch = (_url, init) =>
  new Promise((_resolve, reject) => {
    const givenUp = () => reject(new GitferryError('ABORTED', 'The call was given up by its caller.'))
    if (init?.signal?.aborted) givenUp()
    else init?.signal?.addEventListener('abort', givenUp)
  })

const nonsense = ['', '<html>', '[]', 'null', '{"', '\u0000', '7'] as const

export const sendCases = notifierCases({
  'a message that was taken is a success': {
    defect: 'takes a success for a failure',
    async run({ subject, send }) {
      assert.equal((await send(subject.taken)).ok, true)
    },
  },
  'every refusal has the kind that decides whether it is tried again': {
    defect: 'tries again what cannot work',
    async run({ subject, send }) {
      for (const [kind, answers] of Object.entries(subject.refused)) {
        for (const answer of answers) {
          const result = await send(answer)
          assert.equal(result.ok ? 'taken' : result.kind, kind, answer.body)
        }
      }
    },
  },
  'a refusal says why': {
    defect: 'hides the reason',
    async run({ subject, send }) {
      const result = await send(subject.refusalSaying('the moon is full'))
      assert.equal(result.ok, false)
      assert.match(result.message, /the moon is full/)
    },
  },
  'a network that fails is a result and worth another try': {
    defect: 'throws when the network fails',
    async run({ send }) {
      const failures = [
        new GitferryError('NOTIFIER_UNREACHABLE', 'The host "x" cannot be reached.'),
        new TypeError('fetch failed'),
      ]
      for (const failure of failures) {
        const result = await send(() => Promise.reject(failure))
        assert.equal(result.ok ? 'taken' : result.kind, 'transient')
      }
    },
  },
  'an address that the rules forbid is a matter of the config': {
    defect: 'tries a forbidden address again',
    async run({ send }) {
      const result = await send(() => Promise.reject(new GitferryError('URL_FORBIDDEN', 'Not connected.')))
      assert.equal(result.ok ? 'taken' : result.kind, 'config')
    },
  },
  'an answer that makes no sense is a result': {
    defect: 'throws at an answer that makes no sense',
    async run({ send }) {
      for (const body of nonsense) {
        for (const status of [200, 400, 500]) {
          const result = await send({ status, body })
          assert.equal(status === 200 || !result.ok, true)
        }
      }
    },
  },
  'a redirect is not followed and is no success': {
    defect: 'follows redirects',
    async run({ send }) {
      let calls = 0
      const result = await send(async () => {
        calls += 1
        return new Response('', { status: 302, headers: { location: 'https://169.254.169.254/' } })
      })
      assert.equal(result.ok, false)
      assert.equal(calls, 1)
    },
  },
  'a send that is given up ends, with a result': {
    defect: 'does not hear when it is given up',
    async run({ send }) {
      const abort = new AbortController()
      const sending = send(silence, { signal: abort.signal })
      abort.abort()
      const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 1_000).unref())
      const result = await Promise.race([sending, late])
      assert.notEqual(result, 'late')
      assert.ok(result !== 'late' && !result.ok)
    },
  },
  'no secret is in a result, whatever the provider says': {
    defect: 'repeats secrets in a result',
    async run({ subject, send }) {
      const echo = subject.secrets.join(' and ')
      const result = await send(subject.refusalSaying(echo))
      for (const secret of subject.secrets) assert.equal(result.message.includes(secret), false)
    },
  },
  'it may be asked to send the same message again': {
    defect: 'sends a message once and never again',
    async run({ subject, send }) {
      assert.equal((await send(subject.taken)).ok, true)
      assert.equal((await send(subject.taken)).ok, true)
    },
  },
  'nothing is sent but through the way out that it is given': {
    defect: 'reports success without asking the provider',
    async run({ send }) {
      let calls = 0
      await send(async () => {
        calls += 1
        return new Response('', { status: 500 })
      })
      assert.ok(calls > 0)
    },
  },
})
