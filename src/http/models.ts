import type { FastifyInstance } from 'fastify'
import { Failure } from '../chat/failure.ts'
import { readModelQuery, writeModel, writeModels } from '../wire/models.ts'
import { nameOf, queryOf } from './read-request.ts'
import { sendJson, tellLife } from './send-answer.ts'
import type { HttpParts } from './server.ts'

/** `GET /v1/models` and `GET /v1/models/{id}`. Ids hold slashes, which may be encoded. */
export function addModels(app: FastifyInstance, parts: HttpParts): void {
  const { models, find, lifeOf } = parts
  for (const prefix of ['', '/v1']) {
    app.get(`${prefix}/models`, async (request, reply) => {
      const isWanted = readModelQuery(queryOf(request))
      const wanted = models().filter(isWanted)
      return sendJson(reply, writeModels(wanted.map((model) => [model, lifeOf(model.id)])))
    })
    app.get(`${prefix}/models/*`, async (request, reply) => {
      const id = nameOf(request)
      const model = find(id)
      if (model === undefined)
        throw new Failure('not-found', 'Model does not exist. Please check it carefully.', { field: 'model' })
      return sendJson(tellLife(parts, reply, model), writeModel(model, lifeOf(id)))
    })
  }
}
