import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  anyObject,
  effort,
  maybe,
  mostTools,
  name,
  openaiFields,
  text,
  textPart,
  thinkingBudget,
} from '../rules/fields.ts'

const detail = maybe(Type.Enum(['auto', 'low', 'high']))
const frames = maybe(Type.Integer({ minimum: 1, maximum: 65_536 }))
const imagePart = Type.Object({
  type: Type.Literal('image_url'),
  image_url: Type.Object({ url: name, detail }),
})
const audioPart = Type.Object({ type: Type.Literal('audio_url'), audio_url: Type.Object({ url: name }) })
const videoPart = Type.Object({
  type: Type.Literal('video_url'),
  video_url: Type.Object({
    url: name,
    detail,
    fps: maybe(Type.Number({ exclusiveMinimum: 0, maximum: 1000 })),
    max_frames: frames,
    // The service's schema has it so, its guide as above.
    max_frams: frames,
  }),
})

const systemMessage = Type.Object({ role: Type.Literal('system'), content: text })

const userMessage = Type.Object({
  role: Type.Literal('user'),
  content: Type.Union([
    Type.String(),
    Type.Array(Type.Union([textPart, imagePart, audioPart, videoPart]), { minItems: 1 }),
  ]),
})

const assistantMessage = Type.Object({
  role: Type.Literal('assistant'),
  content: maybe(text),
  reasoning_content: maybe(Type.String()),
  tool_calls: maybe(
    Type.Array(
      Type.Object({
        id: name,
        type: maybe(Type.Literal('function')),
        function: Type.Object({ name, arguments: Type.String() }),
      }),
    ),
  ),
})

const toolMessage = Type.Object({ role: Type.Literal('tool'), content: text, tool_call_id: name })

const tool = Type.Object({
  type: Type.Literal('function'),
  function: Type.Object({
    name: Type.String({ pattern: '^[a-zA-Z0-9_-]{1,64}$' }),
    description: maybe(Type.String()),
    parameters: maybe(anyObject),
    strict: maybe(Type.Boolean()),
  }),
})

/** The body of `POST /v1/chat/completions`, as far as it is the same for every model. Other fields are ignored. */
export const bodySchema = Type.Object({
  ...openaiFields,
  messages: Type.Array(Type.Union([systemMessage, userMessage, assistantMessage, toolMessage]), {
    minItems: 1,
  }),
  max_completion_tokens: maybe(Type.Integer({ minimum: 1 })),
  enable_thinking: maybe(Type.Boolean()),
  thinking_budget: maybe(thinkingBudget),
  reasoning_effort: maybe(effort),
  response_format: maybe(
    Type.Union([
      Type.Object({ type: Type.Literal('text') }),
      Type.Object({ type: Type.Literal('json_object') }),
      Type.Object({
        type: Type.Literal('json_schema'),
        json_schema: Type.Object({
          name: maybe(Type.String()),
          strict: maybe(Type.Boolean()),
          schema: anyObject,
        }),
      }),
    ]),
  ),
  tools: maybe(Type.Array(tool, { maxItems: mostTools })),
  tool_choice: maybe(
    Type.Union([
      Type.Enum(['none', 'auto', 'required']),
      Type.Object({ type: Type.Literal('function'), function: Type.Object({ name }) }),
    ]),
  ),
  parallel_tool_calls: maybe(Type.Boolean()),
  logprobs: maybe(Type.Boolean()),
  top_logprobs: maybe(Type.Integer({ minimum: 0, maximum: 20 })),
  prefix: maybe(Type.String()),
  suffix: maybe(Type.String()),
})

export type Body = Static<typeof bodySchema>
export type BodyMessage = Body['messages'][number]
export type BodyTools = NonNullable<Body['tools']>
export type BodyPart = Exclude<Extract<BodyMessage, { role: 'user' }>['content'], string>[number]

export const bodyShape = Compile(bodySchema)
