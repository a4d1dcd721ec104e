import { untuned } from '../../../src/chat/tuning.ts'
import { bindLlama } from '../../../src/engines/llama/bindings.ts'
import { findLibraries } from '../../../src/engines/llama/libraries.ts'
import { loadModel } from '../../../src/engines/llama/process/loaded-model.ts'

// Tokenises prompts as the engine's process does, for whoever forked it with the path of a model. In a process of its
// own because llama.cpp writes its log to standard error.
const [, , file = ''] = process.argv
const options = { file, contextLength: 64, sequences: 1, cells: 64, threads: 1, ...untuned }
const model = loadModel(bindLlama(findLibraries()), options)

process.on('message', (pieces: string[]) => {
  const ids = pieces.flatMap((piece, index) => model.tokenize(piece, index === 0))
  process.send?.(ids.map((id) => ({ id, isEnd: model.isEnd(id) })))
})
process.on('disconnect', () => process.exit(0))
