import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { describeStorage } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, it } from 'vitest'

describe('memoryStorage', () => {
  describeStorage({ describe, it, beforeEach, afterEach }, async () => ({
    adapter: memoryStorage(),
    dispose: async () => {},
  }))
})
