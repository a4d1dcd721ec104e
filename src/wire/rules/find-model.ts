import { Failure } from '../../chat/failure.ts'
import type { Model } from '../../chat/model.ts'
import { refused } from '../refusals.ts'

/** The catalogue's model of an id. */
export type Find = (id: string) => Model | undefined

/**
 * The model that a body names. Throws `unknown-model`, or what `refuseShape` says where the body names none at all: a
 * caller learns that first, whatever else is wrong.
 */
export function findModel(value: unknown, find: Find, refuseShape: (value: unknown) => Failure): Model {
  if (typeof value !== 'object' || value === null || !('model' in value) || typeof value.model !== 'string') {
    throw refuseShape(value)
  }
  if (value.model === '') throw refused('model', 'The parameter is invalid. Please check again.')
  const model = find(value.model)
  if (model) return model
  throw new Failure('unknown-model', 'Model does not exist. Please check it carefully.', { field: 'model' })
}
