import { describe, expect, test } from 'vitest'
import type { CallSyntax } from '../../src/chat/model.ts'
import { replay } from '../golden/replay.ts'
import { fold, said } from '../laws/engine-texts.ts'
import { ask, bundledModels } from './bundled.ts'

/** Two calls as each syntax writes them: one of a text and a number, one of nothing. */
const calls: Readonly<Record<CallSyntax, string>> = {
  hermes:
    '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris", "days": 3}}\n</tool_call>\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>',
  'qwen-xml':
    '<tool_call>\n<function=weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>',
  glm: '<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call><tool_call>now</tool_call>',
  deepseek:
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{"city": "Paris", "days": 3}<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  dsml: '<｜DSML｜function_calls>\n<｜DSML｜invoke name="weather">\n<｜DSML｜parameter name="city" string="true">Paris</｜DSML｜parameter>\n<｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n<｜DSML｜invoke name="now">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
  hunyuan:
    '<tool_calls>[{"name": "weather", "arguments": {"city": "Paris", "days": 3}}, {"name": "now", "arguments": {}}]</tool_calls>',
  kimi: '<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>{"city": "Paris", "days": 3}<|tool_call_end|><|tool_call_begin|>functions.now:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
  'json-array':
    '[{"name": "weather", "arguments": {"city": "Paris", "days": 3}}, {"name": "now", "arguments": {}}]',
}

const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
    },
  },
  { type: 'function', function: { name: 'now' } },
]

/** The pieces of the text as an engine may cut it: whole, by a few characters, by each. */
const cuts = [Infinity, 7, 1].map((size) => (text: string) => {
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size))
  return pieces
})

interface Delta {
  readonly content?: string | null
  readonly reasoning_content?: string | null
  readonly tool_calls?: readonly {
    readonly index: number
    readonly function: { name?: string; arguments: string }
  }[]
}

/** The deltas of a stream put together, as a client does it. */
function join(sse: string): object {
  const message = { content: '', reasoning: '', calls: new Array<{ name: string; arguments: string }>() }
  let reason: string | null = null
  for (const line of sse.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const chunk: { choices: { delta: Delta; finish_reason: string | null }[] } = JSON.parse(line.slice(6))
    for (const { delta, finish_reason } of chunk.choices) {
      message.content += delta.content ?? ''
      message.reasoning += delta.reasoning_content ?? ''
      for (const {
        index,
        function: { name, arguments: text },
      } of delta.tool_calls ?? []) {
        const call = (message.calls[index] ??= { name: name ?? '', arguments: '' })
        call.arguments += text
      }
      reason = finish_reason ?? reason
    }
  }
  return { ...message, reason }
}

describe.each(bundledModels)('$id', (model) => {
  const { dialect, thinking } = model
  const thinks = dialect.thinking !== 'native'
  const [open = '', close = ''] = dialect.wrappers
  const thought =
    dialect.thinking === 'native' ? '' : `${dialect.thinking.open}\nHm.\n${dialect.thinking.close}\n\n`
  const expected = { content: 'Hello.', reasoning: thinks ? 'Hm.' : '', calls: [], reason: 'stop' }

  async function both(text: string, cut: (text: string) => readonly string[], fields: object) {
    const request = ask(model.id, fields)
    const events = said(cut(text))
    const { choices } = await fold(request, events)
    const [choice] = choices
    const whole = {
      content: choice?.message.content,
      reasoning: choice?.message.reasoning_content ?? '',
      calls: (choice?.message.tool_calls ?? []).map((call) => call.function),
      reason: choice?.finish_reason,
    }
    return { whole, streamed: join((await replay(request, events)).sse) }
  }

  test.each(cuts)('thought and answer are told apart', async (cut) => {
    const { whole, streamed } = await both(`${thought}${open}Hello.${close}`, cut, {})
    expect(whole).toEqual(expected)
    expect(streamed).toEqual(expected)
  })

  const syntax = model.calls === 'never' || dialect.calls === 'native' ? [] : [dialect.calls]
  const ways = syntax.flatMap((one) => cuts.map((cut) => [one, cut] as const))
  test.each(ways)('calls are read as %s', async (one, cut) => {
    const off = model.calls === 'without-thinking' && thinking.kind === 'switch'
    const text = `${off ? '' : thought}${calls[one]}`
    const { whole, streamed } = await both(text, cut, { tools })
    const called = [
      { name: 'weather', arguments: '{"city": "Paris", "days": 3}' },
      { name: 'now', arguments: '{}' },
    ]
    const parsed = (message: object) =>
      JSON.stringify(message, (key, value: unknown) =>
        key === 'arguments' && typeof value === 'string' ? JSON.parse(value) : value,
      )
    const wanted = {
      content: '',
      reasoning: off ? '' : expected.reasoning,
      calls: called,
      reason: 'tool_calls',
    }
    expect(parsed(whole)).toBe(parsed(wanted))
    expect(parsed(streamed)).toBe(parsed(wanted))
  })
})
