import { CheckedFetchEverywhere } from './checked-fetch-everywhere.ts'

/** The one of this process: where files of tests share what they import, no answer is checked once for each of them. */
export const everywhere = new CheckedFetchEverywhere(globalThis.fetch)
