import fc from 'fast-check'
import { redactSecrets, secretForms } from '../../../packages/core/src/git/redact.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { promise, verdict } from '../promises.ts'

type Redactor = (text: string, secrets: readonly string[]) => string

const redacting = fuzzTarget<
  { readonly text: string; readonly secret: string; readonly form: number },
  Redactor
>({
  name: 'secrets in what git prints',
  inputs: fc.record({
    text: textNear(
      ['fatal: unable to access https://u:$@h.example/x: error\n', 'Authorization: Basic $', '$$ $'],
      ['$', 'https://', '@h'],
    ),
    secret: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 8, maxLength: 20 }),
      fc.constantFrom('p&ss:w/rd+é', 'a b%c=d~e!'),
    ),
    form: fc.nat(20),
  }),
  parser: redactSecrets,
  check(take, { text, secret, form }) {
    const forms = secretForms([secret])
    const said = text.replaceAll('$', () => forms[form % forms.length]!)
    const clean = take(said, [secret])
    const left = forms.filter((each) => clean.includes(each))
    promise(left.length === 0, 'no form of the secret is left')
    promise(!/[a-z]:\/\/[^\s/?#'"[]+:[^\s/?#'"]*@/i.test(clean), 'no URL holds a password')
    return verdict(clean !== said)
  },
  long: () =>
    repeated(['https://', 'a', 'a:', '@', 'http://a@']).map((text) => ({
      text,
      secret: 'p&ss:w/rd',
      form: 0,
    })),
  broken: {
    'knows the raw form alone': (text, secrets) =>
      secrets.reduce((rest, secret) => rest.replaceAll(secret, '*'), text),
    'takes out the first one alone': (text, secrets) =>
      secretForms(secrets).reduce((rest, secret) => rest.replace(secret, () => '*'), text),
  },
})

export const redactionTargets: readonly AnyFuzzTarget[] = [redacting]
