import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { maybe, openaiFields } from '../rules/fields.ts'

/** The body of `POST /v1/completions`, as far as it is the same for every model. Other fields are ignored. */
export const bodySchema = Type.Object({
  ...openaiFields,
  // Many clients send a list, with the one text that they have.
  prompt: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1, maxItems: 1 })]),
  suffix: maybe(Type.String()),
  echo: maybe(Type.Boolean()),
  best_of: maybe(Type.Integer({ minimum: 1 })),
  logprobs: maybe(Type.Integer({ minimum: 0 })),
})

export type Body = Static<typeof bodySchema>
export const bodyShape = Compile(bodySchema)
