import { answersNothing } from './answers-nothing.ts'
import type { CallSyntax, InfillMarks, Model } from '../chat/model.ts'

/** What is read of a GGUF. */
interface FileFacts {
  readonly template: string
  readonly contextLength: number
  /** Texts that are one token. */
  readonly specials: readonly string[]
  /** Null for a model that writes. */
  readonly embedding: { readonly dimensions: number } | null
}

/**
 * The row of a user's own GGUF: that of a model that turns texts into vectors, or guessed from its chat template: which marks, calls and switches the template speaks of.
 */
export function rowOfFile(id: string, { template, contextLength, specials, embedding }: FileFacts): Model {
  if (embedding !== null) {
    const { dimensions } = embedding
    // Whether its vectors may be shortened is nothing that a file says.
    return { ...answersNothing, id, contextLength, embedding: { dimensions, shortens: false }, standIn: '' }
  }
  const thinks = template.includes('<think>')
  const syntax = syntaxMarks.find(([mark]) => template.includes(mark))?.[1] ?? 'native'
  const variables = variablesOf(template)
  const thinking = ['enable_thinking', 'thinking'].filter((name) => variables.has(name))
  const effort = ['reasoning_effort'].filter((name) => variables.has(name))
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
    calls: syntax !== 'native' && variables.has('tools') ? 'always' : 'never',
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
      calls: syntax,
      wrappers: [],
      infill: infills.find((marks) => Object.values(marks).every((mark) => specials.includes(mark))) ?? null,
    },
    switches: { thinking, effort },
    embedding: null,
    standIn: '',
  }
}

/** The names that stand in the template's code, its texts left out. */
function variablesOf(template: string): ReadonlySet<string> {
  const code = template.match(/\{[%{].*?[%}]\}/gs)?.join(' ') ?? ''
  return new Set(code.replaceAll(/'[^']*'|"[^"]*"/g, '').match(/(?<![.\w])\w+/g))
}

/** What gives a syntax away, the telling ones first: several share a mark. */
const syntaxMarks: readonly (readonly [mark: string, syntax: CallSyntax | 'native'])[] = [
  ['｜DSML｜', 'dsml'],
  // DeepSeek's calls before V3.1 have the arguments in a code block, which no decoder here reads.
  ['```json', 'native'],
  ['<｜tool▁calls▁begin｜>', 'deepseek'],
  ['<|tool_calls_section_begin|>', 'kimi'],
  ['<arg_key>', 'glm'],
  ['<function=', 'qwen-xml'],
  ['<tool_calls>', 'hunyuan'],
  ['<tool_call>', 'hermes'],
]

/** The control tokens of filling in the middle, by the families that have them. */
const infills: readonly InfillMarks[] = [
  { prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>' },
  { prefix: '<｜fim▁begin｜>', suffix: '<｜fim▁hole｜>', middle: '<｜fim▁end｜>' },
  { prefix: '<fim_prefix>', suffix: '<fim_suffix>', middle: '<fim_middle>' },
  { prefix: '<fim-prefix>', suffix: '<fim-suffix>', middle: '<fim-middle>' },
]
