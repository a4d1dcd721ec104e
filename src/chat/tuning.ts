/** How the KV cache may store its numbers, as llama.cpp names it. */
export const cacheTypes = ['f32', 'f16', 'bf16', 'q8_0', 'q5_1', 'q5_0', 'q4_1', 'q4_0', 'iq4_nl'] as const
export type CacheType = (typeof cacheTypes)[number]

export const flashAttentions = ['auto', 'on', 'off'] as const

/** What an operator may choose of how the embedded engine runs a model, beyond how much of it. */
export interface Tuning {
  readonly cache: CacheType
  /** GB for what earlier prompts and answers left, outside the KV cache; `auto`: as much as that has. */
  readonly promptMemory: 'auto' | number
  /** Milliseconds that running answers wait between two tokens for each prompt that is to be read. */
  readonly patience: number
  /** `auto`: wherever the machine and the model have it. */
  readonly flashAttention: (typeof flashAttentions)[number]
  /** Layers that are computed on graphics cards, where the libraries are built for them; `auto`: all. */
  readonly gpuLayers: 'auto' | number
  /** All of them together, at all times. */
  readonly adapters: readonly Adapter[]
}

/** A LoRA adapter: a GGUF file, absolute, and how strongly it works, 1 as it was trained. */
export interface Adapter {
  readonly file: string
  readonly scale: number
}

/** As llama.cpp runs a model by itself. */
export const untuned: Tuning = {
  cache: 'f16',
  promptMemory: 'auto',
  patience: 150,
  flashAttention: 'auto',
  gpuLayers: 'auto',
  adapters: [],
}

/** That part of whatever has it. */
export function tuningOf(one: Tuning): Tuning {
  const { cache, promptMemory, patience, flashAttention, gpuLayers, adapters } = one
  return { cache, promptMemory, patience, flashAttention, gpuLayers, adapters }
}
