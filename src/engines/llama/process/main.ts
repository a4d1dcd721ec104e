import { Failure } from '../../../chat/failure.ts'
import { bindLlama } from '../bindings.ts'
import { findLibraries, loadedBackends } from '../libraries.ts'
import type { AnswererLoadOptions, EmbedderLoadOptions, FromProcess, ToProcess } from '../messages.ts'
import { Embedder, loadEmbeddingModel } from './embedder.ts'
import { type LoadedModel, loadModel } from './loaded-model.ts'
import { StepLoop } from './loop.ts'

/**
 * The process of one model: loads it when told to, then answers, or turns texts into vectors, until its parent is gone. A defect ends it; the parent
 * starts another one. llama.cpp writes its log to standard error.
 */
let loop: StepLoop | null = null
let embedder: Embedder | null = null

process.on('message', (message: ToProcess) => {
  switch (message.type) {
    case 'load':
      load(message.options)
      break
    case 'answer':
      loop?.start(message.id, message.task)
      break
    case 'count':
      loop?.count(message.id, message.prompt)
      embedder?.count(message.id, message.prompt)
      break
    case 'embed':
      embedder?.embed(message.id, message.texts)
      break
    case 'abort':
      loop?.abort(message.id)
      embedder?.abort(message.id)
      break
  }
})
process.on('disconnect', () => process.exit(0))
// The terminal sends these to every process; the parent lets running answers end before it lets go of this one.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

function load(options: AnswererLoadOptions | EmbedderLoadOptions): void {
  try {
    const llama = bindLlama(findLibraries())
    if ('pooling' in options)
      embedder = new Embedder(loadEmbeddingModel(llama, options), { send, turn: setImmediate })
    else loop = openLoop(loadModel(llama, options), options)
    send({ type: 'ready', backends: loadedBackends(), system: llama.llama_print_system_info().trim() })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    send({ type: 'load-failed', reason: error.message }, () => process.exit(1))
  }
}

function openLoop(
  model: LoadedModel,
  { contextLength, sequences, shelfBytes, patience }: AnswererLoadOptions,
): StepLoop {
  return new StepLoop(model, {
    contextLength,
    sequences,
    shelfBytes,
    patience,
    guesses: true,
    send,
    now: () => performance.now(),
    turn: setImmediate,
  })
}

function send(message: FromProcess, sent = (): void => {}): void {
  process.send?.(message, sent)
}
