import { GitferryError } from '@gitferry/core/errors'
import { changeAt, type Endpoint, type EndpointName, endpoints } from '@gitferry/core/wire'
import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

const changes = Object.entries<Endpoint>(endpoints).flatMap(([name, { method, path }]) => {
  const change = changeAt(name as EndpointName)
  return change === undefined ? [] : [[name, { method, path, change }] as const]
})

describe('a change that is refused', () => {
  it.each(changes)(
    'is recorded once, with the service’s own error: %s',
    async (name, { method, path, change }) => {
      const app = await serveApp()
      const error = new GitferryError('FORBIDDEN', 'No.')
      app.behaviour[name] = () => {
        throw error
      }
      const address = path.replace('{id}', '7').replace(/\{\+?\w+\}/g, 'main')
      const { status } = await app.send(`${method} ${address}`, method === 'DELETE' ? {} : { body: {} })
      expect(status).toBe(403)
      expect(app.refused).toEqual([
        { change: { ...change, object_id: path.includes('{id}') ? 7 : null }, error },
      ])
      expect(app.refused[0]?.error).toBe(error)
    },
  )

  it('under a bad id names no object', async () => {
    const app = await serveApp()
    await app.send('PUT /api/v1/repos/x', { body: 'nonsense' })
    expect(app.refused[0]?.change).toEqual({ type: 'update', object_type: 'repo', object_id: null })
  })

  it('is answered with its own error also when it cannot be recorded', async () => {
    const app = await serveApp()
    app.refused.push = () => {
      throw new Error('disk full')
    }
    const { json } = await app.send('POST /api/v1/repos', { body: 'nonsense' })
    expect(json.error.code).toBe('UNSUPPORTED_MEDIA_TYPE')
    expect(app.log).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringMatching(/recorded/) }),
    )
  })
})

describe('a caller that goes away', () => {
  it('was not refused anything', async () => {
    const app = await serveApp()
    app.behaviour['sync.tasks.run'] = () => {
      throw new GitferryError('ABORTED', 'The caller went away.')
    }
    expect((await app.send('POST /api/v1/sync/tasks/1/run?wait=true')).status).toBe(499)
    expect(app.refused).toEqual([])
  })
})

describe('what is no change, or went well', () => {
  it.each(['GET /api/v1/repos/7', 'GET /api/v1/nothing', 'PATCH /api/v1/repos', 'DELETE /api/v1/repos/7'])(
    'leaves no entry: %s',
    async (request) => {
      const app = await serveApp()
      app.behaviour['repos.get'] = () => {
        throw new GitferryError('REPO_NOT_FOUND', 'No.')
      }
      await app.send(request)
      expect(app.refused).toEqual([])
    },
  )
})
