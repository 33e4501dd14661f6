import { describe, expect, it } from 'vitest'
import { eventNames } from '../../src/contract/index.ts'
import { selectEventNames } from '../../src/runtime/select-event-names.ts'

describe('names of events', () => {
  it.each([
    [['run.finished'], ['run.finished']],
    [['tag.*'], ['tag.created', 'tag.deleted']],
    [
      ['repo.deleted', 'tag.*', 'tag.created', 'repo.deleted'],
      ['repo.deleted', 'tag.created', 'tag.deleted'],
    ],
  ])('%j select %j', (selectors, names) => {
    expect(selectEventNames(selectors)).toEqual(names)
  })

  it('select themselves, every one', () => {
    expect(selectEventNames(eventNames)).toEqual(eventNames)
    const first = new Set(eventNames.map((name) => `${name.split('.')[0]}.*`))
    expect(selectEventNames([...first]).toSorted()).toEqual(eventNames.toSorted())
  })

  it.each([
    [[]],
    [['']],
    [['run.finished', '']],
    [['run']],
    [['run.']],
    [['*']],
    [['.*']],
    [['ru*']],
    [['run.fin*']],
    [['run.finished.*']],
    [['RUN.FINISHED']],
    [['nothing.*']],
    [['constructor']],
    [['x'.repeat(10_000)]],
    [[7]],
    ['run.finished'],
  ])('are refused, and the field named: %j', (selectors) => {
    let thrown: unknown
    try {
      selectEventNames(selectors as string[])
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'names' } })
    expect((thrown as Error).message).toMatch(/^names: /)
    expect((thrown as Error).message.length).toBeLessThan(250)
  })
})
