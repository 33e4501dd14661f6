import { HTTPError } from 'ky'
import { httpFailure } from '../../../packages/adapters/src/notifier/http-failure.ts'
import { retry } from '../../../packages/client/src/retry.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'

/** Whether a request is tried again, and a notifier waits, for what a header asks. */
interface RetryReader {
  mayRetry(header: string): boolean
  waitMs(header: string): number | undefined
}
const answerWith = (header: string): Response =>
  new Response(null, { status: 429, headers: { 'retry-after': header } })
const realRetry: RetryReader = {
  mayRetry: (header) => {
    const error = new HTTPError(answerWith(header), new Request('http://h.example/'), {} as never)
    return retry.shouldRetry({ error, retryCount: 1 } as never) !== false
  },
  waitMs: (header) => {
    const failure = httpFailure(answerWith(header))
    return failure !== undefined && 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
  },
}

const retryAfter = fuzzTarget<string, RetryReader>({
  name: 'Retry-After',
  inputs: textNear(
    [
      '30',
      '120',
      '0',
      'Wed, 21 Oct 2099 07:28:00 GMT',
      'Wed, 21 Oct 2015 07:28:00 GMT',
      '-1',
      '1e3',
      '99999999999',
    ],
    ['0', '9', ' ', ',', 'GMT', '2099', '-', '.'],
  )
    // what a header can carry
    .filter((text) => /^[\x20-\x7e]*$/.test(text)),
  parser: realRetry,
  check({ mayRetry, waitMs }, header) {
    const wait = waitMs(header)
    promise(
      wait === undefined || (Number.isSafeInteger(wait) && wait >= 0 && wait <= 99_999_000),
      'a wait of at most a day or so',
    )
    const text = header.trim()
    if (/^\d{1,5}$/.test(text)) {
      same(wait, Number(text) * 1_000, 'seconds')
      same(mayRetry(header), Number(text) <= 30, 'a caller waits for half a minute at most')
    } else if (/^\d{6,}$/.test(text) && Number(text) > 30)
      promise(!mayRetry(header), 'a caller does not wait for days')
    else mayRetry(header)
    return verdict(/^\d{1,5}$/.test(text))
  },
  long: () => repeated(['9', ' 9', ',']),
  broken: {
    'takes milliseconds for seconds': { ...realRetry, waitMs: (header) => Number.parseInt(header, 10) },
    'waits as long as it is told': { ...realRetry, mayRetry: () => true },
    'takes any number': { ...realRetry, waitMs: (header) => Number(header) * 1_000 },
  },
})

export const retryAfterTargets: readonly AnyFuzzTarget[] = [retryAfter]
