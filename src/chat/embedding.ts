import type { Model } from './model.ts'

/** Texts that are to become vectors, in an order that is kept. None is empty. */
export interface EmbeddingRequest {
  readonly model: Model
  readonly texts: readonly string[]
  /** How many numbers each vector is to have: all that the model gives, or fewer where it can be shortened. */
  readonly dimensions: number
}

export interface Embeddings {
  /** Of length 1, in the order of the texts. */
  readonly vectors: readonly Float32Array[]
  /** Tokens of all texts together, with what the model puts around each. */
  readonly tokens: number
}

/** The first `dimensions` numbers of a vector, scaled to the length 1; a vector without a direction stays as it is. */
export function unitVector(numbers: ArrayLike<number>, dimensions: number): Float32Array {
  const vector = Float32Array.from(numbers).subarray(0, dimensions)
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((number) => number / length) : vector
}
