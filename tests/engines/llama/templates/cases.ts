import type { Message, Prompt, Thinking, Tool } from '../../../../src/chat/request.ts'

const on: Thinking = { mode: 'on', budget: 64, effort: { level: 'high', because: 'default' } }

const tool: Tool = {
  name: 'weather',
  description: 'Tells it.',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
}
const tools = { mode: 'auto', tools: [tool] } as const

/** How most templates show the tool, and how those of DeepSeek do since V3.2. */
export const functionJson =
  '{"name": "weather", "description": "Tells it.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}'
export const toolJson = `{"type": "function", "function": ${functionJson}}`

const system: Message = { role: 'system', text: 'Be brief.' }
const asks = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] })
const answers: Message = { role: 'assistant', reasoning: 'Easy.', text: '  Hello.', calls: [] }

const loop: readonly Message[] = [
  asks('Rome and home?'),
  {
    role: 'assistant',
    reasoning: 'Two.',
    text: 'I look.',
    calls: [
      { id: 'c1', name: 'weather', arguments: '{"city":"Rome","items":[1,true]}' },
      { id: 'c2', name: 'weather', arguments: '' },
    ],
  },
  { role: 'tool', callId: 'c1', text: 'sun' },
  { role: 'tool', callId: 'c2', text: 'rain' },
]

const nothing = { reasoning: '', text: '', calls: [] }

/** What every family is asked to write. The rest of the prompt is the tests' usual one, of the family's model. */
export const cases = {
  'a question': { messages: [asks('Hi')], thinking: on },
  'a question without thinking': { messages: [asks('Hi')] },
  'two system messages': { messages: [system, { ...system, text: 'Be kind.' }, asks('Hi')], thinking: on },
  'tools beside a system message': { messages: [system, asks('Hi')], tools },
  'tools alone': { messages: [asks('Hi')], tools, thinking: on },
  'results of two calls': { messages: loop, tools, thinking: on },
  'a question after results': { messages: [...loop, answers, asks('And?')], tools, thinking: on },
  'a question after an answer': { messages: [asks('Hi'), answers, asks('And?')], thinking: on },
  'a prefix': { messages: [asks('Hi')], begun: { ...nothing, text: 'Well,' } },
  'a thought cut short': { messages: [asks('Hi')], thinking: on, begun: { ...nothing, reasoning: 'So' } },
  'an answer cut short': {
    messages: [asks('Hi')],
    thinking: on,
    begun: { ...nothing, reasoning: 'So.', text: 'Well,' },
  },
} satisfies Readonly<Record<string, Partial<Prompt>>>

export type Case = keyof typeof cases
