import Type, { type TSchema } from 'typebox'
import { announcementKinds, deliveryStates } from '../../chat/announcement.ts'
import { lifeStates } from '../../chat/life.ts'

/** What the API answers, as the reference shows it. */

const text = Type.String()
const count = Type.Integer({ minimum: 0 })
const any = Type.Unknown()
const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()])
const oneOf = (...values: readonly string[]) => Type.Enum([...values])
const time = Type.String({ format: 'date-time' })
const hex = Type.String({ pattern: '^[0-9a-f]{32}$' })

/** A list of the admin API. */
export const listOf = (item: TSchema) => Type.Object({ data: Type.Array(item), next: orNull(text) })

const usage = Type.Object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  completion_tokens_details: Type.Optional(Type.Object({ reasoning_tokens: count })),
  prompt_tokens_details: Type.Object({ cached_tokens: count }),
  prompt_cache_hit_tokens: count,
  prompt_cache_miss_tokens: count,
})

const head = (object: string) => ({
  id: hex,
  object: Type.Literal(object),
  created: count,
  model: text,
  usage,
  system_fingerprint: text,
})

const finishReason = oneOf('stop', 'length', 'tool_calls')

export const chatCompletion = Type.Object({
  ...head('chat.completion'),
  choices: Type.Array(
    Type.Object({
      index: count,
      message: Type.Object({
        role: Type.Literal('assistant'),
        content: text,
        reasoning_content: Type.Optional(text),
        tool_calls: Type.Optional(
          Type.Array(
            Type.Object({
              id: text,
              type: Type.Literal('function'),
              function: Type.Object({ name: text, arguments: text }),
            }),
          ),
        ),
      }),
      logprobs: Type.Optional(any),
      finish_reason: finishReason,
    }),
  ),
})

export const completion = Type.Object({
  ...head('text_completion'),
  choices: Type.Array(
    Type.Object({ index: count, text, logprobs: Type.Null(), finish_reason: finishReason }),
  ),
})

export const tokens = Type.Object({
  count,
  max_model_len: count,
  tokens: Type.Optional(Type.Array(Type.Integer())),
})

export const embeddings = Type.Object({
  object: Type.Literal('list'),
  data: Type.Array(
    Type.Object({
      object: Type.Literal('embedding'),
      index: count,
      embedding: Type.Union([Type.Array(Type.Number()), text]),
    }),
  ),
  model: text,
  usage: Type.Object({ prompt_tokens: count, completion_tokens: count, total_tokens: count }),
})

export const message = Type.Object({
  id: Type.String({ pattern: '^msg_' }),
  type: Type.Literal('message'),
  role: Type.Literal('assistant'),
  model: text,
  content: Type.Array(Type.Object({ type: oneOf('text', 'thinking', 'tool_use') })),
  stop_reason: oneOf('end_turn', 'stop_sequence', 'max_tokens', 'tool_use'),
  stop_sequence: orNull(text),
  usage: Type.Object({
    input_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
    output_tokens: count,
  }),
})

export const inputTokens = Type.Object({ input_tokens: count })

const limit = Type.Object({ default: count, max: count })

const abilities = {
  type: text,
  sub_type: text,
  context_length: count,
  max_tokens: limit,
  thinking: Type.Object({ mode: oneOf('never', 'always', 'switch') }),
  reasoning_effort: any,
  tools: oneOf('never', 'always', 'without-thinking'),
  response_format: Type.Array(text),
  media: Type.Array(oneOf('image', 'audio', 'video')),
  min_p: Type.Boolean(),
  suffix: Type.Boolean(),
  embedding: orNull(Type.Object({ dimensions: count, shortens: Type.Boolean() })),
  sampling: Type.Object({}),
}

export const model = Type.Object({
  id: text,
  object: Type.Literal('model'),
  created: count,
  owned_by: text,
  state: oneOf(...lifeStates),
  sunset: orNull(time),
  successor: orNull(text),
  ...abilities,
})

export const models = Type.Object({ object: Type.Literal('list'), data: Type.Array(model) })

const announcementFields = {
  id: text,
  object: Type.Literal('announcement'),
  created: count,
  model: text,
  kind: oneOf(...announcementKinds),
  title: text,
  state: oneOf(...lifeStates),
  sunset: orNull(time),
  successor: orNull(text),
  changes: Type.Array(Type.Object({ field: text, from: any, to: any })),
}

export const announcements = Type.Object({
  object: Type.Literal('list'),
  data: Type.Array(Type.Object(announcementFields)),
  first_id: orNull(text),
  last_id: orNull(text),
  has_more: Type.Boolean(),
})

export const userInfo = Type.Object({
  code: count,
  message: text,
  status: Type.Boolean(),
  data: Type.Object({ id: text, name: text, balance: text, chargeBalance: text, totalBalance: text }),
})

export const health = Type.Object({
  status: oneOf('ok', 'unavailable'),
  models: Type.Array(Type.Object({ id: text, status: text, running: count, waiting: count })),
  records: Type.Object({ status: text, waiting_bytes: count, lost: count }),
})

export const account = Type.Object({
  id: text,
  name: text,
  level: text,
  keep_bodies: Type.Boolean(),
  created_at: time,
  disabled_at: orNull(time),
})

export const key = Type.Object({
  id: text,
  account_id: text,
  name: text,
  role: oneOf('caller', 'admin'),
  models: orNull(Type.Array(text)),
  created_at: time,
  expires_at: orNull(time),
  disabled_at: orNull(time),
  secret: Type.Optional(text),
})

export const record = Type.Object({
  id: hex,
  account_id: text,
  key_id: text,
  model: text,
  received_at: time,
  done_at: time,
  prompt_tokens: count,
  completion_tokens: count,
  reasoning_tokens: count,
  outcome: oneOf('finished', 'failed', 'abandoned'),
  reasons: Type.Array(text),
  failure: orNull(text),
  timings: Type.Object({}),
  attempts: Type.Array(Type.Object({})),
  decisions: Type.Object({}),
})

export const usageReport = Type.Object({
  from: time,
  to: time,
  step_seconds: count,
  by: text,
  data: Type.Array(Type.Object({ at: time, group: text, requests: count })),
  totals: Type.Array(Type.Object({ group: text, requests: count })),
})

export const adminModel = Type.Object({
  id: text,
  state: oneOf(...lifeStates),
  since: orNull(time),
  sunset_at: orNull(time),
  successor: orNull(text),
  served: Type.Boolean(),
  stand_in: orNull(text),
  engine: Type.Object({ kind: oneOf('none', 'llama', 'upstream', 'pool') }),
  abilities: Type.Object(abilities),
})

export const ownAnnouncement = Type.Object({ ...announcementFields, by: text })

export const webhook = Type.Object({ name: text, origin: text })

export const delivery = Type.Object({
  id: text,
  announcement_id: text,
  webhook: text,
  state: oneOf(...deliveryStates),
  attempts: count,
  next_at: orNull(time),
  result: text,
})

export const replica = Type.Object({
  id: text,
  name: text,
  kind: text,
  status: text,
  draining: Type.Boolean(),
})

export const engine = Type.Object({ model: text, status: text, replicas: Type.Array(replica) })

export const session = Type.Object({ account_id: text, key_id: text })

const error = { message: text, type: text, code: text, param: orNull(text) }
const flat = { code: Type.Integer(), message: text, data: Type.Null() }
/** How the service writes a failure, and beside it what clients of OpenAI read. */
export const failure = Type.Object({ ...flat, error: Type.Object(error) })
/** The same as clients of Anthropic read it. */
export const messagesFailure = Type.Object({
  type: Type.Literal('error'),
  ...flat,
  error: Type.Object(error),
})
