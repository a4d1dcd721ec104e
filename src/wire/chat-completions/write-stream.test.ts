import { describe, expect, test } from 'vitest'
import { Failure } from '../../chat/failure.ts'
import { readCase } from '../../../tests/golden/replay.ts'
import { streamWriter } from './write-stream.ts'

function begin(fields: object = {}) {
  const request = readCase({
    model: 'golden/native',
    messages: [{ role: 'user', content: 'Hello' }],
    ...fields,
  })
  return streamWriter({ id: 'a"b', created: 5, model: 'm' }, request)
}

// The shapes of the chunks stand in tests/golden; what is here is what they cannot show.
describe('streamWriter', () => {
  test('writes nothing for events that say nothing, and their tokens with the next', () => {
    const writer = begin()
    expect(writer.write({ type: 'mark', choice: 0, tokens: 2 })).toBe('')
    expect(writer.write({ type: 'text', choice: 0, text: '', tokens: 1 })).toBe('')
    expect(writer.write({ type: 'reasoning', choice: 0, text: '', tokens: 0 })).toBe('')
    expect(writer.write({ type: 'call-text', choice: 0, call: 0, text: '', tokens: 0 })).toBe('')
    expect(writer.write({ type: 'text', choice: 0, text: 'a', tokens: 1 })).toContain(
      '"completion_tokens":4,',
    )
  })

  test('writes one line of valid JSON whatever the texts hold', () => {
    const line = begin().write({ type: 'text', choice: 0, text: '\n\n"\u2028\ud800\u0000', tokens: 1 })
    expect(line.match(/^data: [^\n\r]+\n\n$/)).not.toBeNull()
    expect(JSON.parse(line.slice(6))).toMatchObject({
      id: 'a"b',
      choices: [{ delta: { content: '\n\n"\u2028\ud800\u0000' } }],
    })
  })

  test('repeats the usage in a chunk of its own only where it was asked for', () => {
    expect(begin().end()).toBe('data: [DONE]\n\n')
    const asked = begin({ stream_options: { include_usage: true } }).end()
    expect(asked).toMatch(
      /^data: \{"id":"a\\"b",.*"choices":\[\],"system_fingerprint":"","usage":\{.*\}\}\n\ndata: \[DONE\]\n\n$/,
    )
  })

  test('ends a failed answer with the failure alone', () => {
    const failed = begin().fail(new Failure('engine-lost', 'Gone.'))
    expect(failed).toMatch(/^data: \{"code":50508,"message":"Gone\.","data":null,"error":\{.*\}\}\n\n$/)
  })
})
