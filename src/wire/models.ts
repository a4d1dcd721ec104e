import type { KnownLife } from '../chat/life.ts'
import type { Model } from '../chat/model.ts'
import { writeAbilities } from './abilities.ts'
import { type QueryFields, readQuery } from './read-query.ts'

export const types = ['text', 'image', 'audio', 'video'] as const
export const subTypes = [
  'chat',
  'embedding',
  'reranker',
  'text-to-image',
  'image-to-image',
  'speech-to-text',
  'text-to-video',
] as const

/** Which models a query of `GET /v1/models` asks for. Throws `invalid-request` for a type that the service does not know. */
export function readModelQuery(query: QueryFields): (model: Model) => boolean {
  const { choice } = readQuery(query, null)
  const [type, subType] = [choice('type', types), choice('sub_type', subTypes)]
  return (model) => {
    const has = writeAbilities(model)
    return (type === null || has.type === type) && (subType === null || has.sub_type === subType)
  }
}

/** The body of `GET /v1/models`. */
export function writeModels(models: readonly (readonly [model: Model, life: KnownLife])[]): string {
  return JSON.stringify({ object: 'list', data: models.map(([model, life]) => fieldsOf(model, life)) })
}

/** The body of `GET /v1/models/{id}`. */
export function writeModel(model: Model, life: KnownLife): string {
  return JSON.stringify(fieldsOf(model, life))
}

/** The service's four fields, as bare as its own, and what it does not say. */
function fieldsOf(model: Model, { state, sunsetAt, successor }: KnownLife): object {
  return {
    id: model.id,
    object: 'model',
    created: 0,
    owned_by: '',
    state,
    sunset: sunsetAt === null ? null : new Date(sunsetAt).toISOString(),
    successor: successor || null,
    ...writeAbilities(model),
  }
}
