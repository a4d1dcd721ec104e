import type { GgufEntry, GgufWeights } from './gguf-writer.ts'
import { writeGguf } from './gguf-writer.ts'

export interface RandomModel {
  readonly layers: number
  readonly width: number
  /** An even number; keys and values have half as many. */
  readonly heads: number
  readonly headSize: number
  /** At least 256 bytes and the special tokens. */
  readonly vocab: number
  /** Of `q4_0` the embedding, which is the output too, is in Q8_0. */
  readonly weights: 'f32' | 'f16' | 'q8_0' | 'q4_0'
  readonly contextLength: number
  readonly seed: number
  readonly format: ChatFormat
}

/** How a model writes conversations. Each of `controls` and `marks` is one token; marks show their text, controls do not. */
export interface ChatFormat {
  readonly template: string
  readonly controls: readonly string[]
  readonly marks: readonly string[]
  /** Of `controls`: what begins a sequence, empty where nothing does, and what ends an answer. */
  readonly bos: string
  readonly eos: string
}

const chatML: ChatFormat = {
  template: `{%- if tools %}<|im_start|>system
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}<|im_end|>
{% endif %}
{%- for message in messages %}
{%- if message.role == 'system' and not loop.first %}{{ raise_exception('only one system message') }}{% endif %}
{{- '<|im_start|>' + message.role + '\\n' }}
{%- if message.reasoning_content %}{{ '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{% endif %}
{{- message.content }}
{%- for call in message.tool_calls or [] %}{{ '\\n<tool_call>\\n' + (call.function | tojson) + '\\n</tool_call>' }}{% endfor %}
{{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}
{%- if not enable_thinking %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}{% endif %}`,
  controls: ['<|endoftext|>', '<|im_start|>', '<|im_end|>'],
  marks: ['<think>', '</think>', '<tool_call>', '</tool_call>', '<tool_response>', '</tool_response>'],
  bos: '',
  eos: '<|im_end|>',
}

/** They stand at the end of the vocabulary, in this order. */
export function specialsOf({ controls, marks }: ChatFormat): readonly string[] {
  return [...controls, ...marks]
}

export const specialTokens: readonly string[] = specialsOf(chatML)

/** Small enough to answer in milliseconds. */
export const tinyModel: RandomModel = {
  layers: 2,
  width: 64,
  heads: 2,
  headSize: 32,
  vocab: 512,
  weights: 'f32',
  contextLength: 512,
  seed: 1,
  format: chatML,
}

/** About 100 million parameters, for measuring: one step is long enough to hide nothing and short enough to repeat. */
export const hundredMillion: RandomModel = {
  layers: 12,
  width: 768,
  heads: 12,
  // As models have it: with 32 ggml's attention falls back to code without vectors and takes five times as long.
  headSize: 64,
  vocab: 32_000,
  weights: 'q8_0',
  contextLength: 2048,
  seed: 1,
  format: chatML,
}

/** The shape of Qwen3-0.6B. */
export const qwenSmall: RandomModel = {
  ...hundredMillion,
  layers: 28,
  width: 1024,
  heads: 16,
  headSize: 128,
  vocab: 151_936,
}

/**
 * Writes a Qwen3-shaped model with random weights: a byte-level tokenizer whose merges make every pair, triple and so on
 * of lower-case letters a token until `vocab` is reached, and its format. The same seed gives the same file.
 * `extra` replaces or adds entries of the header, for files that are to be broken.
 */
export function writeRandomModel(
  path: string,
  model: RandomModel,
  extra: Readonly<Record<string, GgufEntry>> = {},
): void {
  writeGguf(path, { ...header(model), ...extra }, weights(model))
}

/**
 * Writes a BERT-shaped model with random weights, which turns texts into vectors of `width` numbers: it looks both ways and
 * takes the mean over a text. Otherwise as `writeRandomModel`.
 */
export function writeRandomEncoder(path: string, model: RandomModel): void {
  const { contextLength, width, heads, layers, vocab } = model
  const entries = Object.entries(header(model)).filter(([key]) => !key.startsWith('qwen3.'))
  const { inner } = sizes(model)
  const u32 = (value: number): GgufEntry => ({ type: 'u32', value })
  const random = generator(model.seed)
  const matrix = (name: string, rows: number, columns: number): GgufWeights =>
    randomMatrix(`${name}.weight`, rows, columns, model.weights, random)
  const norm = (name: string): GgufWeights[] => [
    flat(`${name}.weight`, width, 1),
    flat(`${name}.bias`, width, 0),
  ]
  const tensors = [
    matrix('token_embd', width, vocab),
    matrix('position_embd', width, contextLength),
    ...norm('token_embd_norm'),
  ]
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string): string => `blk.${layer}.${name}`
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output'])
      tensors.push(matrix(at(name), width, width))
    tensors.push(...norm(at('attn_output_norm')), ...norm(at('layer_output_norm')))
    tensors.push(matrix(at('ffn_up'), width, inner), matrix(at('ffn_down'), inner, width))
  }
  const bert: Readonly<Record<string, GgufEntry>> = {
    'general.architecture': { type: 'string', value: 'bert' },
    'bert.context_length': u32(contextLength),
    'bert.embedding_length': u32(width),
    'bert.block_count': u32(layers),
    'bert.feed_forward_length': u32(inner),
    'bert.attention.head_count': u32(heads),
    'bert.attention.layer_norm_epsilon': { type: 'f32', value: 1e-6 },
    'bert.attention.causal': { type: 'bool', value: false },
    'bert.pooling_type': u32(1),
    'tokenizer.ggml.token_type_count': u32(2),
  }
  writeGguf(path, { ...Object.fromEntries(entries), ...bert }, tensors)
}

function flat(name: string, size: number, value: number): GgufWeights {
  return {
    name,
    shape: [size],
    type: 0,
    bytes: size * 4,
    fill: () => new Uint8Array(new Float32Array(size).fill(value).buffer),
  }
}

function sizes({ width, heads }: RandomModel): { cached: number; inner: number } {
  return { cached: heads / 2, inner: width * 3 }
}

function header(model: RandomModel): Record<string, GgufEntry> {
  const { heads } = model
  const { cached, inner } = sizes(model)
  const { template, controls, marks, bos, eos } = model.format
  const specials = specialsOf(model.format)
  const { tokens, merges } = vocabulary(model.vocab - specials.length)
  const all = [...tokens, ...specials]
  const types = [...tokens.map(() => 1), ...controls.map(() => 3), ...marks.map(() => 4)]
  const u32 = (value: number): GgufEntry => ({ type: 'u32', value })
  const string = (value: string): GgufEntry => ({ type: 'string', value })
  return {
    'general.architecture': string('qwen3'),
    'general.name': string('Random'),
    'qwen3.context_length': u32(model.contextLength),
    'qwen3.embedding_length': u32(model.width),
    'qwen3.block_count': u32(model.layers),
    'qwen3.feed_forward_length': u32(inner),
    'qwen3.attention.head_count': u32(heads),
    'qwen3.attention.head_count_kv': u32(cached),
    'qwen3.attention.key_length': u32(model.headSize),
    'qwen3.attention.value_length': u32(model.headSize),
    'qwen3.attention.layer_norm_rms_epsilon': { type: 'f32', value: 1e-6 },
    'qwen3.rope.freq_base': { type: 'f32', value: 10_000 },
    'tokenizer.ggml.model': string('gpt2'),
    'tokenizer.ggml.pre': string('qwen2'),
    'tokenizer.ggml.tokens': { type: 'strings', value: all },
    'tokenizer.ggml.token_type': { type: 'i32s', value: types },
    'tokenizer.ggml.merges': { type: 'strings', value: merges },
    'tokenizer.ggml.eos_token_id': u32(all.indexOf(eos)),
    ...(bos === '' ? {} : { 'tokenizer.ggml.bos_token_id': u32(all.indexOf(bos)) }),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: bos !== '' },
    'tokenizer.chat_template': string(template),
  }
}

const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index))

function vocabulary(size: number): { tokens: string[]; merges: string[] } {
  const tokens = byteTokens()
  const merges: string[] = []
  let longest = letters
  while (tokens.length < size) {
    const longer: string[] = []
    for (const start of longest)
      for (const letter of letters) {
        if (tokens.length >= size) break
        merges.push(`${start} ${letter}`)
        tokens.push(start + letter)
        longer.push(start + letter)
      }
    longest = longer
  }
  return { tokens, merges }
}

/** GPT-2's way to write bytes as visible characters. */
function byteTokens(): string[] {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const visible = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCharCode(visible ? byte : next++)
  })
}

function weights(model: RandomModel): GgufWeights[] {
  const { width, heads, headSize, layers, vocab } = model
  const { cached, inner } = sizes(model)
  const random = generator(model.seed)
  const matrix = (name: string, rows: number, columns: number): GgufWeights =>
    randomMatrix(`${name}.weight`, rows, columns, model.weights, random)
  const norm = (name: string, size: number): GgufWeights => flat(`${name}.weight`, size, 1)
  const embedding = model.weights === 'q4_0' ? 'q8_0' : model.weights
  const tensors = [
    randomMatrix('token_embd.weight', width, vocab, embedding, random),
    norm('output_norm', width),
  ]
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string): string => `blk.${layer}.${name}`
    tensors.push(norm(at('attn_norm'), width), norm(at('ffn_norm'), width))
    tensors.push(norm(at('attn_q_norm'), headSize), norm(at('attn_k_norm'), headSize))
    tensors.push(
      matrix(at('attn_q'), width, heads * headSize),
      matrix(at('attn_k'), width, cached * headSize),
    )
    tensors.push(
      matrix(at('attn_v'), width, cached * headSize),
      matrix(at('attn_output'), heads * headSize, width),
    )
    tensors.push(matrix(at('ffn_gate'), width, inner), matrix(at('ffn_up'), width, inner))
    tensors.push(matrix(at('ffn_down'), inner, width))
  }
  return tensors
}

/** Numbers spread evenly around 0, about 0.1 wide, as each format writes them. */
function randomMatrix(
  name: string,
  rows: number,
  columns: number,
  format: RandomModel['weights'],
  random: () => number,
): GgufWeights {
  const count = rows * columns
  const shape = [rows, columns]
  switch (format) {
    case 'f32':
      return { name, shape, type: 0, bytes: count * 4, fill: () => bytesOf(floats(count, random)) }
    case 'f16':
      return {
        name,
        shape,
        type: 1,
        bytes: count * 2,
        fill: () => bytesOf(Float16Array.from(floats(count, random))),
      }
    case 'q8_0':
      return { name, shape, type: 8, bytes: (count / 32) * 34, fill: () => quantised(count / 32, 32, random) }
    case 'q4_0':
      return { name, shape, type: 2, bytes: (count / 32) * 18, fill: () => quantised(count / 32, 16, random) }
  }
}

function floats(count: number, random: () => number): Float32Array {
  return new Float32Array(count).map(() => (random() / 2 ** 32 - 0.5) * 0.2)
}

/** Blocks of one scale, about 0.1 for the widest number as a half float, and 32 numbers of four or eight bits. */
function quantised(blocks: number, size: 16 | 32, random: () => number): Uint8Array {
  const bytes = new Uint8Array(blocks * (2 + size))
  for (let block = 0; block < blocks; block++) {
    const at = block * (2 + size)
    bytes[at + 1] = size === 32 ? 0x10 : 0x20
    for (let index = 2; index < 2 + size; index++) bytes[at + index] = random() >>> 24
  }
  return bytes
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** Marsaglia's xorshift: 32 random bits at each call. */
function generator(seed: number): () => number {
  let state = seed * 2_654_435_761 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
