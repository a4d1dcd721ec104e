import { Failure } from '../../../chat/failure.ts'
import { type Llama, readFloats } from '../bindings.ts'
import type { EmbedderLoadOptions, FromProcess } from '../messages.ts'
import { loadAdapters } from './load-adapters.ts'
import { attachThreads, Batch, commonParams, modelParams, Vocabulary } from './loaded-model.ts'

/** A model that turns texts into vectors. */
export interface EmbeddingModel {
  /** Most tokens of one text, and of all texts that are read at once. */
  readonly window: number
  /** The tokens of a text, with what the model puts around one. No text becomes a control token. */
  tokenize(text: string): readonly number[]
  /** The vectors of some texts of at most `window` tokens together and `mostAtOnce` in number. Blocks until they are there. */
  embed(texts: readonly (readonly number[])[]): readonly Float32Array[]
}

/** Texts read at once. */
const mostAtOnce = 64

/** Loads weights and makes the context. Throws a `Failure` when llama.cpp refuses; it says why on standard error. */
export function loadEmbeddingModel(llama: Llama, options: EmbedderLoadOptions): EmbeddingModel {
  const model = llama.llama_model_load_from_file(options.file, modelParams(llama, options))
  if (Number(model) === 0) throw new Failure('internal', 'llama.cpp cannot load the model.')
  const adapt = loadAdapters(llama, model, options.adapters)
  const window = options.contextLength
  const context = llama.llama_init_from_model(model, {
    // A text is read in one piece: models that look both ways cannot do otherwise, and a mean is one of all its tokens.
    ...commonParams(llama, options, window),
    n_seq_max: mostAtOnce,
    embeddings: true,
    pooling_type: options.pooling,
  })
  if (Number(context) === 0) throw new Failure('internal', 'llama.cpp cannot make a context for the model.')
  attachThreads(llama, context, options.threads)
  adapt(context)
  const dimensions = llama.llama_model_n_embd_out(model)
  const vocabulary = new Vocabulary(llama, llama.llama_model_get_vocab(model))
  const memory = llama.llama_get_memory(context)
  const batch = new Batch(window)
  return {
    window,
    tokenize: (text) => vocabulary.tokenize(text, true, false),
    embed(texts) {
      for (const [slot, tokens] of texts.entries())
        for (const [position, token] of tokens.entries()) batch.add(token, position, slot, true)
      const result = llama.llama_decode(context, batch.take())
      if (result !== 0) throw new Failure('internal', `llama.cpp could not decode a batch (${result}).`)
      return texts.map((_, slot) => {
        const vector = readFloats(llama.llama_get_embeddings_seq(context, slot), dimensions).slice()
        // Models that look both ways keep nothing.
        if (Number(memory) !== 0) llama.llama_memory_seq_rm(memory, slot, -1, -1)
        return vector
      })
    },
  }
}

export interface EmbedderOptions {
  send(message: FromProcess): void
  turn(next: () => void): void
}

interface Job {
  readonly id: number
  readonly texts: readonly (readonly number[])[]
  readonly vectors: Float32Array[]
}

/**
 * Reads texts of one request after the other, so many at once as fit. Requests take turns, so that a few texts need not
 * wait for a great many.
 */
export class Embedder {
  readonly #model: EmbeddingModel
  readonly #options: EmbedderOptions
  readonly #jobs: Job[] = []

  constructor(model: EmbeddingModel, options: EmbedderOptions) {
    this.#model = model
    this.#options = options
  }

  embed(id: number, said: readonly string[]): void {
    const { window } = this.#model
    const texts = said.map((text) => this.#model.tokenize(text))
    const tokens = Math.max(...texts.map(({ length }) => length))
    if (tokens > window) return this.#options.send({ type: 'too-long', id, tokens, window, leastRoom: 0 })
    this.#jobs.push({ id, texts, vectors: [] })
    if (this.#jobs.length === 1) this.#options.turn(() => this.#step())
  }

  count(id: number, prompt: readonly string[]): void {
    this.#options.send({ type: 'counted', id, tokens: prompt.flatMap((text) => this.#model.tokenize(text)) })
  }

  abort(id: number): void {
    const at = this.#jobs.findIndex((job) => job.id === id)
    if (at !== -1) this.#jobs.splice(at, 1)
  }

  #step(): void {
    const job = this.#jobs.shift()
    // Whoever asked for this step may have left since.
    if (job === undefined) return
    const { id, texts, vectors } = job
    vectors.push(...this.#model.embed(this.#fitting(texts.slice(vectors.length))))
    if (vectors.length < texts.length) {
      this.#options.send({ type: 'alive' })
      this.#jobs.push(job)
    } else {
      const tokens = texts.reduce((sum, { length }) => sum + length, 0)
      this.#options.send({ type: 'embedded', id, vectors, tokens })
    }
    if (this.#jobs.length > 0) this.#options.turn(() => this.#step())
  }

  /** The first ones that can be read at once. */
  #fitting(texts: readonly (readonly number[])[]): readonly (readonly number[])[] {
    let tokens = 0
    const first = texts
      .slice(0, mostAtOnce)
      .findIndex(({ length }) => (tokens += length) > this.#model.window)
    return texts.slice(0, first === -1 ? mostAtOnce : first)
  }
}
