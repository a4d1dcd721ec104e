import type { ChatBody, ChatMessage } from '../../api/chat.ts'

/** A request as a program would make it. */
export const samples = { curl, typescript, python, anthropic } as const
export type SampleName = keyof typeof samples

function curl(url: string, body: ChatBody): string {
  const json = JSON.stringify(body, null, 2).replaceAll("'", String.raw`'\''`)
  return `curl ${url}/v1/chat/completions \\
  -H "Authorization: Bearer $SILICA_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '${json}'
`
}

function typescript(url: string, body: ChatBody): string {
  const { stream, ...rest } = body
  const use =
    stream === true
      ? `for await (const chunk of answer) process.stdout.write(chunk.choices[0]?.delta.content ?? '')`
      : `console.log(answer.choices[0]?.message)`
  return `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: '${url}/v1', apiKey: process.env.SILICA_API_KEY })
const answer = await client.chat.completions.create(${JSON.stringify({ ...rest, ...(stream === true ? { stream } : {}) }, null, 2)})
${use}
`
}

/** What the SDK's method takes by name; other fields go into `extra_body`. */
const pythonFields = new Set(
  (
    'model messages stream temperature top_p max_tokens n seed stop frequency_penalty presence_penalty tools ' +
    'tool_choice response_format reasoning_effort'
  ).split(' '),
)

function python(url: string, body: ChatBody): string {
  const fields = Object.entries(body)
  const known = fields.filter(([name]) => pythonFields.has(name))
  const extra = fields.filter(([name]) => !pythonFields.has(name))
  const lines = known.map(([name, value]) => `    ${name}=${pythonValue(value, 1)},`)
  if (extra.length > 0) lines.push(`    extra_body=${pythonValue(Object.fromEntries(extra), 1)},`)
  const use =
    body['stream'] === true
      ? `for chunk in answer:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`
      : 'print(answer.choices[0].message)'
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key=os.environ["SILICA_API_KEY"])
answer = client.chat.completions.create(
${lines.join('\n')}
)
${use}
`
}

function pythonValue(value: unknown, depth: number): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  const inner = '    '.repeat(depth + 1)
  const isList = Array.isArray(value)
  const parts = Object.entries(value).map(([name, part]) => {
    const text = pythonValue(part, depth + 1)
    return `${inner}${isList ? '' : `${JSON.stringify(name)}: `}${text},`
  })
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  return parts.length === 0 ? open + close : `${open}\n${parts.join('\n')}\n${'    '.repeat(depth)}${close}`
}

function anthropic(url: string, body: ChatBody): string {
  const system = body.messages.find((message) => message.role === 'system')?.content
  const budget = body['thinking_budget']
  const thinks = body['enable_thinking'] ?? (budget === undefined ? undefined : true)
  const request = {
    model: body.model,
    max_tokens: body['max_tokens'] ?? 1024,
    ...(system === undefined ? {} : { system }),
    messages: body.messages.filter((message) => message.role !== 'system').map(anthropicMessage),
    ...pick(body, ['temperature', 'top_p', 'top_k', 'stream']),
    ...(body['stop'] === undefined ? {} : { stop_sequences: body['stop'] }),
    ...(thinks === undefined ? {} : { thinking: anthropicThinking(thinks === true, budget) }),
    ...(Array.isArray(body['tools']) ? { tools: body['tools'].map(anthropicTool) } : {}),
  }
  const use =
    body['stream'] === true
      ? `for await (const event of answer) {
  if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') process.stdout.write(event.delta.text)
}`
      : 'console.log(answer.content)'
  return `import Anthropic from '@anthropic-ai/sdk'

const client = new Anthropic({ baseURL: '${url}', apiKey: process.env.SILICA_API_KEY })
const answer = await client.messages.create(${JSON.stringify(request, null, 2)})
${use}
`
}

function anthropicThinking(on: boolean, budget: unknown): object {
  return on ? { type: 'enabled', budget_tokens: budget ?? 1024 } : { type: 'disabled' }
}

function anthropicTool({ function: one }: { function: Record<string, unknown> }): object {
  const { name, description, parameters = { type: 'object' } } = one
  return { name, ...(description === undefined ? {} : { description }), input_schema: parameters }
}

function anthropicMessage(message: ChatMessage): object {
  switch (message.role) {
    case 'tool': {
      const result = { type: 'tool_result', tool_use_id: message.tool_call_id, content: message.content }
      return { role: 'user', content: [result] }
    }
    case 'assistant': {
      const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(input || '{}'),
      }))
      if (calls.length === 0) return { role: 'assistant', content: message.content }
      const text = message.content === '' ? [] : [{ type: 'text', text: message.content }]
      return { role: 'assistant', content: [...text, ...calls] }
    }
    case 'user':
    case 'system':
      return { role: 'user', content: anthropicContent(message.content) }
  }
}

function anthropicContent(content: Extract<ChatMessage, { role: 'user' }>['content']): unknown {
  if (typeof content === 'string') return content
  return content.map((part) => {
    if (part.type === 'text') return part
    const [, type = '', data = ''] = /^data:([^;]+);base64,(.*)$/.exec(part.image_url.url) ?? []
    return { type: 'image', source: { type: 'base64', media_type: type, data } }
  })
}

function pick(body: ChatBody, names: readonly string[]): object {
  return Object.fromEntries(names.filter((name) => name in body).map((name) => [name, body[name]]))
}
