import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../packages/server/src/codearts/operations/index.ts'
import { problemsWithCalls } from './hostile/argv-shape.ts'
import { codeArtsPlaces } from './hostile/codearts-places.ts'
import { type CodeArtsIds, isNumbered } from './hostile/codearts-requests.ts'
import { vectorsOf } from './hostile/corpus.ts'
import { codeArtsIds, feedOperation, nameOf, textPlaces } from './hostile/feed-codearts.ts'
import { feedCodeArtsHeaders } from './hostile/feed-codearts-headers.ts'
import { feedGit, gitParts, pushHostileRefs } from './hostile/feed-git.ts'
import { createWorld, type World } from './hostile/world.ts'

let world: World
let ids: CodeArtsIds

beforeAll(async () => {
  world = await createWorld()
  ids = await codeArtsIds(world)
})

afterAll(() => world.dispose())

describe('the table of places of the CodeArts routes', () => {
  it('names every operation, and every place of it where any text may be sent, and no other', () => {
    const taken = Object.fromEntries(
      operations.map((operation) => [
        nameOf(operation),
        textPlaces(operation)
          .filter((place) => !isNumbered(place))
          .sort(),
      ]),
    )
    const named = Object.entries(codeArtsPlaces).map(([name, { places }]) => [
      name,
      Object.keys(places).sort(),
    ])
    expect(Object.fromEntries(named)).toEqual(taken)
  })
})

describe('every entry of the corpus gets the envelope of CodeArts, and is refused or taken as the rules say', () => {
  it.each(operations.map((operation) => [nameOf(operation), operation] as const))(
    '%s',
    async (_, operation) => {
      const { fed, problems } = await feedOperation(world, operation, ids)
      expect(problems).toEqual([])
      expect(fed).toBeGreaterThanOrEqual(textPlaces(operation).length > 0 ? 1 : 0)
    },
    60_000,
  )

  it('with headers, too', async () => {
    expect(await feedCodeArtsHeaders(world, ids)).toEqual([])
  })
})

describe('every entry of the corpus gets an answer that git can show, as', () => {
  it.each(Object.keys(gitParts) as (keyof typeof gitParts)[])('%s', async (part) => {
    expect(await feedGit(world, part)).toEqual([])
  })

  it('a ref that is pushed, and only names that git allows come to be', async () => {
    const { made, problems } = await pushHostileRefs(world)
    expect(problems).toEqual([])
    const allowed = vectorsOf('observed_ref').filter(({ text }) => /^refs\/(?:heads|pull)\//.test(text))
    for (const { text } of allowed) if (text !== 'refs/heads/main') expect(made).toContain(text)
    for (const ref of made) {
      expect(ref).toMatch(/^refs\/[^\p{Cc} ~^:?*[\\]+$/u)
      expect(ref).not.toMatch(/\.\.|@\{|\/\.|\.lock(?:\/|$)/)
    }
    expect(made.filter((ref) => /^refs\/(?:gitferry|remotes)\//.test(ref))).toEqual([])
  })
})

describe('after all of it', () => {
  it('nothing outside the data directory and the repositories was touched, and no payload left a mark', () => {
    expect(world.canaries.changes()).toEqual([])
    expect(world.repositories.changes()).toEqual([])
    expect(readdirSync(world.marks)).toEqual([])
  })

  it('git was started in no other way than ours, to serve others too', async () => {
    await world.gitferry.stats.get(world.ids.hosted)
    const calls = world.git.calls()
    expect(problemsWithCalls(calls)).toEqual([])
    const verbs = calls.map(({ verb }) => verb)
    expect(verbs).toEqual(
      expect.arrayContaining(['upload-pack', 'receive-pack', 'archive', 'commit-tree', 'grep']),
    )
  })

  it('nothing of gitferry’s own went wrong, and the audit log holds', async () => {
    expect(world.log.errors).toEqual([])
    expect(await world.gitferry.audit.verify()).toMatchObject({ valid: true })
  })
})
