import Type, { type TSchema } from 'typebox'
import { deliveryStates } from '../../chat/announcement.ts'
import type { FailureKind } from '../../chat/failure.ts'
import type { Shape } from '../../schema/find-fault.ts'
import {
  accountChangeShape,
  keyChangeShape,
  lifeChangeShape,
  newAccountShape,
  newKeyShape,
} from '../admin/bodies.ts'
import { bodySchema as chatBody } from '../chat-completions/schema.ts'
import { bodySchema as completionBody } from '../completions/schema.ts'
import { bodySchema as embeddingsBody } from '../embeddings/read-request.ts'
import { bodySchema as messagesBody } from '../messages/schema.ts'
import { subTypes, types } from '../models.ts'
import { bodySchema as tokenizeBody } from '../tokenize/read-request.ts'
import * as shapes from './shapes.ts'

/** One request that the server answers, and all that can come of it. */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  readonly path: string
  /** Who may ask: those with a key, those with an admin key, or everybody. */
  readonly by: 'callers' | 'admins' | 'everybody'
  readonly summary: string
  readonly about: string
  readonly parameters: readonly Parameter[]
  readonly body: { readonly schema: Shape; readonly example: object } | null
  readonly answer: Answer
  /** What can go wrong beside what can go wrong with every request. */
  readonly failures: readonly FailureKind[]
  /** In whose shape failures come. */
  readonly shape: 'service' | 'anthropic'
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly schema: Shape
  readonly about: string
  /** For a request that can be tried as it stands. */
  readonly example: string
}

export interface Answer {
  readonly status: number
  readonly about: string
  /** By their types; a schema is null where it is no JSON. None at all where the answer has no body. */
  readonly contents: readonly (readonly [type: string, schema: TSchema | null])[]
}

const json = 'application/json'
const question = [{ role: 'user', content: 'What is 17 + 25?' }]

const asked: readonly FailureKind[] = [
  'unknown-model',
  'model-disabled',
  'context-overflow',
  'rate-limited',
  'overloaded',
  'engine-lost',
]
const answered: readonly FailureKind[] = [
  ...asked,
  'json-unsupported',
  'calls-unsupported',
  'content-refused',
]

const plain = {
  about: '',
  parameters: [],
  body: null,
  failures: [],
  shape: 'service',
} satisfies Partial<Endpoint>

/** An answer that is one JSON value. */
function whole(schema: TSchema, status = 200): Answer {
  return { status, about: 'The answer.', contents: [[json, schema]] }
}

/** One that may be streamed too. */
function streamed(schema: TSchema): Answer {
  return {
    status: 200,
    about: 'The answer, or with `stream` server-sent events.',
    contents: [
      [json, schema],
      ['text/event-stream', null],
    ],
  }
}

function page(type: string): Answer {
  return { status: 200, about: 'The page.', contents: [[type, null]] }
}

const nothing: Answer = { status: 204, about: 'Done.', contents: [] }

function query(name: string, about: string, schema: Shape = Type.String(), example = ''): Parameter {
  return { name, in: 'query', schema, about, example }
}

function path(name: string, about: string, example: string): Parameter {
  return { name, in: 'path', schema: Type.String({ minLength: 1 }), about, example }
}

function limit(byDefault: number, maximum: number): Parameter {
  return query('limit', `How many at most (${byDefault}).`, Type.Integer({ minimum: 1, maximum }), '2')
}

const cursor = query('cursor', 'The `next` of the page before.')
const time = (name: string, about: string) => query(name, about, Type.String(), '2020-01-01')
const choice = (name: string, about: string, values: readonly string[]) =>
  query(name, about, Type.Enum([...values]), values[0])

/** Everything that the server answers but the files of its console. All paths of `/v1` stand without it too. */
export function endpointsOf(model: string): readonly Endpoint[] {
  const modelId = path('id', 'The id of a model. Its slashes may stand as they are or encoded.', model)
  return [
    {
      ...plain,
      method: 'post',
      path: '/v1/chat/completions',
      by: 'callers',
      summary: 'An answer to a conversation',
      about:
        "In SiliconFlow's shape. What a model takes beyond these ranges, and less than they allow, stands in its row: see `GET /v1/models`. Fields that are not known are ignored.",
      body: {
        schema: chatBody,
        example: { model, messages: question, max_tokens: 64, thinking_budget: 128, temperature: 0 },
      },
      answer: streamed(shapes.chatCompletion),
      failures: answered,
    },
    {
      ...plain,
      method: 'post',
      path: '/v1/completions',
      by: 'callers',
      summary: 'The continuation of a text, or the filling of a gap in it',
      body: { schema: completionBody, example: { model, prompt: 'Once upon a time', max_tokens: 16 } },
      answer: streamed(shapes.completion),
      failures: answered,
    },
    {
      ...plain,
      method: 'post',
      path: '/v1/embeddings',
      by: 'callers',
      summary: 'The vectors of texts, by a model that makes such',
      body: { schema: embeddingsBody, example: { model: 'owner/embedder', input: ['Hello'] } },
      answer: whole(shapes.embeddings),
      failures: asked,
    },
    {
      ...plain,
      method: 'post',
      path: '/v1/tokenize',
      by: 'callers',
      summary: 'The tokens of a prompt',
      about:
        'The body is that of a chat completion, which has `messages`, or of a completion, which has a `prompt`. Nothing is generated.',
      body: {
        schema: Type.Union([
          Type.Object({ ...completionBody.properties, ...tokenizeBody.properties }),
          Type.Object({ ...chatBody.properties, ...tokenizeBody.properties }),
        ]),
        example: { model, prompt: 'Once upon a time', return_token_ids: true },
      },
      answer: whole(shapes.tokens),
      failures: answered,
    },
    {
      ...plain,
      method: 'post',
      path: '/v1/messages',
      by: 'callers',
      summary: "An answer to a conversation, in the shape of Anthropic's Messages",
      about: 'The key may stand in `x-api-key`.',
      body: { schema: messagesBody, example: { model, messages: question, max_tokens: 64 } },
      answer: streamed(shapes.message),
      failures: answered,
      shape: 'anthropic',
    },
    {
      ...plain,
      method: 'post',
      path: '/v1/messages/count_tokens',
      by: 'callers',
      summary: 'The tokens of a conversation',
      body: { schema: messagesBody, example: { model, messages: question } },
      answer: whole(shapes.inputTokens),
      failures: answered,
      shape: 'anthropic',
    },
    {
      ...plain,
      method: 'get',
      path: '/v1/models',
      by: 'callers',
      summary: 'The models that can be asked',
      parameters: [
        choice('type', 'Only of this type.', types),
        choice('sub_type', 'Only of this kind.', subTypes),
      ],
      answer: whole(shapes.models),
    },
    {
      ...plain,
      method: 'get',
      path: '/v1/models/{id}',
      by: 'callers',
      summary: 'One model',
      parameters: [modelId],
      answer: whole(shapes.model),
      failures: ['not-found', 'model-disabled'],
    },
    {
      ...plain,
      method: 'get',
      path: '/v1/announcements',
      by: 'callers',
      summary: 'What changed of the models, the newest first',
      about: 'For everybody where the settings say `announcements: everybody`.',
      parameters: [
        query('model', 'Only of this model.', Type.String(), model),
        query('after', 'The `last_id` of the page before.'),
        limit(20, 100),
      ],
      answer: whole(shapes.announcements),
    },
    {
      ...plain,
      method: 'get',
      path: '/v1/announcements.atom',
      by: 'callers',
      summary: 'The same as an Atom feed',
      parameters: [
        query('model', 'Only of this model.', Type.String(), model),
        query('after', 'The `last_id` of the page before.'),
        limit(20, 100),
      ],
      answer: page('application/atom+xml'),
    },
    {
      ...plain,
      method: 'get',
      path: '/v1/user/info',
      by: 'callers',
      summary: 'Who holds the key',
      about: 'Nothing is charged here: the balance is a large number that never falls.',
      answer: whole(shapes.userInfo),
    },
    {
      ...plain,
      method: 'get',
      path: '/health',
      by: 'everybody',
      summary: 'Whether the engines can answer',
      about: 'The same with status 503 where one of them cannot.',
      answer: whole(shapes.health),
    },
    {
      ...plain,
      method: 'get',
      path: '/metrics',
      by: 'admins',
      summary: 'Figures for Prometheus',
      about: 'For everybody where the settings say `metrics: everybody`.',
      answer: page('text/plain'),
    },
    {
      ...plain,
      method: 'get',
      path: '/openapi.json',
      by: 'everybody',
      summary: 'This reference as OpenAPI 3.1',
      answer: whole(Type.Object({ openapi: Type.String() })),
    },
    {
      ...plain,
      method: 'get',
      path: '/docs',
      by: 'everybody',
      summary: 'This reference as a page',
      answer: page('text/html'),
    },
    {
      ...plain,
      method: 'get',
      path: '/docs/guides/{name}',
      by: 'everybody',
      summary: 'A guide, as Markdown',
      parameters: [path('name', 'Its name, as `/llms.txt` lists it.', 'thinking.md')],
      answer: page('text/plain'),
      failures: ['unknown-path'],
    },
    {
      ...plain,
      method: 'get',
      path: '/llms.txt',
      by: 'everybody',
      summary: 'What there is to read, for models and those who use them',
      answer: page('text/plain'),
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/accounts',
      by: 'admins',
      summary: 'The accounts',
      answer: whole(shapes.listOf(shapes.account)),
    },
    {
      ...plain,
      method: 'post',
      path: '/admin/v1/accounts',
      by: 'admins',
      summary: 'Makes an account',
      body: { schema: newAccountShape, example: { id: 'team', name: 'The team' } },
      answer: whole(shapes.account, 201),
      failures: ['taken'],
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/accounts/{id}',
      by: 'admins',
      summary: 'One account',
      parameters: [path('id', 'Its id.', 'default')],
      answer: whole(shapes.account),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'patch',
      path: '/admin/v1/accounts/{id}',
      by: 'admins',
      summary: 'Changes an account',
      parameters: [path('id', 'Its id.', 'default')],
      body: { schema: accountChangeShape, example: { name: 'Everybody else' } },
      answer: whole(shapes.account),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/keys',
      by: 'admins',
      summary: 'The keys, without their secrets',
      answer: whole(shapes.listOf(shapes.key)),
    },
    {
      ...plain,
      method: 'post',
      path: '/admin/v1/keys',
      by: 'admins',
      summary: 'Makes a key, whose secret is in this answer alone',
      body: { schema: newKeyShape, example: { name: 'laptop', expires_at: '2099-01-31' } },
      answer: whole(shapes.key, 201),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/keys/{id}',
      by: 'admins',
      summary: 'One key',
      parameters: [path('id', 'Its id: the first 11 characters of the secret.', 'sk-example1')],
      answer: whole(shapes.key),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'patch',
      path: '/admin/v1/keys/{id}',
      by: 'admins',
      summary: 'Changes a key',
      parameters: [path('id', 'Its id: the first 11 characters of the secret.', 'sk-example1')],
      body: { schema: keyChangeShape, example: { disabled: false } },
      answer: whole(shapes.key),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/requests',
      by: 'admins',
      summary: 'The records of requests, the newest first',
      parameters: [
        time('from', 'Only those received then or later.'),
        time('until', 'Only those received earlier.'),
        query('account_id', 'Only of this account.'),
        query('key_id', 'Only with this key.'),
        query('model', 'Only of this model.'),
        query('outcome', 'Only finished, failed or abandoned ones.'),
        query('failure', 'Only those that failed so.'),
        query('trace_id', 'Only those that their callers named so.'),
        limit(100, 1000),
        cursor,
      ],
      answer: whole(shapes.listOf(shapes.record)),
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/requests/{id}',
      by: 'admins',
      summary: 'One record',
      parameters: [
        path('id', 'What stood in `x-siliconcloud-trace-id`.', '01a207678710794769411a115d35701e'),
      ],
      answer: whole(shapes.record),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/usage',
      by: 'admins',
      summary: 'What was used over time',
      parameters: [
        time('from', 'The first moment (a day before the last).'),
        query('to', 'The last moment (now).'),
        query('step', 'Minutes, hours or days such as 5m, 1h or 1d (1h).', Type.String(), '7d'),
        choice('by', 'One row for each.', ['none', 'model', 'account', 'key']),
        query('account_id', 'Only of this account.'),
        query('key_id', 'Only with this key.'),
        query('model', 'Only of this model.'),
        choice('format', 'CSV has the steps alone.', ['json', 'csv']),
      ],
      answer: {
        status: 200,
        about: 'The figures.',
        contents: [
          [json, shapes.usageReport],
          ['text/csv', null],
        ],
      },
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/models',
      by: 'admins',
      summary: 'The catalogue',
      answer: whole(shapes.listOf(shapes.adminModel)),
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/models/{id}',
      by: 'admins',
      summary: 'One model of the catalogue',
      parameters: [modelId],
      answer: whole(shapes.adminModel),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'patch',
      path: '/admin/v1/models/{id}',
      by: 'admins',
      summary: 'Takes a model offline, deprecates it, or has it answer again',
      parameters: [modelId],
      body: { schema: lifeChangeShape, example: { state: 'deprecated', sunset_at: '2099-01-31' } },
      answer: whole(shapes.adminModel),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/announcements',
      by: 'admins',
      summary: 'What changed of the models, and who changed it',
      parameters: [query('model', 'Only of this model.', Type.String(), model), limit(20, 100), cursor],
      answer: whole(shapes.listOf(shapes.ownAnnouncement)),
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/webhooks',
      by: 'admins',
      summary: 'Where announcements are sent',
      answer: whole(shapes.listOf(shapes.webhook)),
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/deliveries',
      by: 'admins',
      summary: 'What was sent to webhooks, the newest first',
      parameters: [choice('state', 'Only those that are so.', deliveryStates), limit(100, 1000), cursor],
      answer: whole(shapes.listOf(shapes.delivery)),
    },
    {
      ...plain,
      method: 'post',
      path: '/admin/v1/deliveries/{id}/resend',
      by: 'admins',
      summary: 'Sends one again',
      parameters: [path('id', 'Its id.', '01a207678710794769411a115d35701e')],
      answer: whole(shapes.delivery),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/engines',
      by: 'admins',
      summary: 'How the engines stand',
      answer: whole(shapes.listOf(shapes.engine)),
    },
    {
      ...plain,
      method: 'post',
      path: '/admin/v1/replicas/{id}/drain',
      by: 'admins',
      summary: 'Asks a replica for nothing new',
      parameters: [path('id', 'Its id.', '235b5c6b24de')],
      answer: whole(shapes.replica),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'post',
      path: '/admin/v1/replicas/{id}/resume',
      by: 'admins',
      summary: 'Asks it again',
      parameters: [path('id', 'Its id.', '235b5c6b24de')],
      answer: whole(shapes.replica),
      failures: ['not-found'],
    },
    {
      ...plain,
      method: 'post',
      path: '/admin/v1/session',
      by: 'admins',
      summary: 'Signs the console in',
      answer: nothing,
    },
    {
      ...plain,
      method: 'get',
      path: '/admin/v1/session',
      by: 'admins',
      summary: 'Who is signed in',
      about: 'By the cookie of the console, which sends the header `x-silica-console` beside it.',
      answer: whole(shapes.session),
    },
    {
      ...plain,
      method: 'delete',
      path: '/admin/v1/session',
      by: 'everybody',
      summary: 'Signs the console out',
      answer: nothing,
    },
  ]
}
