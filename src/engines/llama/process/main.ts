import { Failure } from '../../../chat/failure.ts'
import { bindLlama } from '../bindings.ts'
import { findLibraries, loadedBackends } from '../libraries.ts'
import type { FromProcess, LoadOptions, ToProcess } from '../messages.ts'
import { loadModel } from './loaded-model.ts'
import { StepLoop } from './loop.ts'

/**
 * The process of one model: loads it when told to, then answers until its parent is gone. A defect ends it; the parent
 * starts another one. llama.cpp writes its log to standard error.
 */
let loop: StepLoop | null = null

process.on('message', (message: ToProcess) => {
  switch (message.type) {
    case 'load':
      loop = load(message.options)
      break
    case 'answer':
      loop?.start(message.id, message.task)
      break
    case 'count':
      loop?.count(message.id, message.prompt)
      break
    case 'abort':
      loop?.abort(message.id)
      break
  }
})
process.on('disconnect', () => process.exit(0))
// The terminal sends these to every process; the parent lets running answers end before it lets go of this one.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

function load(options: LoadOptions): StepLoop | null {
  try {
    const llama = bindLlama(findLibraries())
    const model = loadModel(llama, options)
    send({ type: 'ready', backends: loadedBackends(), system: llama.llama_print_system_info().trim() })
    return new StepLoop(model, {
      contextLength: options.contextLength,
      sequences: options.sequences,
      patience: 100,
      send,
      now: () => performance.now(),
      turn: setImmediate,
    })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    send({ type: 'load-failed', reason: error.message }, () => process.exit(1))
    return null
  }
}

function send(message: FromProcess, sent = (): void => {}): void {
  process.send?.(message, sent)
}
