import { describeApi } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { inProcess } from './in-process.ts'

describe('the interface, in process', () => {
  describeApi({ describe, it, beforeEach, afterEach }, inProcess)
})
