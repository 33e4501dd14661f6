import { eventNames } from '@gitferry/core/contract'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { apiDocument } from '../src/openapi/document.ts'

interface EventStream {
  readonly example: string
  readonly 'x-events': Readonly<Record<string, object>>
}

const document = apiDocument() as {
  paths: Record<string, { get: { responses: { 200: { content: Record<string, EventStream> } } } }>
}
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema(document, 'api')

const streamAt = (path: string) => document.paths[path]!.get.responses[200].content['text/event-stream']!

function fits(path: string, event: string, data: unknown): boolean {
  const keys = ['paths', path, 'get', 'responses', '200', 'content', 'text/event-stream', 'x-events', event]
  const pointer = keys.map((key) => encodeURIComponent(key.replaceAll('/', '~1'))).join('/')
  const validate = ajv.getSchema(`api#/${pointer}`)
  if (validate === undefined) throw new Error(`${event} is not described`)
  return validate(data) === true
}

const events = '/api/v1/events'
const log = '/api/v1/sync/runs/{id}/log'

describe('the description of an event stream', () => {
  it('holds every event, and what begins and ends the stream', () => {
    expect(Object.keys(streamAt(events)['x-events']).sort()).toEqual(
      ['listening', 'end', ...eventNames].sort(),
    )
    expect(Object.keys(streamAt(log)['x-events'])).toEqual(['log', 'status', 'end'])
  })

  it.each([events, log])('of %s has an example as described', (path) => {
    const told = [...streamAt(path).example.matchAll(/^event: (.*)\ndata: (.*)$/gm)]
    expect(told.length).toBeGreaterThan(1)
    for (const [, event = '', data = ''] of told)
      expect(fits(path, event, JSON.parse(data)), event).toBe(true)
  })

  it.each([
    ['repo.deleted', { id: 1 }, { id: '1' }],
    ['task.paused', { task_id: 1, repo_id: 1, target_repo_id: 1, reason: 'x' }, { task_id: 1 }],
    ['webhook.refused', { source: 'x', error_code: 'SIGNATURE_INVALID' }, { source: 'x', error_code: 'X' }],
    [
      'run.progress',
      { run_id: 1, task_id: 1, repo_id: 1, target_repo_id: 1, phase: 'fetching' },
      { run_id: 1, task_id: 1, repo_id: 1, target_repo_id: 1, phase: 'resting' },
    ],
  ])('tells the data of %s', (event, right, wrong) => {
    expect(fits(events, event, right)).toBe(true)
    expect(fits(events, event, wrong)).toBe(false)
  })

  it('refers to the records that answers show', () => {
    expect(streamAt(events)['x-events']['run.finished']).toMatchObject({
      properties: { run: { $ref: '#/components/schemas/Run' } },
    })
  })
})
