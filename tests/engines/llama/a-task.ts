import type { Task } from '../../../src/engines/llama/messages.ts'
import { aPrompt } from '../../contract/prompts.ts'

/** A short prompt, answered greedily with at most twenty tokens. */
export const aTask: Task = {
  caller: 'somebody',
  prompt: ['hello'],
  window: 1000,
  leastRoom: 1,
  choices: 1,
  sampling: { ...aPrompt.sampling, temperature: 0 },
  answerLimit: 20,
  bias: [],
  logprobs: null,
  thought: { from: 'never' },
  grammar: null,
  marks: [],
}
