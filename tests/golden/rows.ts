import { type CallSyntax, callSyntaxes, type Model } from '../../src/chat/model.ts'

const row = {
  contextLength: 32768,
  answerLimit: { byDefault: 4096, max: 8192 },
  effort: { kind: 'none' },
  calls: 'always',
  media: [],
  json: true,
  minP: true,
  switches: { thinking: [], effort: [] },
  embedding: null,
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

/** The families that write more around an answer than thought and calls. */
const wrappers: Partial<Record<CallSyntax, readonly string[]>> = {
  glm: ['<|begin_of_box|>', '<|end_of_box|>'],
  hunyuan: ['<answer>', '</answer>'],
}

/** A model that writes thought as text, and calls in this syntax. */
function writing(id: string, calls: CallSyntax): Model {
  return {
    ...row,
    id,
    thinking: { kind: 'switch', byDefault: true, budget: { byDefault: 4096, max: 32768 } },
    dialect: {
      thinking: { open: '<think>', close: '</think>' },
      calls,
      wrappers: wrappers[calls] ?? [],
      infill: null,
    },
  }
}

/** As Qwen3 writes. */
export const marked = writing('golden/marked', 'hermes')

/** A model whose engine tells thought and calls apart, and that never thinks. */
export const native: Model = {
  ...row,
  id: 'golden/native',
  thinking: { kind: 'never' },
  dialect: { thinking: 'native', calls: 'native', wrappers: [], infill: null },
}

const rows = [marked, native, ...callSyntaxes.map((syntax) => writing(`golden/${syntax}`, syntax))]

export function findRow(id: string): Model | undefined {
  return rows.find((model) => model.id === id)
}
