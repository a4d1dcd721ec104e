import { Failure, type FailureKind } from '../../chat/failure.ts'
import type { Shape } from '../../schema/find-fault.ts'
import { type FailureReply, writeFailure } from '../failures.ts'
import { writeFailure as writeMessagesFailure } from '../messages/write-failure.ts'
import { type Endpoint, endpointsOf, type Parameter } from './endpoints.ts'
import { failureNotes } from './failure-notes.ts'
import { notesOf } from './field-notes.ts'
import * as shapes from './shapes.ts'

/** What can go wrong with every request, and with every one that needs a key or has a body. */
const always: readonly FailureKind[] = ['invalid-request', 'overloaded', 'internal']
const withKey: readonly FailureKind[] = ['malformed-key', 'unknown-key', 'forbidden']
const withBody: readonly FailureKind[] = ['body-too-large', 'body-timeout']

/** Every failure of an endpoint, by the status that it has. */
export function failuresOf(endpoint: Endpoint): ReadonlyMap<number, readonly FailureKind[]> {
  const { by, body, failures } = endpoint
  const kinds = new Set([
    ...always,
    ...(by === 'everybody' ? [] : withKey),
    ...(body === null ? [] : withBody),
    ...failures,
  ])
  return Map.groupBy(kinds, (kind) => replyOf(endpoint, kind).status)
}

function replyOf({ shape }: Endpoint, kind: FailureKind): FailureReply {
  const failure = new Failure(kind, failureNotes[kind].message)
  return shape === 'anthropic' ? writeMessagesFailure(failure) : writeFailure(failure)
}

/** The whole API as OpenAPI 3.1, from the schemas that requests are checked against; its examples ask for `model`. */
export function writeOpenApi(version: string, model: string): string {
  const paths = Object.groupBy(endpointsOf(model), ({ path }) => path)
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Silica',
      version,
      description:
        "SiliconFlow's chat-completions API, self-hosted. All paths of `/v1` are answered without `/v1` too.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, all = []]) => [
        path,
        Object.fromEntries(all.map((endpoint) => [endpoint.method, operationOf(endpoint)])),
      ]),
    ),
    components: {
      schemas: { Failure: shapes.failure, MessagesFailure: shapes.messagesFailure },
      headers: {
        TraceId: {
          description: 'Names the request in the log, the records and the admin API.',
          schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
        },
      },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of a caller.' },
        xApiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same.' },
        adminKey: { type: 'http', scheme: 'bearer', description: 'An admin key.' },
      },
    },
  }
  return JSON.stringify(document, withoutMarks)
}

/** TypeBox notes some things for itself. */
function withoutMarks(key: string, value: unknown): unknown {
  return key.startsWith('~') ? undefined : value
}

function operationOf(endpoint: Endpoint): object {
  const { method, path, by, summary, about, parameters, body } = endpoint
  return {
    operationId: `${method}${path.replaceAll(/[^a-z]+(.)?/gi, (_, next: string = '') => next.toUpperCase())}`,
    tags: [by === 'admins' ? 'Administration' : by === 'callers' ? 'Models' : 'Server'],
    summary,
    ...(about === '' ? {} : { description: about }),
    security: { everybody: [], callers: [{ key: [] }, { xApiKey: [] }], admins: [{ adminKey: [] }] }[by],
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(writeParameter) }),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: withNotes(body.schema), example: body.example },
            },
          },
        }),
    responses: responsesOf(endpoint),
  }
}

function writeParameter({ name, in: place, schema, about, example }: Parameter): object {
  return {
    name,
    in: place,
    required: place === 'path',
    description: about,
    schema,
    ...(example === '' ? {} : { example: schema.type === 'integer' ? Number(example) : example }),
  }
}

/** The schema with what each of its fields is for. */
function withNotes(schema: Shape): object {
  const { properties, anyOf } = schema
  if (anyOf !== undefined) return { ...schema, anyOf: anyOf.map(withNotes) }
  if (properties === undefined) return schema
  const noted = Object.entries(properties).map(([field, inside]) => {
    const description = notesOf(field)
    return [field, description === '' ? inside : { ...inside, description }]
  })
  return { ...schema, properties: Object.fromEntries(noted) }
}

function responsesOf(endpoint: Endpoint): object {
  const { status, about, contents } = endpoint.answer
  const headers = { 'x-siliconcloud-trace-id': { $ref: '#/components/headers/TraceId' } }
  const content = Object.fromEntries(contents.map(([type, schema]) => [type, contentOf(type, schema)]))
  const failed = [...failuresOf(endpoint)].map(([code, kinds]) => [code, failedWith(endpoint, kinds)])
  const good = { description: about, headers, ...(contents.length === 0 ? {} : { content }) }
  return Object.fromEntries([
    [status, good],
    ...failed.map(([code, what]) => [code, { headers, ...Object(what) }]),
  ])
}

/** OpenAPI 3.1 has no words for events: a schema is read as one of the whole stream by some, of each event by others. */
function contentOf(type: string, schema: Shape | null): object {
  return type === 'text/event-stream' ? {} : { schema: schema ?? { type: 'string' } }
}

function failedWith(endpoint: Endpoint, kinds: readonly FailureKind[]): object {
  const types = Map.groupBy(kinds, (kind) => replyOf(endpoint, kind).contentType.split(';')[0] ?? '')
  const ref = endpoint.shape === 'anthropic' ? 'MessagesFailure' : 'Failure'
  const contents = [...types].map(([type, of]) => {
    const values = of.map((kind) => ({ kind, value: valueOf(replyOf(endpoint, kind)) }))
    const isText = values.map(({ value }) => typeof value === 'string')
    const text = { type: 'string' }
    const object = { $ref: `#/components/schemas/${ref}` }
    const schema = isText.every(Boolean) ? text : isText.some(Boolean) ? { anyOf: [object, text] } : object
    const examples = Object.fromEntries(
      values.map(({ kind, value }) => [kind, { summary: failureNotes[kind].when, value }]),
    )
    return [type, { schema, examples }]
  })
  return {
    description: kinds.map((kind) => failureNotes[kind].when).join(' '),
    content: Object.fromEntries(contents),
  }
}

function valueOf({ contentType, body }: FailureReply): unknown {
  return contentType.startsWith('application/json') ? JSON.parse(body) : body
}
