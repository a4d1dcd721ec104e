import { unitVector } from '../../chat/embedding.ts'
import type { Engine } from '../../chat/engine.ts'
import { Failure } from '../../chat/failure.ts'
import { tuningOf } from '../../chat/tuning.ts'
import { unnoted } from '../../chat/notes.ts'
import { type LlamaOptions, openProcess } from './llama-engine.ts'
import type { EmbeddingFile } from './model-file.ts'

/**
 * The embedded engine for models that turn texts into vectors: llama.cpp in a process of its own, as for those that
 * answer.
 */
export function llamaEmbedder(
  options: Omit<LlamaOptions, 'template' | 'sequences'>,
  { pooling }: EmbeddingFile,
): Engine {
  const { file, contextLength, threads } = options
  const load = {
    file,
    contextLength,
    sequences: 1,
    cells: contextLength,
    threads,
    pooling,
    ...tuningOf(options),
  }
  const model = openProcess(options, load)
  return {
    answer() {
      throw new Failure('internal', 'This model answers nothing.')
    },
    async count({ begun }, signal) {
      const ids = await model.count([begun.text], signal)
      return { count: ids.length, ids }
    },
    async embed({ texts, dimensions }, signal, notes = unnoted) {
      notes.started()
      const { vectors, tokens } = await model.embed(texts, signal)
      return { vectors: vectors.map((vector) => unitVector(vector, dimensions)), tokens }
    },
    state: () => model.state(),
    close: () => model.close(),
  }
}
