import assert from 'node:assert/strict'
import type { ChannelConfig } from '../../contract/index.ts'
import { notifierCases } from './notifier-case.ts'
import type { NotifierSubject } from './notifier-subject.ts'

const notObjects: readonly unknown[] = [undefined, null, 'text', 7, true, [], () => {}]

function parsed({ adapter, config }: NotifierSubject, input: unknown = config): ChannelConfig {
  const result = adapter.parseConfig(input)
  assert.ok(
    result.ok,
    result.ok ? '' : `a config that is right was refused: ${result.field} ${result.problem}`,
  )
  return result.config as ChannelConfig
}

export const configCases = notifierCases({
  'what came of a config is taken again, and is the same': {
    defect: 'does not take back what it answered',
    async run({ subject }) {
      const once = parsed(subject)
      const stored = JSON.parse(JSON.stringify(once))
      assert.deepEqual(stored, once)
      assert.deepEqual(parsed(subject, stored), once)
    },
  },
  'what is no config is refused, and not thrown at': {
    defect: 'throws at what is no config',
    async run({ subject }) {
      for (const input of [...notObjects, {}]) {
        assert.doesNotThrow(() => subject.adapter.parseConfig(input))
        const result = subject.adapter.parseConfig(input)
        assert.ok(!result.ok && result.field !== '' && result.problem !== '')
      }
    },
  },
  'a field that is wrong is named': {
    defect: 'takes anything for a URL',
    async run({ subject }) {
      const { adapter, config } = subject
      for (const field of adapter.urlFields) {
        for (const wrong of [7, {}, 'no url']) {
          const result = adapter.parseConfig({ ...config, [field]: wrong })
          assert.equal(result.ok, false)
          assert.equal(!result.ok && result.field, field)
        }
      }
    },
  },
  'fields that it does not know are dropped': {
    defect: 'stores whatever it is given',
    async run({ subject }) {
      const config = parsed(subject, { ...subject.config, unheard_of: 'x' })
      assert.equal('unheard_of' in config, false)
    },
  },
  'a problem repeats nothing of what was given': {
    defect: 'repeats secrets in a problem',
    async run({ subject }) {
      const { adapter, config, secrets } = subject
      for (const field of [...adapter.urlFields, ...adapter.secretFields]) {
        const result = adapter.parseConfig({ ...config, [field]: secrets })
        assert.equal(result.ok, false)
        assert.ok(!result.ok && secrets.every((secret) => !result.problem.includes(secret)))
      }
    },
  },
  'with its secret fields and URLs masked, a config holds no secret': {
    defect: 'leaves a secret in sight',
    async run({ subject }) {
      const { adapter, secrets } = subject
      const config = parsed(subject)
      const shown = Object.entries(config).map(([field, value]) => {
        if (adapter.secretFields.includes(field)) return '***'
        return adapter.urlFields.includes(field) ? adapter.maskUrl(String(value)) : value
      })
      const whole = decodeURIComponent(JSON.stringify(shown))
      for (const secret of secrets) {
        assert.ok(
          JSON.stringify(config).includes(secret),
          'the subject names a secret that is not in its config',
        )
        assert.equal(whole.includes(secret), false)
      }
    },
  },
  'a masked URL still shows its host, and masked again it is the same': {
    defect: 'masks a URL away',
    async run({ subject }) {
      const config = parsed(subject)
      for (const field of subject.adapter.urlFields) {
        const url = String(config[field])
        const masked = subject.adapter.maskUrl(url)
        assert.equal(new URL(masked).host, new URL(url).host)
        assert.equal(subject.adapter.maskUrl(masked), masked)
      }
    },
  },
  'masking what is no URL throws nothing and shows nothing': {
    defect: 'throws at what is no URL',
    async run({ subject }) {
      assert.equal(subject.adapter.maskUrl('no url: topsecret').includes('topsecret'), false)
    },
  },
})
