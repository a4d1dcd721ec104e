import type { Row } from './row.ts'

/**
 * The row of a user's own GGUF, guessed from its chat template: which marks and which calls the template speaks of.
 * `contextLength` is the window to run it with.
 */
export function rowOfFile(
  name: string,
  facts: {
    readonly file: string
    readonly contextLength: number
    readonly template: string
    readonly sequences: number
    readonly threads: 'auto' | number
  },
): Row {
  const { file, contextLength, template, sequences, threads } = facts
  const thinks = template.includes('<think>')
  // `<function=` within a tool call is another syntax, which would be shown to the caller as text.
  const hermes = template.includes('<tool_call>') && !template.includes('<function=')
  const budget = { byDefault: Math.ceil(contextLength / 2), max: contextLength }
  return {
    model: {
      id: name,
      contextLength,
      answerLimit: { byDefault: contextLength, max: contextLength },
      thinking: !thinks
        ? { kind: 'never' }
        : template.includes('enable_thinking')
          ? { kind: 'switch', byDefault: true, budget }
          : { kind: 'always', budget },
      effort: template.includes('reasoning_effort')
        ? { kind: 'choice', byDefault: 'high', agents: 'max' }
        : { kind: 'none' },
      calls: hermes && /\btools\b/.test(template) ? 'always' : 'never',
      media: [],
      json: true,
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
      switches: {
        thinking: ['enable_thinking'].filter((name) => template.includes(name)),
        effort: ['reasoning_effort'].filter((name) => template.includes(name)),
      },
    },
    engine: { kind: 'llama', file, sequences, threads },
  }
}
