import { afterAll, afterEach } from 'vitest'
import { CheckedFetchEverywhere } from './checked-fetch-everywhere.ts'

// a test fails by an answer that is not as described, also where it looks at nothing of it
const everywhere = new CheckedFetchEverywhere(globalThis.fetch)
globalThis.fetch = everywhere.fetch
afterEach(() => everywhere.end())
afterAll(() => everywhere.end())
