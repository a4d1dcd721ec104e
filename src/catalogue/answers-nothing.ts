import type { Model } from '../chat/model.ts'

/** What a row says of answers where its model gives none. */
export const answersNothing = {
  answerLimit: { byDefault: 1, max: 1 },
  thinking: { kind: 'never' },
  effort: { kind: 'none' },
  calls: 'never',
  json: false,
  media: [],
  minP: false,
  sampling: {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    frequencyPenalty: 0,
    presencePenalty: 0,
    seed: null,
  },
  dialect: { thinking: 'native', calls: 'native', wrappers: [], infill: null },
  switches: { thinking: [], effort: [] },
} as const satisfies Partial<Model>
