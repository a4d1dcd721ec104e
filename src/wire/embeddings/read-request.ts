import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { EmbeddingRequest } from '../../chat/embedding.ts'
import { findFault } from '../../schema/find-fault.ts'
import { readJson } from '../read-json.ts'
import { invalid, refuseFault } from '../refusals.ts'
import { maybe, name } from '../rules/fields.ts'
import { type Find, findEmbedder } from '../rules/find-model.ts'

/** What one request may hold, as OpenAI has it. */
const mostTexts = 2048

/** The body of `POST /v1/embeddings`, as far as it is the same for every model. Other fields are ignored. */
export const bodySchema = Type.Object({
  model: name,
  input: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1, maxItems: mostTexts })]),
  encoding_format: maybe(Type.Enum(['float', 'base64'])),
  dimensions: maybe(Type.Integer({ minimum: 1 })),
})
const bodyShape = Compile(bodySchema)

/** `format`: how vectors are to be written. */
export interface EmbeddingsRequest {
  readonly asked: EmbeddingRequest
  readonly format: 'float' | 'base64'
}

/**
 * Reads the body of a request for the vectors of texts against its model's row.
 * Throws a `Failure` that names the first field at fault; `find` is asked once the body's `model` is a text.
 */
export function readRequest(body: Uint8Array, find: Find): EmbeddingsRequest {
  const value = readJson(body)
  const { model, embedding } = findEmbedder(value, find, refuseShape)
  if (!bodyShape.Check(value)) throw refuseShape(value)
  const { input, dimensions: named } = value
  const texts = typeof input === 'string' ? [input] : input
  const empty = texts.indexOf('')
  if (empty !== -1)
    throw invalid(typeof input === 'string' ? 'input' : `input[${empty}]`, 'must not be empty')
  const dimensions = named ?? embedding.dimensions
  if (dimensions > embedding.dimensions || (dimensions < embedding.dimensions && !embedding.shortens)) {
    const least = embedding.shortens ? 'between 1 and ' : ''
    throw invalid('dimensions', `must be ${least}${embedding.dimensions} for this model, got ${dimensions}`)
  }
  return { asked: { model, texts, dimensions }, format: value.encoding_format ?? 'float' }
}

function refuseShape(value: unknown) {
  return refuseFault(findFault(bodySchema, value))
}
