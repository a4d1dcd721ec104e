import koffi from 'koffi'
import { Failure } from '../../chat/failure.ts'
import type { Libraries } from './libraries.ts'
import type { Struct } from './struct-layouts.ts'
import { checkLayouts } from './struct-layouts.ts'

/**
 * llama.cpp's C API as far as it is used here, under its own names: what each function does stands in `llama.h`,
 * `ggml-backend.h` and `ggml-cpu.h` of the release in `knownRelease`. Nothing here checks what it is given: a wrong
 * pointer ends the process.
 */
export interface Llama {
  readonly llama_print_system_info: () => string
  readonly llama_model_default_params: () => Struct
  readonly llama_context_default_params: () => Struct
  readonly llama_model_load_from_file: (path: string, params: Struct) => Pointer
  readonly llama_init_from_model: (model: Pointer, params: Struct) => Pointer
  readonly llama_adapter_lora_init: (model: Pointer, path: string) => Pointer
  readonly llama_set_adapters_lora: (
    context: Pointer,
    adapters: BigUint64Array,
    count: number,
    scales: Float32Array,
  ) => number
  readonly llama_attach_threadpool: (context: Pointer, pool: Pointer, poolForBatches: Pointer) => void
  readonly llama_decode: (context: Pointer, batch: Struct) => number
  readonly llama_get_logits_ith: (context: Pointer, index: number) => Pointer
  readonly llama_get_embeddings_seq: (context: Pointer, slot: number) => Pointer
  readonly llama_model_n_embd_out: (model: Pointer) => number
  readonly llama_model_n_params: (model: Pointer) => number | bigint
  readonly llama_model_n_layer: (model: Pointer) => number
  readonly llama_model_n_head: (model: Pointer) => number
  readonly llama_model_is_recurrent: (model: Pointer) => boolean
  readonly llama_model_is_hybrid: (model: Pointer) => boolean

  readonly llama_get_memory: (context: Pointer) => Pointer
  readonly llama_memory_seq_pos_min: (memory: Pointer, slot: number) => number
  readonly llama_memory_seq_pos_max: (memory: Pointer, slot: number) => number
  readonly llama_memory_seq_rm: (memory: Pointer, slot: number, from: number, to: number) => boolean
  readonly llama_memory_seq_cp: (
    memory: Pointer,
    source: number,
    target: number,
    from: number,
    to: number,
  ) => void
  readonly llama_state_seq_get_size: (context: Pointer, slot: number) => number | bigint
  readonly llama_state_seq_get_data: (
    context: Pointer,
    state: Uint8Array,
    size: number,
    slot: number,
  ) => number | bigint
  readonly llama_state_seq_set_data: (
    context: Pointer,
    state: Uint8Array,
    size: number,
    slot: number,
  ) => number | bigint

  readonly llama_model_get_vocab: (model: Pointer) => Pointer
  readonly llama_vocab_n_tokens: (vocab: Pointer) => number
  readonly llama_vocab_is_eog: (vocab: Pointer, token: number) => boolean
  readonly llama_vocab_bos: (vocab: Pointer) => number
  readonly llama_tokenize: (
    ...args: [
      vocab: Pointer,
      text: Uint8Array,
      length: number,
      tokens: Int32Array,
      room: number,
      special: boolean,
      parse: boolean,
    ]
  ) => number
  readonly llama_token_to_piece: (
    ...args: [vocab: Pointer, token: number, bytes: Uint8Array, room: number, strip: number, special: boolean]
  ) => number

  readonly llama_sampler_chain_default_params: () => Struct
  readonly llama_sampler_chain_init: (params: Struct) => Pointer
  readonly llama_sampler_chain_add: (chain: Pointer, sampler: Pointer) => void
  readonly llama_sampler_init_greedy: () => Pointer
  readonly llama_sampler_init_dist: (seed: number) => Pointer
  readonly llama_sampler_init_top_k: (k: number) => Pointer
  readonly llama_sampler_init_top_p: (p: number, keep: number) => Pointer
  readonly llama_sampler_init_min_p: (p: number, keep: number) => Pointer
  readonly llama_sampler_init_temp: (temperature: number) => Pointer
  readonly llama_sampler_init_penalties: (
    ...args: [vocab: number, last: number, repeat: number, frequency: number, presence: number]
  ) => Pointer
  readonly llama_sampler_init_grammar: (vocab: Pointer, grammar: string, root: string) => Pointer
  readonly llama_sampler_sample: (chain: Pointer, context: Pointer, index: number) => number
  readonly llama_sampler_apply: (sampler: Pointer, candidates: Uint8Array) => void
  readonly llama_sampler_accept: (sampler: Pointer, token: number) => void
  readonly llama_sampler_free: (sampler: Pointer) => void

  readonly ggml_threadpool_params_default: (threads: number) => Struct
  readonly ggml_threadpool_new: (params: Struct) => Pointer
}

/** An address; 0 is null. */
export type Pointer = number | bigint

/** Binds the libraries and loads ggml's backends for this machine. Throws a `Failure` when they are of another release. */
export function bindLlama(libraries: Libraries): Llama {
  const base = koffi.load(libraries.base, { global: true })
  const ggml = koffi.load(libraries.ggml, { global: true })
  const library = koffi.load(libraries.llama, { global: true })
  const llama = { ...bindModel(library), ...bindSamplers(library), ...bindThreads(base, ggml) }
  ggml.func('void ggml_backend_load_all_from_path(str folder)')(libraries.folder)
  checkLayouts({
    model: llama.llama_model_default_params(),
    context: llama.llama_context_default_params(),
    chain: llama.llama_sampler_chain_default_params(),
    threadpool: llama.ggml_threadpool_params_default(3),
  })
  return llama
}

type Library = ReturnType<typeof koffi.load>
type SamplerName = Extract<keyof Llama, `llama_sampler_${string}`>
type ThreadName = Extract<keyof Llama, `ggml_${string}`>

function bindModel(llama: Library): Omit<Llama, SamplerName | ThreadName> {
  return {
    llama_print_system_info: llama.func('str llama_print_system_info()'),
    llama_model_default_params: llama.func('llama_model_params llama_model_default_params()'),
    llama_context_default_params: llama.func('llama_context_params llama_context_default_params()'),
    llama_model_load_from_file: llama.func('uintptr_t llama_model_load_from_file(str, llama_model_params)'),
    llama_init_from_model: llama.func('uintptr_t llama_init_from_model(uintptr_t, llama_context_params)'),
    llama_adapter_lora_init: llama.func('uintptr_t llama_adapter_lora_init(uintptr_t, str)'),
    llama_set_adapters_lora: llama.func('int32_t llama_set_adapters_lora(uintptr_t, void *, size_t, void *)'),
    llama_attach_threadpool: llama.func('void llama_attach_threadpool(uintptr_t, uintptr_t, uintptr_t)'),
    llama_decode: llama.func('int32_t llama_decode(uintptr_t, llama_batch)'),
    llama_get_logits_ith: llama.func('uintptr_t llama_get_logits_ith(uintptr_t, int32_t)'),
    llama_get_embeddings_seq: llama.func('uintptr_t llama_get_embeddings_seq(uintptr_t, int32_t)'),
    llama_model_n_embd_out: llama.func('int32_t llama_model_n_embd_out(uintptr_t)'),
    llama_model_n_params: llama.func('uint64_t llama_model_n_params(uintptr_t)'),
    llama_model_n_layer: llama.func('int32_t llama_model_n_layer(uintptr_t)'),
    llama_model_n_head: llama.func('int32_t llama_model_n_head(uintptr_t)'),
    llama_model_is_recurrent: llama.func('bool llama_model_is_recurrent(uintptr_t)'),
    llama_model_is_hybrid: llama.func('bool llama_model_is_hybrid(uintptr_t)'),
    llama_get_memory: llama.func('uintptr_t llama_get_memory(uintptr_t)'),
    llama_memory_seq_pos_min: llama.func('int32_t llama_memory_seq_pos_min(uintptr_t, int32_t)'),
    llama_memory_seq_pos_max: llama.func('int32_t llama_memory_seq_pos_max(uintptr_t, int32_t)'),
    llama_memory_seq_rm: llama.func('bool llama_memory_seq_rm(uintptr_t, int32_t, int32_t, int32_t)'),
    llama_memory_seq_cp: llama.func(
      'void llama_memory_seq_cp(uintptr_t, int32_t, int32_t, int32_t, int32_t)',
    ),
    llama_state_seq_get_size: llama.func('size_t llama_state_seq_get_size(uintptr_t, int32_t)'),
    llama_state_seq_get_data: llama.func(
      'size_t llama_state_seq_get_data(uintptr_t, void *, size_t, int32_t)',
    ),
    llama_state_seq_set_data: llama.func(
      'size_t llama_state_seq_set_data(uintptr_t, void *, size_t, int32_t)',
    ),
    llama_model_get_vocab: llama.func('uintptr_t llama_model_get_vocab(uintptr_t)'),
    llama_vocab_n_tokens: llama.func('int32_t llama_vocab_n_tokens(uintptr_t)'),
    llama_vocab_is_eog: llama.func('bool llama_vocab_is_eog(uintptr_t, int32_t)'),
    llama_vocab_bos: llama.func('int32_t llama_vocab_bos(uintptr_t)'),
    llama_tokenize: llama.func(
      'int32_t llama_tokenize(uintptr_t, void *, int32_t, void *, int32_t, bool, bool)',
    ),
    llama_token_to_piece: llama.func(
      'int32_t llama_token_to_piece(uintptr_t, int32_t, void *, int32_t, int32_t, bool)',
    ),
  }
}

function bindSamplers(llama: Library): Pick<Llama, SamplerName> {
  return {
    llama_sampler_chain_default_params: llama.func(
      'llama_sampler_chain_params llama_sampler_chain_default_params()',
    ),
    llama_sampler_chain_init: llama.func('uintptr_t llama_sampler_chain_init(llama_sampler_chain_params)'),
    llama_sampler_chain_add: llama.func('void llama_sampler_chain_add(uintptr_t, uintptr_t)'),
    llama_sampler_init_greedy: llama.func('uintptr_t llama_sampler_init_greedy()'),
    llama_sampler_init_dist: llama.func('uintptr_t llama_sampler_init_dist(uint32_t)'),
    llama_sampler_init_top_k: llama.func('uintptr_t llama_sampler_init_top_k(int32_t)'),
    llama_sampler_init_top_p: llama.func('uintptr_t llama_sampler_init_top_p(float, size_t)'),
    llama_sampler_init_min_p: llama.func('uintptr_t llama_sampler_init_min_p(float, size_t)'),
    llama_sampler_init_temp: llama.func('uintptr_t llama_sampler_init_temp(float)'),
    llama_sampler_init_penalties: llama.func(
      'uintptr_t llama_sampler_init_penalties(int32_t, int32_t, float, float, float)',
    ),
    llama_sampler_init_grammar: llama.func('uintptr_t llama_sampler_init_grammar(uintptr_t, str, str)'),
    llama_sampler_sample: llama.func('int32_t llama_sampler_sample(uintptr_t, uintptr_t, int32_t)'),
    llama_sampler_apply: llama.func('void llama_sampler_apply(uintptr_t, void *)'),
    llama_sampler_accept: llama.func('void llama_sampler_accept(uintptr_t, int32_t)'),
    llama_sampler_free: llama.func('void llama_sampler_free(uintptr_t)'),
  }
}

function bindThreads(base: Library, ggml: Library): Pick<Llama, ThreadName> {
  const registry = ggml.func('uintptr_t ggml_backend_reg_by_name(str name)')
  const address = base.func('uintptr_t ggml_backend_reg_get_proc_address(uintptr_t registry, str name)')
  const create = koffi.proto('uintptr_t ggml_threadpool_new(ggml_threadpool_params *params)')
  return {
    ggml_threadpool_params_default: base.func(
      'ggml_threadpool_params ggml_threadpool_params_default(int threads)',
    ),
    // It is in the CPU backend that was chosen for this machine, one of many libraries.
    ggml_threadpool_new: (params) =>
      koffi.call(address(registry('CPU'), 'ggml_threadpool_new'), create, params),
  }
}

/** Copies `length` floats out of native memory. */
export function readFloats(from: Pointer, length: number): Float32Array {
  const floats: unknown = koffi.decode(from, 'float', length)
  if (!(floats instanceof Float32Array))
    throw new Failure('internal', 'Native memory did not read as floats.')
  return floats
}

/** Reads one 32-bit integer from native memory. */
export function readInt(from: Pointer): number {
  return koffi.decode.int32(from)
}

/** The address of an array's memory, which stays there as long as the array is referenced. */
export function addressOf(array: ArrayBufferView): Pointer {
  return koffi.address(array)
}
