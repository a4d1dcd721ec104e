import type { Model } from '../chat/model.ts'

/**
 * The row of a user's own GGUF, guessed from its chat template: which marks, calls and switches the template speaks of.
 */
export function rowOfFile(
  id: string,
  { template, contextLength }: { readonly template: string; readonly contextLength: number },
): Model {
  const thinks = template.includes('<think>')
  // `<function=` within a tool call is another syntax, which would be shown to the caller as text.
  const hermes = template.includes('<tool_call>') && !template.includes('<function=')
  const named = (...names: readonly string[]) => names.filter((name) => template.includes(name))
  const thinking = named('enable_thinking')
  const effort = named('reasoning_effort')
  const limit = { byDefault: contextLength, max: contextLength }
  const budget = { byDefault: Math.ceil(contextLength / 2), max: contextLength }
  return {
    id,
    contextLength,
    answerLimit: limit,
    thinking: !thinks
      ? { kind: 'never' }
      : thinking.length > 0
        ? { kind: 'switch', byDefault: true, budget }
        : { kind: 'always', budget },
    effort: effort.length > 0 ? { kind: 'choice', byDefault: 'high', agents: 'max' } : { kind: 'none' },
    calls: hermes && /\btools\b/.test(template) ? 'always' : 'never',
    json: true,
    media: [],
    minP: true,
    sampling: {
      temperature: 0.7,
      topP: 0.7,
      topK: 50,
      minP: 0,
      frequencyPenalty: 0,
      presencePenalty: 0,
      seed: null,
    },
    dialect: {
      thinking: thinks ? { open: '<think>', close: '</think>' } : 'native',
      calls: hermes ? 'hermes' : 'native',
      wrappers: [],
      infill: null,
    },
    switches: { thinking, effort },
    standIn: '',
  }
}
