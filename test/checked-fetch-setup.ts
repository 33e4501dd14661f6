import { afterAll, afterEach } from 'vitest'
import { everywhere } from './checked-fetch-shared.ts'

// a test fails by an answer that is not as described, also where it looks at nothing of it
globalThis.fetch = everywhere.fetch
afterEach(() => everywhere.end())
afterAll(() => everywhere.end())
