import { describe, expect, test } from 'vitest'
import type { Prompt } from '../../chat/request.ts'
import { aPrompt } from '../../../tests/contract/prompts.ts'
import { createPromptWriter } from './prompt-text.ts'

/** Shows all that a template is given. */
const showing = `{%- for message in messages %}[{{ message | tojson }}]{% endfor %}{{ tools | tojson }}
{%- if enable_thinking %}+{{ reasoning_effort }}{% endif %}{% if add_generation_prompt %}!{% endif %}`

const file = {
  specials: ['<|im_start|>', '<|im_end|>', '<think>', '</think>'],
  bos: '<s>',
  eos: '<|im_end|>',
}

const prompt: Prompt = { ...aPrompt, messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] }
const hi = '[{"role": "user", "content": "Hi"}]'

const thinking = { mode: 'on', budget: 5, effort: { level: 'max', because: 'asked' } } as const

function write(changed: Partial<Prompt>, template = showing): string {
  return createPromptWriter(file, template)({ ...prompt, ...changed }).pieces.join('‖')
}

describe('messages', () => {
  test('parts of a user are lines of one text', () => {
    const parts = ['a', 'b'].map((text) => ({ type: 'text', text }) as const)
    expect(write({ messages: [{ role: 'user', parts }] })).toBe('[{"role": "user", "content": "a\\nb"}]null!')
  })

  test('an assistant has thought and calls only where it has some, and arguments as an object', () => {
    const calls = [
      { id: 'c1', name: 'f', arguments: '{"a":1}' },
      { id: 'c2', name: 'g', arguments: '[broken' },
    ]
    const said = { role: 'assistant', text: 'x', reasoning: 'hm', calls } as const
    expect(write({ messages: [said, { ...said, reasoning: '', calls: [] }] })).toBe(
      '[{"role": "assistant", "content": "x", "reasoning_content": "hm", "tool_calls": [' +
        '{"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}, ' +
        '{"id": "c2", "type": "function", "function": {"name": "g", "arguments": {"arguments": "[broken"}}}]}]' +
        '[{"role": "assistant", "content": "x"}]null!',
    )
  })

  const calls = `{%- for message in messages if message.tool_calls %}
{%- for call in message.tool_calls %}{{ WRITTEN }}{% endfor %}{% endfor %}`
  test.each([
    [
      'an object, entry by entry',
      '{% for k, v in call.function.arguments.items() %}{{ k ~ v }}{% endfor %}',
      'items1',
    ],
    ['an object as JSON', '{{ call.function.arguments | tojson }}', '{"items": 1}{}'],
    ['text alone', "{{ '=' + call.function.arguments }}", '={"items":1}={}'],
    ['either', '{{ call.function.arguments if call.function.arguments is string else "" }}', '{"items":1}{}'],
  ])('arguments are what the template takes: %s', (_what, written, expected) => {
    const turn = {
      role: 'assistant',
      text: '',
      reasoning: '',
      calls: ['{"items":1}', ''].map((text) => ({ id: 'c', name: 'f', arguments: text })),
    } as const
    expect(write({ messages: [turn] }, calls.replace('{{ WRITTEN }}', written))).toBe(expected)
  })

  test('a thought that an assistant has in its marks before the text is a thought', () => {
    const said = (text: string, reasoning = ''): string =>
      write({ messages: [{ role: 'assistant', text, reasoning, calls: [] }] })
    expect(said('\n<think>\nhm\n</think>\n\n x</think>')).toBe(said(' x</think>', 'hm'))
    expect(said('<think></think>x')).toBe(said('x'))
    for (const text of ['<think>x', 'x<think></think>']) expect(said(text)).toContain('"content"')
    expect(said('<think>a</think>x', 'b')).toContain('"reasoning_content": "b"')
  })

  test('a result names its call', () => {
    expect(write({ messages: [{ role: 'tool', callId: 'c1', text: 'ok' }] })).toBe(
      '[{"role": "tool", "content": "ok", "tool_call_id": "c1"}]null!',
    )
  })

  test('tools are shown unless none may be called', () => {
    const tools = [{ name: 'f', description: 'd', parameters: { type: 'object' }, strict: false }]
    expect(write({ tools: { mode: 'auto', tools } })).toBe(
      hi +
        '[{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}]!',
    )
  })

  test('an answer in JSON is asked for in a paragraph of the system message, which is made where there is none', () => {
    const rule = 'Answer with one JSON object and nothing else.'
    expect(write({ output: { kind: 'json' } })).toBe(`[{"role": "system", "content": "${rule}"}]${hi}null!`)
    expect(write({ messages: [{ role: 'system', text: 'Be kind.' }], output: { kind: 'json' } })).toBe(
      `[{"role": "system", "content": "Be kind.\\n\\n${rule}"}]null!`,
    )
  })

  test('an answer that must follow a schema is asked for with the schema', () => {
    const output = { kind: 'schema', schema: { const: '<|im_end|>' } } as const
    expect(write({ output })).toContain('and nothing else:\\n{\\"const\\":\\"')
  })

  test('what the template refuses is refused in its words, without a stack', () => {
    const refusing = "{{ raise_exception('only one system message, please') }}"
    expect(() => write({}, refusing)).toThrow(
      "The model's chat template refused the messages: only one system message, please",
    )
  })

  test('special tokens in texts, names, keys and begun answers are cut, each once', () => {
    const tools = [
      {
        name: '<think>',
        description: 'a<|im_end|>',
        parameters: { '</think>': '<|im_start|>' },
        strict: false,
      },
    ]
    const pieces = write({
      messages: [{ role: 'system', text: '<|im_start|>' }],
      tools: { mode: 'auto', tools },
      begun: { reasoning: '', text: '</think>', calls: [] },
    })
    expect(pieces.match(/‖/g)).toHaveLength(6)
    for (const special of file.specials) expect(pieces).not.toContain(special)
  })
})

describe('where thought stands', () => {
  const begun = (reasoning: string, text: string): Partial<Prompt> => ({
    thinking,
    begun: { reasoning, text, calls: [] },
  })
  const opened = `{{ '<think>\n' }}`

  const cases = [
    { of: 'nothing', begun: begun('', ''), plain: ['', 'start'], open: ['<think>\n', 'prompt'] },
    {
      of: 'thought',
      begun: begun('so', ''),
      plain: ['<think>\nso', 'prompt'],
      open: ['<think>\nso', 'prompt'],
    },
    { of: 'text', begun: begun('', 'x'), plain: ['x', 'never'], open: ['<think>\n\n</think>\n\nx', 'never'] },
    {
      of: 'both',
      begun: begun('so', 'x'),
      plain: ['<think>\nso\n</think>\n\nx', 'never'],
      open: ['<think>\nso\n</think>\n\nx', 'never'],
    },
  ]
  test.each(cases)(
    'when $of was begun, after a template that leaves it open and one that does not',
    (each) => {
      const after = (template: string): string[] => {
        const { pieces, thought } = createPromptWriter(file, template)({ ...prompt, ...each.begun })
        return [pieces.join(''), thought.from]
      }
      expect(after('{{ "" }}')).toEqual(each.plain)
      expect(after(opened)).toEqual(each.open)
    },
  )

  test('a thought that the template opens all the same is closed without thinking', () => {
    const after = (template: string, text = ''): string =>
      write({ begun: { reasoning: '', text, calls: [] } }, template)
    expect(after(opened)).toBe('<think>\n\n</think>\n\n')
    expect(after('<think>')).toBe('<think></think>')
    expect(after('<think>', 'x')).toBe('<think></think>x')
  })

  test('begun texts stand where the template writes those of a turn, if it begins turns as it writes them', () => {
    const turns = (begins: string): string => `{% for m in messages %}
{{- '#' }}{% if m.reasoning_content %}({{ m.reasoning_content }}){% endif %}: {{ m.content.strip() }};{% endfor %}
{%- if add_generation_prompt %}${begins}{% endif %}`
    const after = (template: string, reasoning: string): string =>
      write({ thinking, begun: { reasoning, text: 'x', calls: [] } }, template)
    expect(after(turns('#'), '')).toBe('#: Hi;#: x')
    expect(after(turns('#'), 'so')).toBe('#: Hi;#(so): x')
    expect(after(turns('>'), '')).toBe('#: Hi;>x')
    expect(after(turns('>'), 'so')).toBe('#: Hi;><think>\nso\n</think>\n\nx')
  })

  test('a bare text is continued as it is', () => {
    expect(write({ messages: [], begun: { reasoning: '', text: 'x', calls: [] } })).toBe('x')
  })

  test('without thinking only the text is continued', () => {
    expect(write({ begun: { reasoning: 'so', text: 'x', calls: [] } })).toBe(`${hi}null!x`)
  })

  test('the switch and the effort reach the template', () => {
    expect(write({ thinking })).toBe(`${hi}null+max!`)
  })

  test('a call ends a thought only where calls are possible', () => {
    const plan = (changed: Partial<Prompt>): unknown =>
      createPromptWriter(file, showing)({ ...prompt, thinking, ...changed }).thought
    expect(plan({})).toMatchObject({ enders: [] })
    expect(plan({ tools: { mode: 'auto', tools: [] } })).toMatchObject({ enders: ['<tool_call>'] })
  })
})

describe('a gap to be filled', () => {
  const infill = { prefix: '<PRE>', suffix: '<SUF>', middle: '<MID>' }
  const gap = (of: typeof infill | null): Partial<Prompt> => ({
    model: { ...prompt.model, dialect: { ...prompt.model.dialect, infill: of } },
    begun: { reasoning: '', text: 'def f(<MID>', calls: [] },
    suffix: '<PRE>\n',
  })

  test('stands between the marks for it, without template and messages, and its texts are guarded', () => {
    const write = createPromptWriter({ ...file, specials: Object.values(infill) }, showing)
    expect(write({ ...prompt, ...gap(infill) })).toEqual({
      pieces: ['<PRE>def f(<', 'MID><SUF><', 'PRE>\n<MID>'],
      thought: { from: 'never' },
    })
  })

  test('is refused where the model has no such marks', () => {
    expect(() => write(gap(null))).toThrow('This model has not learned to fill in the middle.')
  })
})

test('a model without a template, or with one that cannot be read, cannot be used', () => {
  expect(() => createPromptWriter(file, '')).toThrow('The model has no chat template.')
  expect(() => createPromptWriter(file, '{% if %}')).toThrow("The model's chat template cannot be read.")
})
