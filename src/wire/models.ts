import type { Model } from '../chat/model.ts'

/** The body of `GET /v1/models`, as bare as the service's. */
export function writeModels(models: readonly Model[]): string {
  const data = models.map(({ id }) => ({ id, object: 'model', created: 0, owned_by: '' }))
  return JSON.stringify({ object: 'list', data })
}
