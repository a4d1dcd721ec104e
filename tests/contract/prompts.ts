import type { Model } from '../../src/chat/model.ts'
import { plainPrompt } from '../../src/chat/plain-prompt.ts'
import type { Prompt, Thinking } from '../../src/chat/request.ts'

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
export const aPrompt: Prompt = asks('What is a laurel?')

export function asks(text: string): Prompt {
  const plain = plainPrompt(aModel, text, 16)
  return { ...plain, sampling: { ...aModel.sampling, seed: 7 }, caller: 'somebody' }
}

export function thinkingUpTo(budget: number): Thinking {
  return { mode: 'on', budget, effort: { level: 'high', because: 'asked' } }
}
