import type { Json, JsonObject } from '../../chat/json.ts'
import type { Model } from '../../chat/model.ts'
import type { Prompt, Sampling, ToolUse } from '../../chat/request.ts'
import { type Begun, unsupported } from './begun.ts'
import type { WrittenRequest } from './exchange.ts'
import type { ServerTraits } from './servers.ts'
import { writeBegun, writeMessages } from './write-messages.ts'

/** One request to a server: which part of an answer it is to give, and by what rules. */
export interface Order {
  readonly traits: ServerTraits
  /** What the server calls the model. */
  readonly model: string
  readonly prompt: Prompt
  readonly begun: Begun
  /** How many choices it is to give, and the number of the first. */
  readonly choices: number
  readonly first: number
  /** Whether the server is to keep to the thinking budget by itself. */
  readonly budget: 'there' | 'here'
  /** Whether all of it is to come at once, when it is over. */
  readonly whole: boolean
}

/**
 * Writes a request in the words of its server. Throws `invalid-request` for what the server cannot be asked for and
 * nobody here can do in its place.
 */
export function writeRequest(order: Order): WrittenRequest {
  return { path: 'chat/completions', body: { ...writeAnswer(order), ...writePrompt(order) } }
}

/** What bears on the tokens of the prompt. */
export function writePrompt(order: Order): JsonObject {
  const { model, prompt, begun, traits } = order
  const { messages, fields } = writeBegun(prompt.model, begun, traits)
  return {
    model,
    messages: [...writeMessages(prompt, traits), ...messages],
    ...fields,
    ...writeThinking(order),
    ...writeOutput(prompt),
    ...writeTools(prompt.tools),
  }
}

/** The same for a bare text. A gap is sent as such or, where the server knows none, between the model's own marks. */
export function writeCompletion(order: Order): WrittenRequest {
  const { traits, prompt } = order
  const { suffix, begun, model } = prompt
  const marks = model.dialect.infill
  if (suffix !== '' && traits.gap === 'marks' && marks === null)
    throw unsupported('suffix', 'filling in the middle')
  const gap =
    suffix === '' || traits.gap === 'field' || marks === null
      ? { prompt: begun.text, ...(suffix === '' ? {} : { suffix }) }
      : { prompt: marks.prefix + begun.text + marks.suffix + suffix + marks.middle }
  return { path: 'completions', body: { ...writeAnswer(order), ...gap } }
}

/** What is asked of every answer, whatever the prompt. */
function writeAnswer(order: Order): JsonObject {
  const { traits, model, prompt, choices, first } = order
  return {
    model,
    ...(order.whole ? { stream: false } : { stream: true, ...traits.streamed }),
    ...traits.always,
    ...(choices > 1 ? { n: choices } : {}),
    ...writeSampling(prompt.sampling, prompt.model, traits, first),
    max_tokens: writeLimit(order),
    ...writeBias(prompt, traits),
    ...writeLogprobs(prompt, traits),
  }
}

/** More tokens than any model puts around a thought: its marks, and the line breaks beside them. */
const mostMarks = 16

function writeLimit({ traits, prompt: { answerLimit, thinking, model }, begun }: Order): number {
  const thinks = thinking.mode === 'on' && begun.at !== 'answer'
  if (traits.limit === 'answer' || !thinks) return answerLimit
  // The answer's part of it is kept to here.
  return Math.min(model.contextLength, answerLimit + thinking.budget + mostMarks)
}

function writeSampling(
  { temperature, topP, topK, minP, frequencyPenalty, presencePenalty, seed }: Sampling,
  model: Model,
  traits: ServerTraits,
  first: number,
): JsonObject {
  if (!traits.topK && topK !== model.sampling.topK) throw unsupported('top_k', 'top_k')
  if (!traits.minP && minP !== model.sampling.minP) throw unsupported('min_p', 'min_p')
  return {
    temperature,
    top_p: topP,
    ...(traits.topK ? { top_k: topK === 0 ? traits.topKOff : topK } : {}),
    // The service knows it for some models alone.
    ...(traits.minP && (model.minP || minP > 0) ? { min_p: minP } : {}),
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    // Each choice has a seed of its own, also where it is asked for by itself.
    ...(seed === null ? {} : { seed: seed + first }),
  }
}

function writeThinking({ traits, prompt: { model, thinking }, budget, begun }: Order): JsonObject {
  const on = thinking.mode === 'on'
  const held = on && budget === 'there' && begun.at !== 'answer' ? { [traits.budget]: thinking.budget } : {}
  switch (traits.thinking) {
    case 'template': {
      const { switches } = model
      const variables = [
        ...switches.thinking.map((name) => [name, on] as const),
        ...(on ? switches.effort.map((name) => [name, thinking.effort.level] as const) : []),
      ]
      return {
        ...held,
        ...(variables.length > 0 ? { chat_template_kwargs: Object.fromEntries(variables) } : {}),
      }
    }
    case 'fields':
      return {
        ...held,
        // Refused by the service for models that have no such switch.
        ...(model.thinking.kind === 'switch' ? { enable_thinking: on } : {}),
        ...(on && model.effort.kind === 'choice' ? { reasoning_effort: thinking.effort.level } : {}),
      }
    case 'none':
      if (model.thinking.kind === 'switch' && model.thinking.byDefault !== on)
        throw unsupported('enable_thinking', `thinking to be switched ${on ? 'on' : 'off'}`)
      return {}
  }
}

function writeBias({ bias }: Prompt, traits: ServerTraits): JsonObject {
  if (bias.length === 0) return {}
  if (!traits.logits) throw unsupported('logit_bias', 'logit_bias')
  return { logit_bias: Object.fromEntries(bias.map((each) => [String(each.token), each.bias])) }
}

/** At least one: llama-server takes none to mean no log probabilities at all. */
function writeLogprobs({ logprobs }: Prompt, traits: ServerTraits): JsonObject {
  if (logprobs === null) return {}
  if (!traits.logits) throw unsupported('logprobs', 'logprobs')
  return { logprobs: true, top_logprobs: Math.max(1, logprobs) }
}

function writeOutput({ output }: Prompt): JsonObject {
  switch (output.kind) {
    case 'text':
      return {}
    case 'json':
      return { response_format: { type: 'json_object' } }
    case 'schema':
      return {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', strict: true, schema: output.schema },
        },
      }
  }
}

/** A call that must be of one tool is one that must be, where no other tool is known: every server understands that. */
function writeTools(use: ToolUse): JsonObject {
  if (use.mode === 'none') return {}
  const tools = use.mode === 'one' ? [use.tool] : use.tools
  return {
    tools: tools.map(({ name, description, parameters, strict }): Json => {
      return { type: 'function', function: { name, description, parameters, ...(strict ? { strict } : {}) } }
    }),
    tool_choice: use.mode === 'auto' ? 'auto' : 'required',
  }
}
