import koffi from 'koffi'
import { Failure } from '../../chat/failure.ts'
import type { Libraries } from './libraries.ts'
import { knownRelease } from './libraries.ts'

/**
 * llama.cpp's C API (`llama.h`, `ggml-backend.h`, `ggml.h` of the release in `knownRelease`), as far as it is used here.
 * Structs are laid out exactly as in those headers; `bindLlama` compares the defaults that the libraries give with the
 * ones that the release's source gives, so that other libraries are refused instead of misread.
 * Pointers are integers, 0 is null. Nothing here checks what it is given.
 */
export type Pointer = number | bigint

const modelParams = koffi.struct('llama_model_params', {
  devices: 'uintptr_t',
  tensor_buft_overrides: 'uintptr_t',
  n_gpu_layers: 'int32_t',
  split_mode: 'int',
  load_mode: 'int',
  lazy_mode: 'int',
  main_gpu: 'int32_t',
  tensor_split: 'uintptr_t',
  progress_callback: 'uintptr_t',
  progress_callback_user_data: 'uintptr_t',
  kv_overrides: 'uintptr_t',
  vocab_only: 'bool',
  check_tensors: 'bool',
  use_extra_bufts: 'bool',
  no_host: 'bool',
  no_alloc: 'bool',
  load_mtp: 'bool',
})

const contextParams = koffi.struct('llama_context_params', {
  n_ctx: 'uint32_t',
  n_batch: 'uint32_t',
  n_ubatch: 'uint32_t',
  n_seq_max: 'uint32_t',
  n_rs_seq: 'uint32_t',
  n_outputs_max: 'uint32_t',
  n_outputs_max_per_seq: 'uint32_t',
  n_threads: 'int32_t',
  n_threads_batch: 'int32_t',
  ctx_type: 'int',
  rope_scaling_type: 'int',
  pooling_type: 'int',
  attention_type: 'int',
  flash_attn_type: 'int',
  rope_freq_base: 'float',
  rope_freq_scale: 'float',
  yarn_ext_factor: 'float',
  yarn_attn_factor: 'float',
  yarn_beta_fast: 'float',
  yarn_beta_slow: 'float',
  yarn_orig_ctx: 'uint32_t',
  defrag_thold: 'float',
  cb_eval: 'uintptr_t',
  cb_eval_user_data: 'uintptr_t',
  type_k: 'int',
  type_v: 'int',
  abort_callback: 'uintptr_t',
  abort_callback_data: 'uintptr_t',
  embeddings: 'bool',
  offload_kqv: 'bool',
  no_perf: 'bool',
  op_offload: 'bool',
  swa_full: 'bool',
  kv_unified: 'bool',
  samplers: 'uintptr_t',
  n_samplers: 'size_t',
  ctx_other: 'uintptr_t',
})

const batch = koffi.struct('llama_batch', {
  n_tokens: 'int32_t',
  token: 'uintptr_t',
  embd: 'uintptr_t',
  pos: 'uintptr_t',
  n_seq_id: 'uintptr_t',
  seq_id: 'uintptr_t',
  logits: 'uintptr_t',
})

const chainParams = koffi.struct('llama_sampler_chain_params', { no_perf: 'bool' })

const threadpoolParams = koffi.struct('ggml_threadpool_params', {
  cpumask: koffi.array('bool', 512, 'Array'),
  n_threads: 'int',
  prio: 'int',
  poll: 'uint32_t',
  strict_cpu: 'bool',
  paused: 'bool',
})

const newThreadpool = koffi.proto('ggml_threadpool_new', 'uintptr_t', [koffi.pointer(threadpoolParams)])

/** The fields of a struct by name, as koffi gives and takes them. */
export type Struct = Readonly<Record<string, number | bigint | boolean | readonly boolean[]>>

/** Binds the libraries and loads ggml's backends for this machine. Throws a `Failure` when they are not as described. */
export function bindLlama(libraries: Libraries) {
  const base = koffi.load(libraries.base, { global: true })
  const ggml = koffi.load(libraries.ggml, { global: true })
  const llama = koffi.load(libraries.llama, { global: true })

  const bound = {
    ...bindModel(llama),
    ...bindVocabulary(llama),
    ...bindSamplers(llama),
    ...bindBackends(base, ggml),
  }
  bound.ggml_backend_load_all_from_path(libraries.folder)
  checkDefaults('llama_model_params', bound.llama_model_default_params(), modelDefaults)
  checkDefaults('llama_context_params', bound.llama_context_default_params(), contextDefaults)
  checkDefaults('llama_sampler_chain_params', bound.llama_sampler_chain_default_params(), { no_perf: true })
  checkDefaults('ggml_threadpool_params', bound.ggml_threadpool_params_default(3), threadpoolDefaults)
  return bound
}

export type Llama = ReturnType<typeof bindLlama>

type Library = ReturnType<typeof koffi.load>

function bindModel(llama: Library) {
  const version: () => string = llama.func('llama_version', 'str', [])
  const system: () => string = llama.func('llama_print_system_info', 'str', [])
  const modelDefaultParams: () => Struct = llama.func('llama_model_default_params', modelParams, [])
  const contextDefaultParams: () => Struct = llama.func('llama_context_default_params', contextParams, [])
  const load: (path: string, params: Struct) => Pointer = llama.func(
    'llama_model_load_from_file',
    'uintptr_t',
    ['str', modelParams],
  )
  const init: (model: Pointer, params: Struct) => Pointer = llama.func('llama_init_from_model', 'uintptr_t', [
    'uintptr_t',
    contextParams,
  ])
  const attach: (context: Pointer, pool: Pointer, poolForBatches: Pointer) => void = llama.func(
    'llama_attach_threadpool',
    'void',
    ['uintptr_t', 'uintptr_t', 'uintptr_t'],
  )
  const decode: (context: Pointer, batch: Struct) => number = llama.func('llama_decode', 'int32_t', [
    'uintptr_t',
    batch,
  ])
  const logits: (context: Pointer, index: number) => Pointer = llama.func(
    'llama_get_logits_ith',
    'uintptr_t',
    ['uintptr_t', 'int32_t'],
  )
  const memory: (context: Pointer) => Pointer = llama.func('llama_get_memory', 'uintptr_t', ['uintptr_t'])
  const remove: (memory: Pointer, sequence: number, from: number, to: number) => boolean = llama.func(
    'llama_memory_seq_rm',
    'bool',
    ['uintptr_t', 'int32_t', 'int32_t', 'int32_t'],
  )
  const copy: (memory: Pointer, source: number, target: number, from: number, to: number) => void =
    llama.func('llama_memory_seq_cp', 'void', ['uintptr_t', 'int32_t', 'int32_t', 'int32_t', 'int32_t'])
  return {
    llama_version: version,
    llama_print_system_info: system,
    llama_model_default_params: modelDefaultParams,
    llama_context_default_params: contextDefaultParams,
    llama_model_load_from_file: load,
    llama_init_from_model: init,
    llama_attach_threadpool: attach,
    llama_decode: decode,
    llama_get_logits_ith: logits,
    llama_get_memory: memory,
    llama_memory_seq_rm: remove,
    llama_memory_seq_cp: copy,
  }
}

function bindVocabulary(llama: Library) {
  const ofModel: (model: Pointer) => Pointer = llama.func('llama_model_get_vocab', 'uintptr_t', ['uintptr_t'])
  const count: (vocab: Pointer) => number = llama.func('llama_vocab_n_tokens', 'int32_t', ['uintptr_t'])
  const isEnd: (vocab: Pointer, token: number) => boolean = llama.func('llama_vocab_is_eog', 'bool', [
    'uintptr_t',
    'int32_t',
  ])
  const isControl: (vocab: Pointer, token: number) => boolean = llama.func('llama_vocab_is_control', 'bool', [
    'uintptr_t',
    'int32_t',
  ])
  const addsBos: (vocab: Pointer) => boolean = llama.func('llama_vocab_get_add_bos', 'bool', ['uintptr_t'])
  const bos: (vocab: Pointer) => number = llama.func('llama_vocab_bos', 'int32_t', ['uintptr_t'])
  const tokenize: (
    vocab: Pointer,
    text: Uint8Array,
    length: number,
    tokens: Int32Array,
    room: number,
    special: boolean,
    parse: boolean,
  ) => number = llama.func('llama_tokenize', 'int32_t', [
    'uintptr_t',
    'void *',
    'int32_t',
    'void *',
    'int32_t',
    'bool',
    'bool',
  ])
  const piece: (
    vocab: Pointer,
    token: number,
    bytes: Uint8Array,
    room: number,
    strip: number,
    special: boolean,
  ) => number = llama.func('llama_token_to_piece', 'int32_t', [
    'uintptr_t',
    'int32_t',
    'void *',
    'int32_t',
    'int32_t',
    'bool',
  ])
  return {
    llama_model_get_vocab: ofModel,
    llama_vocab_n_tokens: count,
    llama_vocab_is_eog: isEnd,
    llama_vocab_is_control: isControl,
    llama_vocab_get_add_bos: addsBos,
    llama_vocab_bos: bos,
    llama_tokenize: tokenize,
    llama_token_to_piece: piece,
  }
}

function bindSamplers(llama: Library) {
  const chainDefaultParams: () => Struct = llama.func('llama_sampler_chain_default_params', chainParams, [])
  const chain: (params: Struct) => Pointer = llama.func('llama_sampler_chain_init', 'uintptr_t', [
    chainParams,
  ])
  const add: (chain: Pointer, sampler: Pointer) => void = llama.func('llama_sampler_chain_add', 'void', [
    'uintptr_t',
    'uintptr_t',
  ])
  const greedy: () => Pointer = llama.func('llama_sampler_init_greedy', 'uintptr_t', [])
  const dist: (seed: number) => Pointer = llama.func('llama_sampler_init_dist', 'uintptr_t', ['uint32_t'])
  const topK: (k: number) => Pointer = llama.func('llama_sampler_init_top_k', 'uintptr_t', ['int32_t'])
  const topP: (p: number, keep: number) => Pointer = llama.func('llama_sampler_init_top_p', 'uintptr_t', [
    'float',
    'size_t',
  ])
  const minP: (p: number, keep: number) => Pointer = llama.func('llama_sampler_init_min_p', 'uintptr_t', [
    'float',
    'size_t',
  ])
  const temp: (t: number) => Pointer = llama.func('llama_sampler_init_temp', 'uintptr_t', ['float'])
  const penalties: (
    vocab: number,
    last: number,
    repeat: number,
    frequency: number,
    presence: number,
  ) => Pointer = llama.func('llama_sampler_init_penalties', 'uintptr_t', [
    'int32_t',
    'int32_t',
    'float',
    'float',
    'float',
  ])
  const grammar: (vocab: Pointer, grammar: string, root: string) => Pointer = llama.func(
    'llama_sampler_init_grammar',
    'uintptr_t',
    ['uintptr_t', 'str', 'str'],
  )
  const sample: (chain: Pointer, context: Pointer, index: number) => number = llama.func(
    'llama_sampler_sample',
    'int32_t',
    ['uintptr_t', 'uintptr_t', 'int32_t'],
  )
  const apply: (sampler: Pointer, candidates: Uint8Array) => void = llama.func(
    'llama_sampler_apply',
    'void',
    ['uintptr_t', 'void *'],
  )
  const accept: (sampler: Pointer, token: number) => void = llama.func('llama_sampler_accept', 'void', [
    'uintptr_t',
    'int32_t',
  ])
  const free: (sampler: Pointer) => void = llama.func('llama_sampler_free', 'void', ['uintptr_t'])
  return {
    llama_sampler_chain_default_params: chainDefaultParams,
    llama_sampler_chain_init: chain,
    llama_sampler_chain_add: add,
    llama_sampler_init_greedy: greedy,
    llama_sampler_init_dist: dist,
    llama_sampler_init_top_k: topK,
    llama_sampler_init_top_p: topP,
    llama_sampler_init_min_p: minP,
    llama_sampler_init_temp: temp,
    llama_sampler_init_penalties: penalties,
    llama_sampler_init_grammar: grammar,
    llama_sampler_sample: sample,
    llama_sampler_apply: apply,
    llama_sampler_accept: accept,
    llama_sampler_free: free,
  }
}

function bindBackends(base: Library, ggml: Library) {
  const loadAll: (folder: string) => void = ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])
  const registryOf: (name: string) => Pointer = ggml.func('ggml_backend_reg_by_name', 'uintptr_t', ['str'])
  const address: (registry: Pointer, name: string) => Pointer = base.func(
    'ggml_backend_reg_get_proc_address',
    'uintptr_t',
    ['uintptr_t', 'str'],
  )
  const threadpoolParamsDefault: (threads: number) => Struct = base.func(
    'ggml_threadpool_params_default',
    threadpoolParams,
    ['int'],
  )
  return {
    ggml_backend_load_all_from_path: loadAll,
    ggml_threadpool_params_default: threadpoolParamsDefault,
    /** It lives in the CPU backend that was chosen for this machine, one of many libraries. */
    ggml_threadpool_new(params: Struct): Pointer {
      const create = address(registryOf('CPU'), 'ggml_threadpool_new')
      const pool: Pointer = koffi.call(create, newThreadpool, params)
      return pool
    },
  }
}

/** Copies `length` floats out of native memory. */
export function readFloats(from: Pointer, length: number): Float32Array {
  const floats: unknown = koffi.decode(from, koffi.array('float', length, 'Typed'))
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

// From llama-model.cpp, llama-context.cpp and ggml.c of the release.
const modelDefaults: Struct = {
  devices: 0,
  n_gpu_layers: -1,
  split_mode: 1,
  load_mode: -1,
  lazy_mode: 1,
  main_gpu: 0,
  tensor_split: 0,
  progress_callback: 0,
  kv_overrides: 0,
  vocab_only: false,
  check_tensors: false,
  use_extra_bufts: true,
  no_host: false,
  no_alloc: false,
  load_mtp: false,
}
const contextDefaults: Struct = {
  n_ctx: 512,
  n_batch: 2048,
  n_ubatch: 512,
  n_seq_max: 1,
  n_rs_seq: 0,
  n_outputs_max: 0,
  n_outputs_max_per_seq: 1,
  n_threads: 4,
  n_threads_batch: 4,
  ctx_type: 0,
  rope_scaling_type: -1,
  pooling_type: -1,
  attention_type: -1,
  flash_attn_type: -1,
  yarn_ext_factor: -1,
  yarn_beta_slow: -1,
  yarn_orig_ctx: 0,
  defrag_thold: -1,
  type_k: 1,
  type_v: 1,
  abort_callback: 0,
  embeddings: false,
  offload_kqv: true,
  no_perf: true,
  op_offload: true,
  swa_full: true,
  kv_unified: false,
  samplers: 0,
  n_samplers: 0,
  ctx_other: 0,
}
const threadpoolDefaults: Struct = { n_threads: 3, prio: 0, poll: 50, strict_cpu: false, paused: false }

function checkDefaults(name: string, found: Struct, expected: Struct): void {
  for (const [key, value] of Object.entries(expected)) {
    const given = found[key]
    if (given === value || (typeof given === 'bigint' && given === BigInt(Number(value)))) continue
    throw new Failure(
      'internal',
      `llama.cpp's libraries are not of the release ${knownRelease.release}: ${name}.${key} is ${String(given)} by default, not ${String(value)}.`,
    )
  }
}
