import { Failure } from '../../chat/failure.ts'
import type { EmbeddingAbility, Model } from '../../chat/model.ts'
import { invalid, refused } from '../refusals.ts'

/** The catalogue's model of an id. */
export type Find = (id: string) => Model | undefined

/**
 * The model that a body names, which is to answer. Throws as `findAny` does, and `invalid-request` for one that makes
 * vectors.
 */
export function findModel(value: unknown, find: Find, refuseShape: (value: unknown) => Failure): Model {
  const model = findAny(value, find, refuseShape)
  if (model.embedding === null) return model
  throw invalid('model', 'must be a model that answers: this one makes embeddings, at /v1/embeddings')
}

/** The same for one that is to make vectors. */
export function findEmbedder(
  value: unknown,
  find: Find,
  refuseShape: (value: unknown) => Failure,
): { readonly model: Model; readonly embedding: EmbeddingAbility } {
  const model = findAny(value, find, refuseShape)
  const { embedding } = model
  if (embedding !== null) return { model, embedding }
  throw invalid('model', 'must be a model that makes embeddings: this one answers, at /v1/chat/completions')
}

/**
 * The model that a body names. Throws `unknown-model`, or what `refuseShape` says where the body names none at all: a
 * caller learns that first, whatever else is wrong.
 */
function findAny(value: unknown, find: Find, refuseShape: (value: unknown) => Failure): Model {
  if (typeof value !== 'object' || value === null || !('model' in value) || typeof value.model !== 'string') {
    throw refuseShape(value)
  }
  if (value.model === '') throw refused('model', 'The parameter is invalid. Please check again.')
  const model = find(value.model)
  if (model) return model
  throw new Failure('unknown-model', 'Model does not exist. Please check it carefully.', { field: 'model' })
}
