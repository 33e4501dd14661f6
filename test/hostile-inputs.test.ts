import { readdirSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import type { EndpointName } from '@gitferry/core/wire'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { matchesRefGlob } from '../packages/core/src/sync/ref-glob.ts'
import { operationIdOf } from '../packages/server/src/openapi/operation-object.ts'
import { problemsWithCalls } from './hostile/argv-shape.ts'
import { carryHostileHistory } from './hostile/carry-hostile-history.ts'
import { corpus, type Vector, vectorsOf } from './hostile/corpus.ts'
import { feedPlace } from './hostile/feed.ts'
import { endpointsWithBody, feedBodies } from './hostile/feed-bodies.ts'
import { feedHeaders } from './hostile/feed-headers.ts'
import { feedWebhooks } from './hostile/feed-webhooks.ts'
import { inputFields } from './hostile/inputs.ts'
import { kinds } from './hostile/kinds.ts'
import { askedNames } from './hostile/names.ts'
import { places } from './hostile/places.ts'
import { readPaths } from './hostile/read-paths.ts'
import { Tally } from './hostile/tally.ts'
import {
  importHostileRemotes,
  syncAcceptedRepositories,
  testAcceptedRemotes,
  tryReboundChannels,
} from './hostile/use-accepted.ts'
import { createWorld, type World } from './hostile/world.ts'

vi.mock('node:dns/promises', async (original) => ({
  ...(await original<typeof import('node:dns/promises')>()),
  lookup: (host: string) => import('./hostile/names.ts').then(({ lookup }) => lookup(host)),
}))

let world: World
const tally = new Tally()

beforeAll(async () => {
  world = await createWorld()
})

afterAll(() => world.dispose())

const fed = Object.entries(places).flatMap(([endpoint, of]) =>
  Object.entries(of).flatMap(([place, each]) =>
    'none' in each ? [] : [{ endpoint: endpoint as EndpointName, place, each }],
  ),
)

/** What the table asks for, whatever was fed. */
function planned(): Tally {
  const whole = new Tally()
  for (const { endpoint, place, each } of fed) {
    whole.note(
      `${endpoint} ${place}`,
      each.is.flatMap((kind): readonly Vector[] => kinds[kind].vectors),
    )
  }
  for (const endpoint of endpointsWithBody) whole.note(`${endpoint} body`, vectorsOf('json_body'))
  whole.note('webhooks.taskSync body', vectorsOf('webhook_body'))
  whole.note('headers', vectorsOf('http_header'))
  whole.note('remote.<name>.url', vectorsOf('remote_url'))
  whole.note('a history', [...vectorsOf('commit_message'), ...vectorsOf('observed_ref')])
  return whole
}

/** Notes what was fed, and fails by what went wrong. */
function expectNone(
  place: string,
  { problems, pairs }: { problems: string[]; pairs: readonly Vector[] },
): void {
  tally.note(place, pairs)
  expect(problems).toEqual([])
}

describe('the table of places', () => {
  it('names every place of the contract where any text may be sent, and no other', () => {
    const named = Object.entries(places).flatMap(([endpoint, of]) =>
      Object.keys(of).map((place) => `${operationIdOf(endpoint)} ${place}`),
    )
    const taken = inputFields().filter(({ isText }) => isText)
    expect(named.sort()).toEqual(taken.map(({ operationId, place }) => `${operationId} ${place}`).sort())
  })
})

describe('every entry of the corpus, by HTTP and in process, is refused or taken as the rules say', () => {
  it.each(fed)(
    '$endpoint, $place',
    async ({ endpoint, place, each }) => {
      expectNone(`${endpoint} ${place}`, await feedPlace(world, endpoint, place, each))
    },
    120_000,
  )

  it.each(endpointsWithBody)('%s, its whole body', async (endpoint) => {
    expectNone(`${endpoint} body`, await feedBodies(world, endpoint))
  })

  it('webhooks, with the signatures that the corpus names', async () => {
    expectNone('webhooks.taskSync body', await feedWebhooks(world))
  })

  it('headers of any request', async () => {
    expectNone('headers', await feedHeaders(world))
  })

  it('remotes of a repository’s own configuration', async () => {
    expectNone('remote.<name>.url', await importHostileRemotes(world))
  })

  it('messages and refs that a run finds', async () => {
    expectNone('a history', await carryHostileHistory(world))
  }, 120_000)
})

describe('a glob of the corpus', () => {
  // git makes no ref of this length: the name goes where globs are matched
  it.each(vectorsOf('ref_filter').filter(({ subject }) => subject !== undefined))(
    'is matched with its subject in a time that does not explode: $text',
    ({ subject = '', text }) => {
      const globs = [text, '*a'.repeat(128)]
      const match = () => globs.filter((glob) => matchesRefGlob(glob, subject))
      // a test’s own timeout does not end a loop that never waits
      expect(runInNewContext('match()', { match }, { timeout: 5_000 })).toEqual([])
    },
  )
})

describe('before anything is synced to them', () => {
  it('the hostile repositories are as they were', () => {
    expect(world.repositories.changes()).toEqual([])
  })
})

describe('what was taken is used, and works or fails by its own rules', () => {
  it('a hostile repository takes what is synced to it', async () => {
    expect(await syncAcceptedRepositories(world, { from: 'away', to: 'local' })).toEqual([])
  }, 120_000)

  it('a path in a repository is taken as it stands, and a link is told and not followed', async () => {
    expect(await readPaths(world)).toEqual([])
  })

  it('a channel whose name leads to this machine is not connected to', async () => {
    expect(await tryReboundChannels(world)).toEqual([])
  })

  it('a remote is asked for its refs', async () => {
    expect(await testAcceptedRemotes(world)).toEqual([])
  })
})

describe('after all of it', () => {
  it('no entry was passed over', () => {
    const pairs = tally.pairs()
    const total = Object.values(pairs).reduce((sum, count) => sum + count)
    process.stdout.write(`${corpus.length} entries, ${total} pairs of an entry and a place, each both ways\n`)
    expect(corpus).toHaveLength(209)
    expect(tally.unfed()).toEqual([])
    expect(pairs).toEqual(planned().pairs())
    expect(total).toBeGreaterThan(2_000)
  })

  it('nothing outside the data directory and the repositories was touched, and no payload left a mark', () => {
    expect(world.canaries.changes()).toEqual([])
    expect(readdirSync(world.marks)).toEqual([])
  })

  it('git was started in no other way than ours', () => {
    const calls = world.git.calls()
    expect(calls.length).toBeGreaterThan(500)
    expect(problemsWithCalls(calls)).toEqual([])
  })

  it('only names that the corpus gives were looked up', () => {
    expect([...new Set(askedNames)].sort()).toEqual([
      'example.com',
      'github.com',
      'nowhere.example',
      'rebind.example',
      'redirects-to-metadata.example',
    ])
  })

  it('nothing of gitferry’s own went wrong, and the audit log holds', async () => {
    expect(world.log.errors).toEqual([])
    expect(await world.gitferry.audit.verify()).toMatchObject({ valid: true })
  })
})
