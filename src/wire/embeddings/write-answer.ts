import type { Embeddings } from '../../chat/embedding.ts'
import type { EmbeddingsRequest } from './read-request.ts'

/** The body of the answer. `base64`: each vector as 32-bit floats, little-endian, as OpenAI has it. */
export function writeAnswer({ asked, format }: EmbeddingsRequest, { vectors, tokens }: Embeddings): string {
  const data = vectors.map((vector, index) => {
    return { object: 'embedding', index, embedding: format === 'base64' ? inBase64(vector) : [...vector] }
  })
  const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens }
  return JSON.stringify({ object: 'list', data, model: asked.model.id, usage })
}

function inBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, index * 4)
  return bytes.toString('base64')
}
