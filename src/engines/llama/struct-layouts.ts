import koffi from 'koffi'
import { Failure } from '../../chat/failure.ts'
import { knownRelease } from './libraries.ts'

/**
 * The structs that llama.cpp's functions take and give by value, laid out exactly as in `llama.h` and `ggml.h` of the
 * release in `knownRelease`. Importing this file makes their names known to koffi. Pointers in them are plain integers.
 */

/** The fields of a struct by name. */
export type Struct = Readonly<Record<string, number | bigint | boolean | readonly boolean[]>>

koffi.struct('llama_model_params', {
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

koffi.struct('llama_context_params', {
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

koffi.struct('llama_batch', {
  n_tokens: 'int32_t',
  token: 'uintptr_t',
  embd: 'uintptr_t',
  pos: 'uintptr_t',
  n_seq_id: 'uintptr_t',
  seq_id: 'uintptr_t',
  logits: 'uintptr_t',
})

koffi.struct('llama_sampler_chain_params', { no_perf: 'bool' })

koffi.struct('ggml_threadpool_params', {
  cpumask: koffi.array('bool', 512, 'Array'),
  n_threads: 'int',
  prio: 'int',
  poll: 'uint32_t',
  strict_cpu: 'bool',
  paused: 'bool',
})

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

/** What the libraries give as defaults. */
export interface Defaults {
  readonly model: Struct
  readonly context: Struct
  readonly chain: Struct
  /** For three threads. */
  readonly threadpool: Struct
}

/**
 * Compares the defaults that the libraries give with those in the release's source. Throws a `Failure` when they differ:
 * structs laid out otherwise would be misread without a sound.
 */
export function checkLayouts(found: Defaults): void {
  checkDefaults('llama_model_params', found.model, modelDefaults)
  checkDefaults('llama_context_params', found.context, contextDefaults)
  checkDefaults('llama_sampler_chain_params', found.chain, { no_perf: true })
  checkDefaults('ggml_threadpool_params', found.threadpool, threadpoolDefaults)
}

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
