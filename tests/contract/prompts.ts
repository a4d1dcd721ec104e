import type { Model } from '../../src/chat/model.ts'
import type { Prompt } from '../../src/chat/request.ts'

/** A model row as the bundled model has it. */
export const aModel: Model = {
  id: 'test/model',
  contextLength: 512,
  answerLimit: { byDefault: 64, max: 512 },
  thinking: { kind: 'switch', byDefault: false, budget: { byDefault: 64, max: 512 } },
  effort: { kind: 'none' },
  calls: 'always',
  media: [],
  json: true,
  minP: true,
  sampling: {
    temperature: 1,
    topP: 1,
    topK: 0,
    minP: 0,
    frequencyPenalty: 0,
    presencePenalty: 0,
    seed: null,
  },
  dialect: { thinking: { open: '<think>', close: '</think>' }, calls: 'hermes', wrappers: [], infill: null },
  switches: { thinking: ['enable_thinking'], effort: ['reasoning_effort'] },
  embedding: null,
  standIn: '',
}

/** A short question without thought, tools or limits that matter. */
export const aPrompt: Prompt = {
  model: aModel,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'What is a laurel?' }] }],
  sampling: { ...aModel.sampling, seed: 7 },
  thinking: { mode: 'off' },
  answerLimit: 16,
  leastRoom: 1,
  tools: { mode: 'none' },
  parallelCalls: true,
  bias: [],
  logprobs: null,
  output: { kind: 'text' },
  choices: 1,
  begun: { reasoning: '', text: '', calls: [] },
  suffix: '',
  caller: 'somebody',
}

export function asks(text: string): Prompt {
  return { ...aPrompt, messages: [{ role: 'user', parts: [{ type: 'text', text }] }] }
}
