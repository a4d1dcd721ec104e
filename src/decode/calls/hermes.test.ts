import { describe, expect, test } from 'vitest'
import type { EngineReason } from '../../chat/event.ts'
import { readCalls, tool } from '../../../tests/decode/read-calls.ts'
import { callDecoder } from './call-decoder.ts'
import { hermes } from './hermes.ts'

const tools = [tool('f'), tool('g')]

function decode(text: string, reason: EngineReason = 'stop') {
  return readCalls('hermes', tools, text, reason)
}

const whole = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>'

describe('hermes', () => {
  test('reads a call, and calls one after the other', () => {
    expect(decode(whole)).toEqual({ text: '', calls: ['f({"a": 1})'], finish: 'tool-calls' })
    expect(decode(`${whole}\n${whole}`)).toEqual({
      text: '',
      calls: ['f({"a": 1})', 'f({"a": 1})'],
      finish: 'tool-calls',
    })
  })

  test('begins the call as soon as its name is known', () => {
    const decoder = callDecoder(hermes, 0, tools, () => 'id')
    const said = [...decoder({ type: 'text', choice: 0, text: '<tool_call>{"name":"f"', tokens: 9 })]
    expect(said).toEqual([{ type: 'call-start', choice: 0, call: 0, id: 'id', name: 'f', tokens: 9 }])
  })

  test('holds arguments that come before the name', () => {
    expect(decode('<tool_call>{"arguments": {"a":1}, "name": "g"}</tool_call>')).toEqual({
      text: '',
      calls: ['g({"a":1})'],
      finish: 'tool-calls',
    })
  })

  test('gives arguments as the model wrote them, wrong ones too', () => {
    const written = '{ "a" :"}\\"</tool_call>",\n"b":[ {"c":tru} ,]  }'
    expect(decode(`<tool_call>{"name":"f","arguments":${written}}</tool_call>`).calls).toEqual([
      `f(${written})`,
    ])
  })

  test('takes a call without arguments for one of an empty object', () => {
    expect(decode('<tool_call>{"name": "f"}</tool_call>')).toEqual({
      text: '',
      calls: ['f({})'],
      finish: 'tool-calls',
    })
  })

  test('drops the blank next to a call and keeps all other', () => {
    expect(decode(`\n${whole}`).text).toBe('')
    expect(decode(` a b \n\n${whole}\n\n c \n`).text).toBe(' a bc \n')
    expect(decode(' a \n').text).toBe(' a \n')
  })

  test('takes a call for whole when its object is, even without the closing mark', () => {
    const unclosed = whole.replace('\n</tool_call>', '')
    expect(decode(unclosed)).toEqual({ text: '', calls: ['f({"a": 1})'], finish: 'tool-calls' })
    expect(decode(`${unclosed}\n${whole}`).calls).toHaveLength(2)
  })

  test.each([
    'nothing of a call',
    'a < b, <tool>, <tool_call',
    ' <tool_call>\nf(1)\n</tool_call> ',
    '<tool_call>{"name": "h", "arguments": {}}</tool_call>',
    '<tool_call>{"name": 1}</tool_call>',
    '<tool_call>{"arguments": {}}</tool_call>',
    '<tool_call>{"arguments": "{}", "name": "f"}</tool_call>',
    '<tool_call>{"other": {}, "name": "f"}</tool_call>',
    '<tool_call>{}</tool_call>',
    '<tool_call>{"na\nme": "f"}</tool_call>',
    '<tool_call>\n{"arguments": {"a": [1, ',
  ])('gives a block that breaks before its name is known out as written: %j', (text) => {
    expect(decode(text)).toEqual({ text, calls: [], finish: 'stop' })
  })

  test('finds a call behind a broken one', () => {
    expect(decode(`<tool_call>{"name": ${whole}`)).toEqual({
      text: '<tool_call>{"name": ',
      calls: ['f({"a": 1})'],
      finish: 'tool-calls',
    })
  })

  test.each([
    ['<tool_call>{"name": "f", "arguments": {"a": 1</tool_call> b', 'f({"a": 1)', '</tool_call> b'],
    ['<tool_call>{"name": "f", "arguments": [1]}</tool_call>', 'f()', ', "arguments": [1]}</tool_call>'],
    ['<tool_call>{"name": "f", "arguments": {}</tool_call>', 'f({})', '</tool_call>'],
  ])('never claims a call that broke, and takes the rest for text: %j', (text, call, rest) => {
    expect(decode(text)).toEqual({ text: rest, calls: [call], finish: 'stop' })
    expect(decode(whole + text)).toMatchObject({ finish: 'stop' })
  })

  test('keeps `length` when a call is cut, and when it is whole', () => {
    expect(decode(whole.slice(0, -20), 'length')).toEqual({ text: '', calls: ['f({")'], finish: 'length' })
    expect(decode(whole, 'length')).toMatchObject({ finish: 'length' })
  })

  test('reads many blocks in one piece without going deep', () => {
    const decoder = callDecoder(hermes, 0, tools, () => 'id')
    const said = [...decoder({ type: 'text', choice: 0, text: '<tool_call>x'.repeat(50_000), tokens: 1 })]
    expect(said.length).toBeGreaterThan(0)
  })
})
