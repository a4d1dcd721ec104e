import { describe, expect, test } from 'vitest'
import { collect, said } from '../../tests/laws/engine-texts.ts'
import { readCase } from '../../tests/golden/replay.ts'

const messages = [{ role: 'user', content: 'Hello' }]
const tools = [{ type: 'function', function: { name: 'f' } }]
const written = said(['<think>', 'a', '</think>', '<tool_call>', '{"name": "f"}', '</tool_call>'])

// When an answer ends, and that it is the same wherever it is cut, stand in tests/laws.
describe('decode', () => {
  test('leaves what a native engine says as it is', async () => {
    expect(await collect(readCase({ model: 'golden/native', messages, tools }), written)).toEqual(written)
  })

  test('reads calls only where tools were offered', async () => {
    const events = await collect(readCase({ model: 'golden/marked', messages }), written)
    expect(events.filter(({ type }) => type === 'text')).toHaveLength(3)
    expect(events.at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'stop' })
  })

  test('looks for stop texts in the answer alone, not in thought or calls', async () => {
    const asked = readCase({ model: 'golden/marked', messages, tools, stop: ['a', 'name'] })
    const events = await collect(asked, written)
    expect(events.map(({ type }) => type)).toContain('call-start')
    expect(events.at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'tool-calls' })
  })

  test('decodes each choice by itself', async () => {
    const asked = readCase({ model: 'golden/marked', messages, n: 2, stop: 'ab' })
    const [first, second] = [said(['<think>', 'a', '</think>', 'a']), said(['a', 'x', 'b'], 'length', 1)]
    const turns = first.flatMap((event, at) => [event, ...second.slice(at, at + 1)])
    const events = await collect(asked, turns)
    const texts = (choice: number) =>
      events
        .flatMap((event) => (event.type === 'text' && event.choice === choice ? [event.text] : []))
        .join('')
    expect([texts(0), texts(1)]).toEqual(['a', 'axb'])
  })
})
