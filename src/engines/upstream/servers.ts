import type { JsonObject } from '../../chat/json.ts'

/**
 * What one family of servers makes of OpenAI's chat completions. A field that a family does not know is never sent to it;
 * what it cannot be asked for is done here, or refused.
 */
export interface ServerTraits {
  /**
   * How it is told whether and how hard to think. `template`: by variables of the model's chat template. `fields`: by the
   * service's own fields. `none`: not at all.
   */
  readonly thinking: 'template' | 'fields' | 'none'
  /** The field of a thinking budget that it keeps to by itself; empty where it knows none. */
  readonly budget: string
  /** Whether it keeps to one as it comes, or only where its operator has set it up to. */
  readonly keepsBudget: 'always' | 'where-set-up'
  /** What `max_tokens` counts. `all`: thought, marks and answer together. */
  readonly limit: 'answer' | 'all'
  /**
   * How it goes on with an answer that has begun. `text`: from the last message, as the model wrote it, marks and all.
   * `parts`: from the last message, whose thought and text stand apart. `prefix`: from a text without a thought before
   * it.
   */
  readonly continues: 'text' | 'parts' | 'prefix' | 'never'
  /** How it is shown a gap to fill: by a field `suffix`, or by the model's own marks in the prompt. */
  readonly gap: 'field' | 'marks'
  /** Whether thought always comes apart from the answer; where not, that depends on how it was started. */
  readonly splitsThought: boolean
  /** The field of an earlier answer's thought. */
  readonly thought: 'reasoning_content' | 'reasoning' | ''
  /** The fields of sampling that it knows beyond OpenAI's. */
  readonly topK: boolean
  readonly minP: boolean
  /** The value of `top_k` that cuts nothing. */
  readonly topKOff: number
  /** Whether it tells log probabilities and takes biases. */
  readonly logits: boolean
  /** Whether one request may ask for several choices. */
  readonly several: boolean
  /** Fields of every request. */
  readonly always: JsonObject
  /** Those of a request for a stream, which make it count tokens while it generates, and at the end. */
  readonly streamed: JsonObject
  /** Whether the counts that stand beside a piece are of its choice, or of all choices together. */
  readonly counts: 'choice' | 'answer'
  /**
   * How it is asked for the tokens of a prompt. `messages`: by the fields of the request. `template`: by its text, which
   * it writes when asked. `none`: not at all.
   */
  readonly tokenizer: 'messages' | 'template' | 'none'
  /** Where: a path that starts from its address. */
  readonly tokenize: string
  /** Whether a connection on which it has answered can be used again, as it says. */
  readonly keepsConnections: boolean
  /** Where it says, for next to nothing, whether it is alive: a path that starts from its address. */
  readonly health: string
  /** Whether it is on the open internet, where what it fetches for a caller is no business of the operator's network. */
  readonly outside: boolean
  /** Whether it takes a PDF where a picture is due, by itself. */
  readonly pdf: boolean
  /** The types of message parts that it takes besides text, by medium. */
  readonly media: { readonly image: string; readonly audio: string; readonly video: string }
}

export type ServerKind = 'vllm' | 'sglang' | 'llama-server' | 'siliconflow' | 'openai'

const atTheEnd = { include_usage: true }
const allAlong = { ...atTheEnd, continuous_usage_stats: true }

export const servers: Readonly<Record<ServerKind, ServerTraits>> = {
  vllm: {
    thinking: 'template',
    budget: 'thinking_token_budget',
    // Refused with status 400 unless vLLM was started with `--reasoning-config` or a reasoning parser that has one.
    keepsBudget: 'where-set-up',
    limit: 'all',
    continues: 'text',
    gap: 'marks',
    splitsThought: false,
    thought: 'reasoning',
    topK: true,
    minP: true,
    topKOff: -1,
    logits: true,
    several: true,
    always: {},
    streamed: { stream_options: allAlong },
    counts: 'choice',
    tokenizer: 'messages',
    tokenize: '../tokenize',
    keepsConnections: true,
    health: '../health',
    outside: false,
    pdf: false,
    media: { image: 'image_url', audio: 'audio_url', video: 'video_url' },
  },
  sglang: {
    thinking: 'template',
    budget: '',
    keepsBudget: 'where-set-up',
    limit: 'all',
    continues: 'text',
    gap: 'marks',
    splitsThought: false,
    thought: 'reasoning_content',
    topK: true,
    minP: true,
    topKOff: -1,
    logits: true,
    several: true,
    always: {},
    streamed: { stream_options: allAlong },
    counts: 'choice',
    tokenizer: 'messages',
    tokenize: '../tokenize',
    keepsConnections: true,
    health: '../health',
    outside: false,
    pdf: false,
    media: { image: 'image_url', audio: 'audio_url', video: 'video_url' },
  },
  'llama-server': {
    thinking: 'template',
    budget: 'thinking_budget_tokens',
    keepsBudget: 'always',
    limit: 'all',
    continues: 'parts',
    gap: 'marks',
    splitsThought: true,
    thought: 'reasoning_content',
    topK: true,
    minP: true,
    topKOff: 0,
    logits: true,
    // It refuses more choices than it has slots.
    several: false,
    streamed: { stream_options: atTheEnd, timings_per_token: true },
    always: {
      // It closes a thought that has used up its budget in the middle of a line otherwise, which no model has learned.
      reasoning_budget_message: '\n',
    },
    counts: 'choice',
    tokenizer: 'template',
    tokenize: '../tokenize',
    // It closes one behind a stream, and what has been sent on it by then is lost.
    keepsConnections: false,
    health: '../health',
    outside: false,
    pdf: false,
    media: { image: 'image_url', audio: 'input_audio', video: 'video_url' },
  },
  siliconflow: {
    thinking: 'fields',
    budget: 'thinking_budget',
    keepsBudget: 'always',
    limit: 'answer',
    continues: 'prefix',
    gap: 'field',
    splitsThought: true,
    thought: 'reasoning_content',
    topK: true,
    minP: true,
    topKOff: 0,
    logits: false,
    several: true,
    always: {},
    streamed: { stream_options: atTheEnd },
    counts: 'answer',
    // The service itself has none, Silica does.
    tokenizer: 'messages',
    tokenize: 'tokenize',
    keepsConnections: true,
    health: 'models',
    outside: true,
    pdf: true,
    media: { image: 'image_url', audio: 'audio_url', video: 'video_url' },
  },
  openai: {
    thinking: 'none',
    budget: '',
    keepsBudget: 'where-set-up',
    limit: 'all',
    continues: 'never',
    gap: 'field',
    splitsThought: false,
    thought: '',
    topK: false,
    minP: false,
    topKOff: 0,
    logits: true,
    several: true,
    always: {},
    streamed: { stream_options: atTheEnd },
    counts: 'answer',
    tokenizer: 'none',
    tokenize: '',
    keepsConnections: true,
    health: 'models',
    outside: true,
    pdf: false,
    media: { image: 'image_url', audio: '', video: '' },
  },
}
