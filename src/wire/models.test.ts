import { describe, expect, it } from 'vitest'
import { native } from '../../tests/golden/rows.ts'
import { readModelQuery, writeModels } from './models.ts'

const online = { state: 'online', sunsetAt: null, successor: '', since: null } as const

describe('writeModels', () => {
  it('has the four fields of the service, then where the model is in its life and what it can do', () => {
    const { data } = JSON.parse(writeModels([[native, online]]))
    expect(Object.entries(data[0]).slice(0, 6)).toEqual([
      ['id', 'golden/native'],
      ['object', 'model'],
      ['created', 0],
      ['owned_by', ''],
      ['state', 'online'],
      ['sunset', null],
    ])
    expect(data[0]).toMatchObject({
      type: 'text',
      sub_type: 'chat',
      max_tokens: { max: native.answerLimit.max },
    })
    expect(writeModels([])).toBe('{"object":"list","data":[]}')
  })

  it('marks what is deprecated', () => {
    const life = { state: 'deprecated', sunsetAt: 0, successor: 'a/b', since: 0 } as const
    expect(JSON.parse(writeModels([[native, life]])).data[0]).toMatchObject({
      state: 'deprecated',
      sunset: '1970-01-01T00:00:00.000Z',
      successor: 'a/b',
    })
  })
})

describe('readModelQuery', () => {
  it.each([
    [{}, true],
    [{ type: 'text' }, true],
    [{ sub_type: 'chat', other: '1' }, true],
    [{ type: 'image' }, false],
    [{ type: 'text', sub_type: 'embedding' }, false],
  ])('of %j wants a chat model: %s', (query, wanted) => {
    expect(readModelQuery(query)(native)).toBe(wanted)
  })

  it('names the types that there are', () => {
    expect(() => readModelQuery({ type: 'texts' })).toThrow('type must be one of text, image, audio, video')
    expect(() => readModelQuery({ sub_type: ['chat', 'chat'] })).toThrow('sub_type must not be given twice')
  })
})
