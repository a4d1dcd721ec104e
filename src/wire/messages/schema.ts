import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Json } from '../../chat/json.ts'
import {
  anyObject,
  commonFields,
  effort,
  maybe,
  mostTools,
  name,
  stopTexts,
  text,
  textPart,
  thinkingBudget,
} from '../rules/fields.ts'

const image = Type.Object({
  type: Type.Literal('image'),
  source: Type.Union([
    Type.Object({ type: Type.Literal('url'), url: name }),
    Type.Object({ type: Type.Literal('base64'), media_type: name, data: name }),
  ]),
})

const toolResult = Type.Object({
  type: Type.Literal('tool_result'),
  tool_use_id: name,
  content: maybe(Type.Union([Type.String(), Type.Array(Type.Union([textPart, image]))])),
  is_error: maybe(Type.Boolean()),
})

const toolUse = Type.Object({
  type: Type.Literal('tool_use'),
  id: name,
  name,
  input: Type.Unsafe<Json>(Type.Unknown()),
})

// The signature is ours, and nothing is read from it.
const thinking = Type.Object({ type: Type.Literal('thinking'), thinking: Type.String() })
const redacted = Type.Object({ type: Type.Literal('redacted_thinking') })

const message = Type.Union([
  Type.Object({ role: Type.Literal('system'), content: text }),
  Type.Object({
    role: Type.Literal('user'),
    content: Type.Union([
      Type.String(),
      Type.Array(Type.Union([textPart, image, toolResult]), { minItems: 1 }),
    ]),
  }),
  Type.Object({
    role: Type.Literal('assistant'),
    // None at all is how an answer without text is handed back.
    content: Type.Union([Type.String(), Type.Array(Type.Union([textPart, thinking, redacted, toolUse]))]),
  }),
])

const tool = Type.Object({
  // Tools of other types would have to be run here.
  type: maybe(Type.Literal('custom')),
  name: Type.String({ pattern: '^[a-zA-Z0-9_-]{1,128}$' }),
  description: maybe(Type.String()),
  input_schema: anyObject,
  strict: maybe(Type.Boolean()),
})

const oneByOne = maybe(Type.Boolean())

/** The body of `POST /v1/messages`, as far as it is the same for every model. Other fields are ignored. */
export const bodySchema = Type.Object({
  ...commonFields,
  messages: Type.Array(message, { minItems: 1 }),
  system: maybe(Type.Union([Type.String(), Type.Array(textPart)])),
  stop_sequences: maybe(stopTexts),
  thinking: maybe(
    Type.Union([
      Type.Object({ type: Type.Literal('enabled'), budget_tokens: maybe(thinkingBudget) }),
      Type.Object({ type: Type.Literal('disabled') }),
      Type.Object({ type: Type.Literal('adaptive') }),
    ]),
  ),
  output_config: maybe(
    Type.Object({
      effort: maybe(effort),
      format: maybe(Type.Object({ type: Type.Literal('json_schema'), schema: anyObject })),
    }),
  ),
  tools: maybe(Type.Array(tool, { maxItems: mostTools })),
  tool_choice: maybe(
    Type.Union([
      Type.Object({ type: Type.Literal('auto'), disable_parallel_tool_use: oneByOne }),
      Type.Object({ type: Type.Literal('any'), disable_parallel_tool_use: oneByOne }),
      Type.Object({ type: Type.Literal('none') }),
      Type.Object({ type: Type.Literal('tool'), name, disable_parallel_tool_use: oneByOne }),
    ]),
  ),
})

export type Body = Static<typeof bodySchema>
export type BodyMessage = Body['messages'][number]
type Blocks<Role> = Exclude<Extract<BodyMessage, { role: Role }>['content'], string>
export type UserBlock = Blocks<'user'>[number]
export type AssistantBlock = Blocks<'assistant'>[number]
export type ResultBlock = Extract<UserBlock, { type: 'tool_result' }>
export type ImageBlock = Extract<UserBlock, { type: 'image' }>

export const bodyShape = Compile(bodySchema)
