import { type EmbeddingRequest, type Embeddings, unitVector } from '../../chat/embedding.ts'
import { Failure } from '../../chat/failure.ts'
import { countOf, fieldOf, listOf } from './read-json.ts'

/** What a server says to a request for vectors, in its own order or not. Throws `engine-lost` where any is missing. */
export function readEmbeddings(value: unknown, { texts, dimensions }: EmbeddingRequest): Embeddings {
  const vectors = new Map<number, Float32Array>()
  for (const [place, entry] of listOf(fieldOf(value, 'data')).entries()) {
    const numbers = listOf(fieldOf(entry, 'embedding')).map(Number)
    if (numbers.length < dimensions || !numbers.every(Number.isFinite))
      throw unusable(`a vector of ${numbers.length} numbers, and ${dimensions} were asked for`)
    vectors.set(countOf(fieldOf(entry, 'index')) ?? place, unitVector(numbers, dimensions))
  }
  return {
    vectors: texts.map((_, index) => {
      const vector = vectors.get(index)
      if (vector === undefined) throw unusable(`no vector of text ${index}`)
      return vector
    }),
    tokens: countOf(fieldOf(fieldOf(value, 'usage'), 'prompt_tokens')) ?? 0,
  }
}

function unusable(cause: string): Failure {
  return new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.', {
    cause,
  })
}
