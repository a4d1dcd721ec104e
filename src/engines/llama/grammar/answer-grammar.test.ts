import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aPrompt } from '../../../../tests/contract/prompts.ts'
import { randomText } from '../../../../tests/engines/llama/random-text.ts'
import { schemaCases } from '../../../../tests/engines/llama/schema-cases.ts'
import { validates } from '../../../../tests/engines/llama/validates.ts'
import type { ChatEvent } from '../../../chat/event.ts'
import { Failure } from '../../../chat/failure.ts'
import type { JsonObject } from '../../../chat/json.ts'
import type { CallSyntax } from '../../../chat/model.ts'
import { callSyntaxes } from '../../../chat/model.ts'
import type { Prompt, Tool, ToolUse } from '../../../chat/request.ts'
import { decoderFor } from '../../../decode/decoder-for.ts'
import { accepts } from './accepts.ts'
import { answerGrammar } from './answer-grammar.ts'
import type { Grammar } from './rules.ts'
import { runs } from '../../../../tests/runs.ts'

const anyObject: JsonObject = { type: 'object' }

function tool(name: string, parameters: JsonObject, strict = true): Tool {
  return { name, description: '', parameters, strict }
}

function asking(calls: CallSyntax | 'native', tools: ToolUse, changed: Partial<Prompt> = {}): Prompt {
  const { model } = aPrompt
  return { ...aPrompt, model: { ...model, dialect: { ...model.dialect, calls } }, tools, ...changed }
}

function grammarOf(prompt: Prompt): Grammar {
  const grammar = answerGrammar(prompt)
  if (grammar === null) throw new Error('no grammar')
  return grammar
}

/** The field for which a prompt is refused; null where it is not. */
function refusedField(prompt: Prompt): string | null {
  try {
    answerGrammar(prompt)
    return null
  } catch (error) {
    return error instanceof Failure && error.kind === 'invalid-request' ? error.field : String(error)
  }
}

function takes(prompt: Prompt, text: string): 'whole' | 'begun' | 'no' {
  return accepts(grammarOf(prompt), text)
}

const schema: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string', minLength: 1 }, days: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['city'],
  additionalProperties: false,
}
const weather = tool('weather', schema)
const time = tool('time', {}, false)
const both = [weather, time]
const call = (name: string, args: string): string =>
  `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`

describe('an answer without a grammar', () => {
  test('is one of text without tools, and beside tools where its grammar would forbid some arguments', () => {
    expect(answerGrammar(aPrompt)).toBeNull()
    expect(answerGrammar(asking('hermes', { mode: 'none' }))).toBeNull()
    for (const syntax of ['qwen-xml', 'glm', 'dsml', 'json-array', 'native'] as const)
      expect(answerGrammar(asking(syntax, { mode: 'auto', tools: [time] }))).toBeNull()
  })
})

describe('a tool that is not strict', () => {
  const free = asking('hermes', { mode: 'auto', tools: [time] })

  test('is called by its name with any object, among any text', () => {
    expect(takes(free, 'Well')).toBe('whole')
    expect(takes(free, '{"name": "other", "arguments": {}}')).toBe('whole')
    expect(takes(free, `Well ${call('time', '{"zone": ["<", null]}')} and so on`)).toBe('whole')
    expect(takes(free, call('other', '{}'))).toBe('no')
    expect(takes(free, call('time', '{"zone": 01}'))).toBe('no')
  })

  test('is held to nothing where the answer has begun otherwise', () => {
    const begun = { reasoning: '', text: '<tool_call>\n{"name": "other"', calls: [] }
    expect(answerGrammar({ ...free, begun })).toBeNull()
    expect(answerGrammar({ ...free, begun: { ...begun, text: 'Well' } })).not.toBeNull()
  })
})

describe('a required call', () => {
  const required = asking('hermes', { mode: 'required', tools: both })

  test('is the beginning of the answer, and there may be more', () => {
    expect(takes(required, call('weather', '{"city": "Rome"}'))).toBe('whole')
    expect(takes(required, `\n\n${call('time', '{}')}\n${call('weather', '{"city":"x","days":3}')}`)).toBe(
      'whole',
    )
    expect(takes(required, 'Well')).toBe('no')
    expect(takes(required, `${call('time', '{}')} done`)).toBe('no')
  })

  test('is of a tool that there is, with arguments by its schema where it is strict, else of any object', () => {
    expect(takes(required, call('other', '{}'))).toBe('no')
    expect(takes(required, call('weather', '{"city":"x","days":10}'))).toBe('no')
    expect(takes(required, call('time', '{"zone": [1, null]}'))).toBe('whole')
    expect(takes(required, call('time', '7'))).toBe('no')
  })

  test('is exactly one, of the one tool that is named', () => {
    const one = asking('hermes', { mode: 'one', tool: time, tools: both })
    expect(takes(one, call('time', '{}'))).toBe('whole')
    expect(takes(one, call('weather', '{"city":"x"}'))).toBe('no')
    expect(takes(one, `${call('time', '{}')}\n${call('time', '{}')}`)).toBe('no')
  })
})

describe('a strict tool', () => {
  const auto = asking('hermes', { mode: 'auto', tools: both })

  test('binds its calls wherever they stand in free text', () => {
    expect(takes(auto, 'I need < no tool_call> at all, <tool_ca')).toBe('whole')
    expect(
      takes(auto, `Let me see.\n${call('weather', '{"city":"x"}')}\nAnd ${call('time', '{"a":1}')} done`),
    ).toBe('whole')
    expect(takes(auto, 'So <tool_call>')).toBe('begun')
    expect(takes(auto, `So ${call('weather', '{"town":"x"}')}`)).toBe('no')
  })

  test('leaves no other way to begin a call than the one that is bound', () => {
    const xml = asking('qwen-xml', { mode: 'auto', tools: both })
    expect(takes(xml, 'So <function=weather>')).toBe('no')
    const deepseek = asking('deepseek', { mode: 'auto', tools: both })
    expect(takes(deepseek, 'So <｜tool▁call▁begin｜>')).toBe('no')
    const list = asking('json-array', { mode: 'auto', tools: both })
    expect(takes(list, ' [1]')).toBe('no')
    expect(takes(list, 'See [1]')).toBe('whole')
  })
})

describe('JSON', () => {
  test('gives way to calls where tools may be called', () => {
    const prompt = asking('hermes', { mode: 'auto', tools: [time] }, { output: { kind: 'schema', schema } })
    expect(takes(prompt, '{"city":"x"}')).toBe('whole')
    expect(takes(prompt, call('time', '{}'))).toBe('whole')
    expect(takes(prompt, 'text')).toBe('no')
  })

  test('may stand in the wrappers of its model', () => {
    const { model } = aPrompt
    const wrappers = ['<answer>', '</answer>']
    const wrapped: Prompt = {
      ...aPrompt,
      model: { ...model, dialect: { ...model.dialect, wrappers } },
      output: { kind: 'json' },
    }
    expect(takes(wrapped, '<answer>\n{}\n</answer>')).toBe('whole')
    expect(takes(wrapped, '{}')).toBe('whole')
  })

  test('goes on from what the answer holds already, which must fit', () => {
    const begun = (text: string): Prompt => ({
      ...aPrompt,
      output: { kind: 'schema', schema },
      begun: { reasoning: '', text, calls: [] },
    })
    expect(answerGrammar(begun('{"city": "Ro'))).not.toBeNull()
    expect(() => answerGrammar(begun('Sure: {'))).toThrow('prefix cannot begin')
  })
})

describe('what cannot be enforced is refused by the field that asks for it', () => {
  test.each([
    [asking('native', { mode: 'required', tools: both }), 'tool_choice'],
    [asking('native', { mode: 'auto', tools: both }), 'tools'],
    [
      asking('hermes', { mode: 'auto', tools: [time, tool('f', { properties: { a: { not: {} } } })] }),
      'tools[1].function.parameters.properties.a.not',
    ],
    [
      asking('hermes', { mode: 'auto', tools: [tool('f', { type: 'string' })] }),
      'tools[0].function.parameters',
    ],
    [
      asking('glm', {
        mode: 'auto',
        tools: [tool('f', { properties: { a: { type: ['string', 'number'] } } })],
      }),
      'tools[0].function.parameters.properties.a',
    ],
    [
      asking('qwen-xml', { mode: 'auto', tools: [tool('f', { properties: { 'a>': { type: 'string' } } })] }),
      'tools[0].function.parameters.properties["a>"]',
    ],
  ])('%#', (prompt, field) => {
    expect(refusedField(prompt)).toBe(field)
  })
})

/** Strings, JSON and both in one argument, with texts that look like marks and like other types. */
const hostile: JsonObject = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    short: { type: 'string', maxLength: 4, minLength: 1 },
    word: { type: 'string', pattern: '^[a-z<>/]+$' },
    choice: { enum: ['true', 'null', '1', '</parameter>', ' spaced ', 'x'] },
    maybe: { type: ['string', 'null'] },
    list: { type: 'array', items: { type: 'string', maxLength: 30 }, maxItems: 3 },
    nested: {
      type: 'object',
      properties: { '</arg_value>': { type: 'string' } },
      required: ['</arg_value>'],
    },
    count: { type: 'integer', minimum: 0 },
    flag: { type: 'boolean' },
    when: { type: 'string', format: 'date' },
  },
  required: ['short', 'choice', 'nested', 'count'],
  additionalProperties: false,
}

const numbers = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))

/** The calls that the decoder reads in a text, and how it says the answer ended. */
function read(prompt: Prompt, text: string) {
  const decoder = decoderFor({ ...prompt, stop: [], reply: { kind: 'whole' } }, 0, () => 'id')
  const events: ChatEvent[] = [
    ...decoder({ type: 'text', choice: 0, text, tokens: 1 }),
    ...decoder({ type: 'finish', choice: 0, reason: 'stop' }),
  ]
  const calls = events.flatMap((event) => {
    if (event.type !== 'call-start') return []
    const texts = events.map((each) =>
      each.type === 'call-text' && each.call === event.call ? each.text : '',
    )
    return [{ name: event.name, arguments: texts.join('') }]
  })
  const end = events.at(-1)
  return { calls, reason: end?.type === 'finish' ? end.reason : '' }
}

describe.each(callSyntaxes)('calls written as %s', { timeout: 60_000 }, (syntax) => {
  test('are read back with arguments that follow their schema', () => {
    const tools = [tool('hostile', hostile), tool('none', { type: 'object', properties: {} }), time]
    const prompt = asking(syntax, { mode: 'required', tools })
    const grammar = grammarOf(prompt)
    fc.assert(
      fc.property(numbers, (stream) => {
        const text = randomText(grammar, () => stream.next().value)
        const { calls, reason } = read(prompt, text)
        expect(reason).toBe('tool-calls')
        for (const { name, arguments: json } of calls) {
          const asked = tools.find((each) => each.name === name)
          expect(
            validates(asked?.strict ? asked.parameters : anyObject, json) ? '' : `${text}\n${json}`,
          ).toBe('')
        }
      }),
      { numRuns: runs(60), seed: 1 },
    )
  })

  test('follow generated schemas, or those are refused by name', () => {
    const parameters = schemaCases.filter(({ schema: { properties } }) => properties !== undefined)
    fc.assert(
      fc.property(parameters, numbers, ({ schema: asked }, stream) => {
        const prompt = asking(syntax, { mode: 'auto', tools: [tool('f', asked)] })
        const refused = refusedField(prompt)
        expect(refused ?? 'tools[0].function.parameters').toMatch(/^tools\[0\]\.function\.parameters/)
        if (refused !== null) return
        const grammar = grammarOf(prompt)
        for (const each of read(
          prompt,
          randomText(grammar, () => stream.next().value),
        ).calls)
          expect(validates(asked, each.arguments) ? '' : each.arguments).toBe('')
      }),
      { numRuns: runs(10), seed: 1 },
    )
  })
})
