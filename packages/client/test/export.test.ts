import { setImmediate } from 'node:timers/promises'
import type { AuditEntry } from '@gitferry/core/contract'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../src/index.ts'
import { type Answer, failure, scriptedServer, success } from './scripted-server.ts'

const lines = (body: string, rest: Answer = {}): Answer => ({
  headers: { 'content-type': 'application/x-ndjson' },
  body,
  ...rest,
})

async function exported(baseUrl: string, signal?: AbortSignal): Promise<unknown[]> {
  const entries: AuditEntry[] = []
  const options = signal === undefined ? {} : { signal }
  for await (const entry of createClient({ baseUrl }).audit.export({ type: 'create' }, options)) {
    entries.push(entry)
  }
  return entries
}

afterEach(() => {
  vi.useRealTimers()
})

describe('exporting the audit log', () => {
  it('asks for lines of JSON and answers a record a line', async () => {
    await using server = await scriptedServer([lines('{"id":1}\n{"id":2,"operator":"größer 😀"}\n')])
    expect(await exported(server.baseUrl)).toEqual([{ id: 1 }, { id: 2, operator: 'größer 😀' }])
    expect(server.received.map(({ headers, url }) => [url, headers.accept])).toEqual([
      ['/api/v1/audit/export?type=create', 'application/x-ndjson'],
    ])
  })

  it('of nothing is no record', async () => {
    await using server = await scriptedServer([lines('')])
    expect(await exported(server.baseUrl)).toEqual([])
  })

  it('answers a record before the next one is there, and asks for nothing before the loop', async () => {
    await using server = await scriptedServer([lines('{"id":1}\n{"id"', { goesOn: true })])
    const entries = createClient(server).audit.export()
    expect(server.received).toHaveLength(0)
    for await (const { id } of entries) {
      expect(id).toBe(1)
      break
    }
    await server.brokenOff
    while (server.waiting > 0) await setImmediate()
  })

  it('reads a character that comes in two pieces', async () => {
    const bytes = new TextEncoder().encode('{"id":1,"operator":"ü"}\n')
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const headers = { 'content-type': 'application/x-ndjson; charset=utf-8' }
    const { audit } = createClient({
      baseUrl: 'http://host',
      fetch: async () => new Response(body, { headers }),
    })
    const operators: string[] = []
    for await (const { operator } of audit.export()) operators.push(operator)
    expect(operators).toEqual(['ü'])
  })

  it.each<[string, Answer, string]>([
    ['a connection that breaks', lines('{"id":1}\n', { stops: 'broken' }), 'SERVER_UNREACHABLE'],
    ['an end in the middle of a line', lines('{"id":1}\n{"id":2'), 'UNEXPECTED_RESPONSE'],
    ['a last line without its end', lines('{"id":1}\n{"id":2}'), 'UNEXPECTED_RESPONSE'],
    ['a line that is no JSON', lines('{"id":1}\n<html>\n'), 'UNEXPECTED_RESPONSE'],
    ['a line that is no object', lines('{"id":1}\n7\n'), 'UNEXPECTED_RESPONSE'],
  ])('ends with an error after %s: entries are missing', async (_, answer, code) => {
    await using server = await scriptedServer([answer])
    const ids: number[] = []
    const loop = async () => {
      for await (const { id } of createClient(server).audit.export()) ids.push(id)
    }
    await expect(loop()).rejects.toMatchObject({ code })
    expect(ids).toEqual([1])
    expect(server.received).toHaveLength(1)
  })

  it.each<[string, Answer, string]>([
    ['the server’s own error', failure(400, 'INVALID_INPUT', { field: 'type' }), 'INVALID_INPUT'],
    ['an answer of another type', success({ items: [] }), 'UNEXPECTED_RESPONSE'],
  ])('throws %s', async (_, answer, code) => {
    await using server = await scriptedServer([answer])
    await expect(exported(server.baseUrl)).rejects.toMatchObject({ code })
  })

  it('ends with an error when nothing comes for 45 s', async () => {
    await using server = await scriptedServer([lines('{"id":1}\n', { goesOn: true })])
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let seen = 0
    const loop = (async () => {
      for await (const _ of createClient(server).audit.export()) seen++
    })()
    const ended = expect(loop).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
    while (seen === 0 || vi.getTimerCount() === 0) await setImmediate()
    await vi.advanceTimersByTimeAsync(45_000)
    await ended
    await server.brokenOff
  })

  it.each(['before it begins', 'between two records', 'while it waits'])(
    'ends by its signal %s',
    async (when) => {
      await using server = await scriptedServer([lines('{"id":1}\n{"id":2}\n', { goesOn: true })])
      const controller = new AbortController()
      if (when === 'before it begins') controller.abort()
      const ids: number[] = []
      const loop = async () => {
        for await (const { id } of createClient(server).audit.export({}, controller)) {
          ids.push(id)
          if (when === 'between two records') controller.abort()
          if (id === 2) setTimeout(() => controller.abort(), 5)
        }
      }
      await expect(loop()).rejects.toMatchObject({ code: 'ABORTED' })
      expect(ids).toEqual({ 'before it begins': [], 'between two records': [1] }[when] ?? [1, 2])
      if (when !== 'before it begins') await server.brokenOff
      while (server.waiting > 0) await setImmediate()
    },
  )
})
