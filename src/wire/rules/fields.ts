import Type, { type TSchema } from 'typebox'
import type { JsonObject } from '../../chat/json.ts'

/** Many clients send null for what they leave out. */
export function maybe<T extends TSchema>(schema: T) {
  return Type.Optional(Type.Union([schema, Type.Null()]))
}

export const name = Type.String({ minLength: 1 })
export const anyObject = Type.Unsafe<JsonObject>(Type.Object({}))
export const textPart = Type.Object({ type: Type.Literal('text'), text: Type.String() })
export const text = Type.Union([Type.String(), Type.Array(textPart, { minItems: 1 })])

/** The length is ours to choose: the service names none, and the decoder's work must stay small. */
const stopText = Type.String({ minLength: 1, maxLength: 1024 })
// The service documents at least one text in a list, and an empty list as the default of its vision models.
export const stopTexts = Type.Array(stopText, { maxItems: 4 })
const stopTextOrTexts = Type.Union([stopText, stopTexts])

// The least budget that is served; its reference asks for more.
export const thinkingBudget = Type.Integer({ minimum: 1, maximum: 32768 })
export const effort = Type.Enum(['low', 'medium', 'high', 'xhigh', 'max'])

/** The fields that both APIs have, with one meaning. */
export const commonFields = {
  model: name,
  stream: maybe(Type.Boolean()),
  max_tokens: maybe(Type.Integer({ minimum: 1 })),
  temperature: maybe(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: maybe(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
  // -1 is how clients of vLLM write 0: off.
  top_k: maybe(Type.Integer({ minimum: -1, maximum: 2 ** 31 - 1 })),
}

/** The fields that OpenAI's two ways to ask for an answer have beside those. */
export const openaiFields = {
  ...commonFields,
  stream_options: maybe(Type.Object({ include_usage: maybe(Type.Boolean()) })),
  min_p: maybe(Type.Number({ minimum: 0, maximum: 1 })),
  stop: maybe(stopTextOrTexts),
  frequency_penalty: maybe(Type.Number({ minimum: -2, maximum: 2 })),
  presence_penalty: maybe(Type.Number({ minimum: -2, maximum: 2 })),
  seed: maybe(Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })),
  n: maybe(Type.Integer({ minimum: 1, maximum: 8 })),
  logit_bias: maybe(anyObject),
}
export const mostTools = 128
