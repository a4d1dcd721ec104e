import type { PromptTokens } from '../../chat/engine.ts'
import { Failure } from '../../chat/failure.ts'
import { isBareText } from '../../chat/request.ts'
import type { Connections } from './exchange.ts'
import { countOf, fieldOf, listOf, textOf } from './read-json.ts'
import { type Order, writeCompletion, writePrompt } from './write-request.ts'

/** The tokens of a prompt, as its server counts them. Throws `invalid-request` where it does not. */
export async function countPrompt(
  order: Order,
  connections: Connections,
  signal: AbortSignal,
): Promise<PromptTokens> {
  const { traits, prompt, model } = order
  const parts = prompt.messages.flatMap((message) => (message.role === 'user' ? message.parts : []))
  if (parts.some(({ type }) => type !== 'text')) throw uncountable()
  const bare = isBareText(prompt)
  const text = bare ? textOf(writeCompletion(order).body['prompt']) : ''
  switch (traits.tokenizer) {
    case 'none':
      throw uncountable()
    case 'messages':
      return read(
        await connections.post(traits.tokenize, bare ? { model, prompt: text } : writePrompt(order), signal),
      )
    case 'template': {
      const written = bare
        ? text
        : textOf(fieldOf(await connections.post('../apply-template', writePrompt(order), signal), 'prompt'))
      return read(
        await connections.post(
          traits.tokenize,
          { content: written, add_special: true, parse_special: true },
          signal,
        ),
      )
    }
  }
}

/** The tokens of a text that the model wrote. */
export async function countText(
  text: string,
  { traits, model }: Order,
  connections: Connections,
  signal: AbortSignal,
): Promise<number> {
  if (text === '') return 0
  const question =
    traits.tokenizer === 'template'
      ? { content: text, parse_special: true }
      : { model, prompt: text, add_special_tokens: false }
  return read(await connections.post(traits.tokenize, question, signal)).count
}

/** vLLM tells a number, llama-server tells the tokens alone. */
function read(answer: unknown): PromptTokens {
  const ids = listOf(fieldOf(answer, 'tokens')).map((id) => countOf(id) ?? 0)
  const count = countOf(fieldOf(answer, 'count')) ?? ids.length
  if (count === 0) throw uncountable()
  return { count, ids }
}

export function uncountable(): Failure {
  return new Failure(
    'invalid-request',
    'The server that runs this model counts tokens only while it answers; ask it with max_tokens 1.',
    { field: 'model' },
  )
}
