import type { Model } from '../../src/chat/model.ts'

const row = {
  contextLength: 32768,
  answerLimit: { byDefault: 4096, max: 8192 },
  effort: { kind: 'none' },
  calls: 'always',
  media: [],
  json: true,
  minP: true,
  switches: { thinking: [], effort: [] },
  standIn: '',
  sampling: {
    temperature: 0.7,
    topP: 0.7,
    topK: 50,
    minP: 0,
    frequencyPenalty: 0,
    presencePenalty: 0,
    seed: null,
  },
} as const

/** A model that writes thought and calls as text, as Qwen3 does. */
export const marked: Model = {
  ...row,
  id: 'golden/marked',
  thinking: { kind: 'switch', byDefault: true, budget: { byDefault: 4096, max: 32768 } },
  dialect: { thinking: { open: '<think>', close: '</think>' }, calls: 'hermes', wrappers: [], infill: null },
}

/** A model whose engine tells thought and calls apart, and that never thinks. */
export const native: Model = {
  ...row,
  id: 'golden/native',
  thinking: { kind: 'never' },
  dialect: { thinking: 'native', calls: 'native', wrappers: [], infill: null },
}

export function findRow(id: string): Model | undefined {
  return [marked, native].find((model) => model.id === id)
}
