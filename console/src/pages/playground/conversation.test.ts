import { describe, expect, test } from 'vitest'
import type { Piece, Said } from '../../api/chat.ts'
import { type AnswerTurn, messagesOf, newAnswer, type Turn, withPieces } from './conversation.ts'
import { firstSettings } from './settings.ts'
import { chatBody } from './chat-body.ts'
import { samples } from './samples.ts'

const said = (words: Said, choice = 0, finish: string | null = null): Piece => ({
  kind: 'said',
  choice,
  said: words,
  finish,
})

const user: Turn = { role: 'user', id: 'u', text: "What's up?", images: [] }

describe('an answer', () => {
  test('grows by its pieces, calls included, and keeps when it began to speak', () => {
    const before = newAnswer(64, 1)
    const begun = withPieces(before, [{ kind: 'head', traceId: 't' }, said({ content: '' })], 2)
    expect(begun.run.firstTokenAt).toBeNull()
    const answer = withPieces(
      begun,
      [
        said({ reasoning_content: 'Hm' }),
        said({ content: 'It ' }),
        said({ content: 'is.' }),
        said({ tool_calls: [{ index: 0, id: 'c', function: { name: 'look', arguments: '{"a"' } }] }),
        said({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }, 0, 'tool_calls'),
      ],
      3,
    )
    expect(answer.run).toMatchObject({ traceId: 't', firstTokenAt: 3 })
    expect(answer.choices).toEqual([
      {
        text: 'It is.',
        thought: 'Hm',
        calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{"a":1}' } }],
        finish: 'tool_calls',
      },
    ])
  })

  test('has a place for every choice, whichever speaks first', () => {
    const answer = withPieces(newAnswer(0, 1), [said({ content: 'b' }, 2)], 2)
    expect(answer.choices.map(({ text }) => text)).toEqual(['', '', 'b'])
  })
})

describe('a request', () => {
  const answer: AnswerTurn = withPieces(
    newAnswer(0, 1),
    [
      said({
        reasoning_content: 'Hm',
        content: 'Wait.',
        tool_calls: [{ index: 0, id: 'c', function: { name: 'look', arguments: '{}' } }],
      }),
    ],
    2,
  )
  const turns: readonly Turn[] = [
    user,
    answer,
    { role: 'results', id: 'r', results: [{ callId: 'c', name: 'look', content: 'blue' }] },
  ]
  const settings = {
    ...firstSettings,
    model: 'silica/nano',
    system: 'Be brief.',
    numbers: { top_k: 5, max_tokens: 9 },
    stop: 'END\n',
    tools: '[{"name": "look"}]',
    toolChoice: 'look',
  }

  test('says what was said, without thoughts', () => {
    expect(messagesOf('', turns)).toEqual([
      { role: 'user', content: "What's up?" },
      {
        role: 'assistant',
        content: 'Wait.',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'blue' },
    ])
  })

  test('has what was set and nothing else', () => {
    expect(chatBody(settings, [user])).toEqual({
      model: 'silica/nano',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: "What's up?" },
      ],
      stream: true,
      top_k: 5,
      max_tokens: 9,
      stop: ['END'],
      tools: [{ type: 'function', function: { name: 'look' } }],
      tool_choice: { type: 'function', function: { name: 'look' } },
    })
  })

  test('is copied as a program that sends the same', () => {
    const body = chatBody(settings, turns)
    const json = (text: string, from: string, to: string) =>
      JSON.parse(text.slice(text.indexOf(from) + from.length, text.lastIndexOf(to)))
    const curl = samples.curl('http://x', body).replaceAll(String.raw`'\''`, "'")
    expect(json(curl, "-d '", "'")).toEqual(body)
    expect(json(samples.typescript('http://x', body), 'create(', ')\nfor')).toEqual(body)
    expect(samples.python('http://x', body)).toContain('    extra_body={\n        "top_k": 5,\n    },')
    expect(json(samples.anthropic('http://x', body), 'create(', ')\nfor')).toMatchObject({
      system: 'Be brief.',
      max_tokens: 9,
      stop_sequences: ['END'],
      messages: [
        { role: 'user', content: "What's up?" },
        { role: 'assistant', content: [{ type: 'text' }, { type: 'tool_use', id: 'c', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'blue' }] },
      ],
      tools: [{ name: 'look', input_schema: { type: 'object' } }],
    })
  })
})
