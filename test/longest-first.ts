import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest, most first: the names of files say so nowhere, and their sizes suggest the contrary. */
const longest = [
  'test/api-over-http.test.ts',
  'test/api.test.ts',
  'test/sync-property.test.ts',
  'test/contract.test.ts',
  'test/hostile-inputs.test.ts',
]

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longest.findIndex((name) => moduleId.endsWith(`/${name}`))
  return place === -1 ? longest.length : place
}

/** Begins with the longest files, in a new clone as well: of what is begun last nothing should be left when all else is done. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => placeOf(a) - placeOf(b))
  }
}
