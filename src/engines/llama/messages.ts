import type { ChatEvent } from '../../chat/event.ts'
import type { Tuning } from '../../chat/tuning.ts'
import type { Sampling, TokenBias } from '../../chat/request.ts'

/** What the server's process and a model's process say to each other. Nothing else passes between them. */

/** How a model is to be loaded. */
export interface LoadOptions extends Tuning {
  readonly file: string
  readonly contextLength: number
  readonly sequences: number
  /** Cells of the KV cache, shared by all sequences; at least `contextLength`. */
  readonly cells: number
  readonly threads: number
}

/** How one is to be loaded that answers. */
export interface AnswererLoadOptions extends LoadOptions {
  /** For what sequences have left, outside the KV cache. */
  readonly shelfBytes: number
}

/** How one is to be loaded that turns texts into vectors. */
export interface EmbedderLoadOptions extends LoadOptions {
  /** llama.cpp's number for how a text's vector is made of those of its tokens. */
  readonly pooling: number
}

/** One request, its prompt rendered. */
export interface Task {
  /** Whoever asks; sequences and the reading of prompts are shared out among callers. */
  readonly caller: string
  /** The prompt's text in pieces that are tokenised apart, so that no token spans two of them. */
  readonly prompt: readonly string[]
  /** Tokens of the window that the catalogue gives the model, and how many of them must be left after the prompt. */
  readonly window: number
  readonly leastRoom: number
  readonly choices: number
  readonly sampling: Sampling
  /** Of tokens that the vocabulary has. */
  readonly bias: readonly TokenBias[]
  readonly answerLimit: number
  /** How many of the likeliest tokens are told with each token of the answer and its own log probability; null for none. */
  readonly logprobs: number | null
  readonly thought: ThoughtPlan
  /** What the answer, not the thought, must follow; null for anything. */
  readonly grammar: AnswerGrammar | null
  /** Marks that are shown where the model has control tokens for them, which show nothing by themselves. */
  readonly marks: readonly string[]
}

/** A grammar in GBNF that begins with `root`, and the text that an answer has said of it already. */
export interface AnswerGrammar {
  readonly rules: string
  readonly begun: string
}

/** Where thought stands when the answer begins, and how far it may go. */
export type ThoughtPlan =
  | { readonly from: 'never' }
  | {
      /** `prompt`: the prompt leaves a thought open. `start`: the answer may open one at its very start. */
      readonly from: 'prompt' | 'start'
      readonly budget: number
      readonly open: string
      readonly close: string
      /** Texts that end a thought without closing it, as `src/decode` reads them: the beginning of a call. */
      readonly enders: readonly string[]
    }

export type ToProcess =
  /** Comes first, and once. */
  | { readonly type: 'load'; readonly options: AnswererLoadOptions | EmbedderLoadOptions }
  | { readonly type: 'answer'; readonly id: number; readonly task: Task }
  | Question
  /** Nothing of this answer is wanted any more. It may be unknown or over already. */
  | { readonly type: 'abort'; readonly id: number }

/** What is answered by one message. */
export type Question =
  /** Which tokens a prompt has, in pieces as in a task. */
  | { readonly type: 'count'; readonly id: number; readonly prompt: readonly string[] }
  /** The vectors of some texts, of a process that was loaded for that. */
  | { readonly type: 'embed'; readonly id: number; readonly texts: readonly string[] }

export type FromProcess =
  /** `backends`: ggml's libraries that were chosen for this machine. `system`: what llama.cpp says of it. */
  | { readonly type: 'ready'; readonly backends: readonly string[]; readonly system: string }
  /** The model cannot be loaded. The process ends; why llama.cpp refused stands on its standard error. */
  | { readonly type: 'load-failed'; readonly reason: string }
  /** The prompt does not leave `leastRoom` tokens in a window of `window`; nothing was done for it. */
  | {
      readonly type: 'too-long'
      readonly id: number
      readonly tokens: number
      readonly window: number
      readonly leastRoom: number
    }
  /** A defect of ours: the answer cannot be begun. Nothing was done for it, and the others go on. */
  | { readonly type: 'refused'; readonly id: number; readonly reason: string }
  | { readonly type: 'counted'; readonly id: number; readonly tokens: readonly number[] }
  /** In the order of the texts, as llama.cpp gives them; their tokens all together. */
  | {
      readonly type: 'embedded'
      readonly id: number
      readonly vectors: readonly Float32Array[]
      readonly tokens: number
    }
  /** Work goes on, though there was nothing to say for a while. */
  | { readonly type: 'alive' }
  /** What the answers said since the last such message, in order. After the last choice's `finish` an id is over. */
  | { readonly type: 'said'; readonly said: readonly Said[] }

export interface Said {
  readonly id: number
  readonly event: ChatEvent
}
