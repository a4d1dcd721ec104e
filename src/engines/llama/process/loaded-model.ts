import type { ChosenToken, LikelyToken } from '../../../chat/event.ts'
import { Failure } from '../../../chat/failure.ts'
import type { Llama, Pointer } from '../bindings.ts'
import { addressOf, readFloats } from '../bindings.ts'
import { ggmlTypes } from '../cache-types.ts'
import type { LoadOptions } from '../messages.ts'
import type { Struct } from '../struct-layouts.ts'
import { findLikeliest, type Likelihood } from './find-likeliest.ts'
import { type FirstBytes, readFirstBytes } from './first-bytes.ts'
import type { KvCache } from './kv-cache.ts'
import { countSlots, openKvCache } from './kv-cache.ts'
import { loadAdapters } from './load-adapters.ts'
import type { Rules, TokenSampler } from './sampler.ts'
import { Samplers } from './sampler.ts'

/** What a token shows: bytes, and the same as text, where parts of characters are replaced. */
export interface Shown {
  readonly bytes: Uint8Array
  readonly text: string
}

/** A model with its KV cache, as the step loop sees it. Every call blocks until it is done. */
export interface LoadedModel {
  /** Most tokens in one batch. */
  readonly batchSize: number
  readonly cache: KvCache
  /** The tokens of a text. Special tokens are read where they stand; `first` pieces get what begins a sequence. */
  tokenize(text: string, first: boolean): readonly number[]
  /** What a token shows. */
  show(token: number): Shown
  /** Whether the model ends its answer with this token. */
  isEnd(token: number): boolean
  /** Has control tokens such as a mark show their text, which they do not by themselves. */
  reveal(text: string): void
  /** Adds a token to the next batch and gives its index. Its logits are kept when `output`. */
  add(token: number, position: number, slot: number, output: boolean): number
  /**
   * Adds so many tokens to the next batch that belong to nobody and are forgotten after it. Gives how many it added: none
   * where there is no room in the batch or no slot for them.
   */
  pad(count: number): number
  /** Runs the batch and empties it. `no-room`: the KV cache is full, and nothing of the batch is in it. */
  decode(): 'done' | 'no-room'
  /** The log probability of a token among the logits at `index` of the last batch, and the likeliest in its place. */
  logprob(index: number, token: number, top: number): ChosenToken
  /** Throws a `Failure` where the grammar cannot be used. */
  sampler(rules: Rules, choice: number): TokenSampler
}

/** Most tokens of one batch, prompts and running answers together. Larger ones read prompts little faster. */
const largestBatch = 256

/** Loads weights and makes the context. Throws a `Failure` when llama.cpp refuses; it says why on standard error. */
export function loadModel(llama: Llama, options: LoadOptions): LoadedModel {
  // llama.cpp makes no batch larger than the context, and aborts on one.
  const batchSize = Math.min(largestBatch, options.cells)
  const model = llama.llama_model_load_from_file(options.file, modelParams(llama, options))
  if (Number(model) === 0) throw new Failure('internal', 'llama.cpp cannot load the model.')
  const adapt = loadAdapters(llama, model, options.adapters)
  const slots = countSlots(llama, model, options)
  const context = llama.llama_init_from_model(model, contextParams(llama, options, batchSize, slots))
  if (Number(context) === 0)
    throw new Failure(
      'internal',
      `llama.cpp cannot make a context for the model with a KV cache of ${options.cache}.`,
    )
  attachThreads(llama, context, options.threads)
  adapt(context)
  const vocab = llama.llama_model_get_vocab(model)
  const vocabSize = llama.llama_vocab_n_tokens(vocab)
  const batch = new Batch(batchSize)
  const tokens = new Vocabulary(llama, vocab)
  let firstBytes: FirstBytes | undefined
  const samplers = new Samplers({
    llama,
    context,
    vocab,
    vocabSize,
    contextLength: options.contextLength,
    tokenize: (text) => tokens.tokenize(text, false),
    show: (token) => tokens.show(token),
    firstBytes: () => (firstBytes ??= readFirstBytes(llama, vocab, vocabSize)),
  })
  const cache = openKvCache(llama, model, context, options)
  // The one through which what is saved passes, empty between two calls.
  const spare = cache.canSave ? cache.slots : null
  let isPadded = false
  const likely = ({ token, logprob }: Likelihood): LikelyToken => {
    const { text, bytes } = tokens.name(token)
    return { text, bytes: [...bytes], logprob }
  }
  return {
    batchSize,
    cache,
    tokenize: (text, first) => tokens.tokenize(text, first),
    show: (token) => tokens.show(token),
    isEnd: (token) => llama.llama_vocab_is_eog(vocab, token),
    reveal: (text) => tokens.reveal(text),
    add: (token, position, slot, output) => batch.add(token, position, slot, output),
    pad(count) {
      if (spare === null || batch.size + count > batchSize) return 0
      for (let position = 0; position < count; position++) batch.add(0, position, spare, false)
      isPadded = count > 0
      return count
    },
    decode() {
      const result = llama.llama_decode(context, batch.take())
      if (isPadded && spare !== null) cache.clear(spare)
      isPadded = false
      if (result === 0) return 'done'
      if (result === 1) return 'no-room'
      throw new Failure('internal', `llama.cpp could not decode a batch (${result}).`)
    },
    logprob(index, token, top) {
      const logits = readFloats(llama.llama_get_logits_ith(context, index), vocabSize)
      const found = findLikeliest(logits, token, top)
      return { ...likely(found.chosen), top: found.top.map(likely) }
    },
    sampler: (rules, choice) => samplers.create(rules, choice),
  }
}

export function modelParams(llama: Llama, { gpuLayers }: LoadOptions): Struct {
  const own = llama.llama_model_default_params()
  return gpuLayers === 'auto' ? own : { ...own, n_gpu_layers: gpuLayers }
}

/** `llama_flash_attn_type`. */
const flashAttentions = { auto: -1, off: 0, on: 1 } as const

function contextParams(llama: Llama, options: LoadOptions, batchSize: number, slots: number): Struct {
  return {
    ...commonParams(llama, options, batchSize),
    n_seq_max: slots,
    // llama.cpp aborts when there are more sequences than outputs.
    n_outputs_max: slots,
  }
}

/** What holds of a context whatever it is for. */
export function commonParams(llama: Llama, options: LoadOptions, batchSize: number): Struct {
  return {
    ...llama.llama_context_default_params(),
    n_ctx: options.cells,
    n_batch: batchSize,
    n_ubatch: batchSize,
    n_threads: options.threads,
    n_threads_batch: options.threads,
    flash_attn_type: flashAttentions[options.flashAttention],
    type_k: ggmlTypes[options.cache],
    type_v: ggmlTypes[options.cache],
    kv_unified: true,
  }
}

/**
 * Without a pool of its own every decode starts and joins threads. They wait asleep for work (`poll` 0): spinning is a
 * little faster on an idle machine and takes cores from the server on a busy one.
 */
export function attachThreads(llama: Llama, context: Pointer, threads: number): void {
  const params = { ...llama.ggml_threadpool_params_default(threads), poll: 0 }
  const pool = llama.ggml_threadpool_new(params)
  if (Number(pool) === 0) throw new Failure('internal', `llama.cpp cannot start ${threads} threads.`)
  llama.llama_attach_threadpool(context, pool, pool)
}

/** `llama_batch` over arrays that live as long as it does; one sequence per token. */
export class Batch {
  #size = 0
  readonly #tokens: Int32Array
  readonly #positions: Int32Array
  readonly #slots: Int32Array
  readonly #outputs: Int8Array
  readonly #slotCounts: Int32Array
  readonly #slotPointers: BigUint64Array
  readonly #addresses: Struct

  constructor(size: number) {
    this.#tokens = new Int32Array(new ArrayBuffer(size * 4))
    this.#positions = new Int32Array(new ArrayBuffer(size * 4))
    this.#slots = new Int32Array(new ArrayBuffer(size * 4))
    this.#outputs = new Int8Array(new ArrayBuffer(size))
    this.#slotCounts = new Int32Array(new ArrayBuffer(size * 4)).fill(1)
    const slots = BigInt(addressOf(this.#slots))
    this.#slotPointers = BigUint64Array.from({ length: size }, (_, index) => slots + BigInt(index * 4))
    this.#addresses = {
      token: addressOf(this.#tokens),
      embd: 0,
      pos: addressOf(this.#positions),
      n_seq_id: addressOf(this.#slotCounts),
      seq_id: addressOf(this.#slotPointers),
      logits: addressOf(this.#outputs),
    }
  }

  get size(): number {
    return this.#size
  }

  add(token: number, position: number, slot: number, output: boolean): number {
    const index = this.#size++
    this.#tokens[index] = token
    this.#positions[index] = position
    this.#slots[index] = slot
    this.#outputs[index] = output ? 1 : 0
    return index
  }

  /** The batch as it stands, to be used before the next `add`. */
  take(): Struct {
    const count = this.#size
    this.#size = 0
    return { n_tokens: count, ...this.#addresses }
  }
}

export class Vocabulary {
  readonly #llama: Llama
  readonly #vocab: Pointer
  readonly #shown = new Map<number, Shown>()
  readonly #names = new Map<number, Shown>()
  #room = new Int32Array(4096)

  constructor(llama: Llama, vocab: Pointer) {
    this.#llama = llama
    this.#vocab = vocab
  }

  /** `controls`: whether a control token is read where its text stands. */
  tokenize(text: string, first: boolean, controls = true): readonly number[] {
    const bytes = Buffer.from(text, 'utf8')
    let count = this.#tokenizeInto(bytes, first, controls)
    if (count < 0) {
      this.#room = new Int32Array(-count)
      count = this.#tokenizeInto(bytes, first, controls)
    }
    const tokens = [...this.#room.subarray(0, count)]
    // A template that writes the beginning itself would have it twice.
    const bos = this.#llama.llama_vocab_bos(this.#vocab)
    return first && tokens[0] === bos && tokens[1] === bos ? tokens.slice(1) : tokens
  }

  #tokenizeInto(bytes: Buffer, first: boolean, controls: boolean): number {
    return this.#llama.llama_tokenize(
      this.#vocab,
      bytes,
      bytes.length,
      this.#room,
      this.#room.length,
      first,
      controls,
    )
  }

  show(token: number): Shown {
    return this.#known(this.#shown, token, false)
  }

  /** What a token shows, or its name where it is a control token and shows nothing. */
  name(token: number): Shown {
    const shown = this.show(token)
    return shown.bytes.length > 0 ? shown : this.#known(this.#names, token, true)
  }

  reveal(text: string): void {
    const [token, ...more] = this.tokenize(text, false)
    if (token !== undefined && more.length === 0) this.#shown.set(token, this.name(token))
  }

  #known(all: Map<number, Shown>, token: number, special: boolean): Shown {
    const known = all.get(token)
    if (known !== undefined) return known
    const shown = this.#read(token, special)
    all.set(token, shown)
    return shown
  }

  #read(token: number, special: boolean): Shown {
    const read = (room: Uint8Array): number =>
      this.#llama.llama_token_to_piece(this.#vocab, token, room, room.length, 0, special)
    let room = new Uint8Array(64)
    let length = read(room)
    if (length < 0) {
      room = new Uint8Array(-length)
      length = read(room)
    }
    const bytes = room.slice(0, length)
    return { bytes, text: new TextDecoder().decode(bytes) }
  }
}
