import { fileURLToPath } from 'node:url'
import { llamaEngine } from '../../src/engines/llama/llama-engine.ts'
import { tinyOptions, writeTinyModel } from '../engines/llama/tiny-engine.ts'
import { engineContract } from './engine.ts'
import { aPrompt, asks } from './prompts.ts'

const bundled = fileURLToPath(new URL('../../models/nano/silica-nano.gguf', import.meta.url))
const tiny = writeTinyModel()
const options = {
  prompt: aPrompt,
  longPrompt: asks('Why? '.repeat(80)),
  tooLongPrompt: asks('Why? '.repeat(800)),
}

engineContract('llama, a tiny random model', () => llamaEngine(tinyOptions(tiny)), options)
engineContract('llama, the bundled model', () => llamaEngine(tinyOptions(bundled)), options)
