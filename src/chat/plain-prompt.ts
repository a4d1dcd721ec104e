import type { Model } from './model.ts'
import type { Prompt } from './request.ts'

/** One question of a user without anything that may be left out: for measuring and for trying an engine. */
export function plainPrompt(model: Model, text: string, answerLimit: number): Prompt {
  return {
    model,
    messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
    sampling: model.sampling,
    thinking: { mode: 'off' },
    answerLimit,
    leastRoom: 1,
    tools: { mode: 'none' },
    parallelCalls: true,
    bias: [],
    logprobs: null,
    output: { kind: 'text' },
    choices: 1,
    begun: { reasoning: '', text: '', calls: [] },
    suffix: '',
    caller: '',
    reading: 'as it comes',
  }
}
