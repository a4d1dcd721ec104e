import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../chat/event.ts'
import type { CallSyntax } from '../../chat/model.ts'
import { tool } from '../../../tests/decode/read-calls.ts'
import { callDecoder } from './call-decoder.ts'
import { callMarkups } from './call-markups.ts'

/** Up to where the tool is known; up to the inside of a text; from there to the end. */
const parts: readonly (readonly [CallSyntax, head: string, inside: string, end: string])[] = [
  ['hermes', '<tool_call>\n{"name": "f"', ', "arguments": {"a": "', '"}}\n</tool_call>'],
  ['qwen-xml', '<tool_call>\n<function=f>', '\n<parameter=a>\n', '\n</parameter>\n</function>\n</tool_call>'],
  ['glm', '<tool_call>f\n<arg_key>', 'a</arg_key>\n<arg_value>', '</arg_value>\n</tool_call>'],
  [
    'deepseek',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>',
    '{"a": "',
    '"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  ],
  [
    'dsml',
    '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="f">',
    '\n<｜DSML｜parameter name="a" string="true">',
    '</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>',
  ],
  ['hunyuan', '<tool_calls>[{"name": "f"', ', "arguments": {"a": "', '"}}]</tool_calls>'],
  [
    'kimi',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>',
    '{"a": "',
    '"}<|tool_call_end|><|tool_calls_section_end|>',
  ],
  ['json-array', '[{"name": "f", "arguments": {', '"a": "', '"}}]'],
]

describe.each(parts)('%s', (syntax, head, inside, end) => {
  function open() {
    const decoder = callDecoder(callMarkups[syntax], 0, [tool('f', { a: { type: 'string' } })], () => 'id')
    return (text: string): readonly ChatEvent[] => [...decoder({ type: 'text', choice: 0, text, tokens: 1 })]
  }

  test('begins a call with the character that makes its tool known', () => {
    const write = open()
    expect(write(head.slice(0, -1))).toEqual([])
    expect(write(head.slice(-1))).toContainEqual({
      type: 'call-start',
      choice: 0,
      call: 0,
      id: 'id',
      name: 'f',
      tokens: 2,
    })
  })

  test('gives out the text of an argument with each piece of it', () => {
    const write = open()
    write(head + inside)
    for (const text of ['Once', ' upon', ' a', ' time']) {
      expect(write(text)).toEqual([{ type: 'call-text', choice: 0, call: 0, text, tokens: 1 }])
    }
  })

  test('holds nothing back of a text in which no mark begins', () => {
    const write = open()
    expect(write('a > b')).toEqual([{ type: 'text', choice: 0, text: 'a > b', tokens: 1 }])
  })

  test('takes time that grows with the argument alone', () => {
    const write = open()
    const started = performance.now()
    let length = 0
    write(head + inside)
    for (let at = 0; at < 200_000; at++) {
      for (const event of write('<a\n. ')) if (event.type === 'call-text') length += event.text.length
    }
    write(end)
    expect(length).toBeGreaterThanOrEqual(999_990)
    expect(performance.now() - started).toBeLessThan(3000)
  })

  test('takes time that grows with the text alone where block after block breaks', () => {
    const write = open()
    const started = performance.now()
    write((head.slice(0, -2) + '?').repeat(5_000))
    write(head.slice(0, -1).repeat(5_000))
    expect(performance.now() - started).toBeLessThan(3000)
  })
})

describe('callDecoder', () => {
  test('counts the tokens of closing marks at once, and those of what may be text with what comes of it', () => {
    const decoder = callDecoder(callMarkups.hermes, 0, [tool('f')], () => 'id')
    const write = (text: string) => [...decoder({ type: 'text', choice: 0, text, tokens: 1 })]
    write('<tool_call>{"name": "f"}')
    expect(write('\n</tool_call>')).toEqual([{ type: 'mark', choice: 0, tokens: 1 }])
    expect(write('<')).toEqual([])
    expect(write('3')).toEqual([{ type: 'text', choice: 0, text: '<3', tokens: 2 }])
  })
})
