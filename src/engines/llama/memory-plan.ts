import type { CacheType, Tuning } from '../../chat/tuning.ts'
import { cellBytes } from './cache-types.ts'
import type { ModelFile } from './model-file.ts'
import { mostSlots } from './process/kv-cache.ts'

/** What a model takes while it is loaded, in bytes. */
export interface MemoryPlan {
  readonly weights: number
  /** The KV cache of `cells` tokens, shared by all sequences. */
  readonly cache: number
  readonly cells: number
  /** What earlier prompts and answers may take outside the KV cache. */
  readonly shelf: number
  /** The process itself, and what llama.cpp computes in. */
  readonly rest: number
}

const smallCacheBytes = 64 * 2 ** 20
/** Measured 100 MB for a small vocabulary; a large one's logits of a batch are as much again. */
const restBytes = 200e6

/**
 * Cells of the KV cache: whole contexts, one at least and one for each sequence at most, in as much memory as half the
 * weights take, or 64 MiB where that is more. Few answers ever fill their context, and those that do not fit wait.
 */
export function planMemory(
  file: ModelFile,
  tuning: { readonly contextLength: number; readonly sequences: number } & Pick<
    Tuning,
    'cache' | 'promptMemory'
  >,
): MemoryPlan {
  const { contextLength, sequences, cache } = tuning
  const bytes = Math.max(smallCacheBytes, file.sizeBytes / 2)
  const cell = cellBytes(file, cache)
  const contexts = Math.floor(bytes / (contextLength * cell))
  const cells = contextLength * Math.min(sequences, Math.max(1, contexts))
  return {
    weights: file.sizeBytes,
    cache: cells * cell,
    cells,
    shelf: shelfBytes(file, tuning, cells),
    rest: restBytes,
  }
}

/** Of a model that turns texts into vectors: one window is read at once, and llama.cpp has logits for all of it. */
export function planEmbedder(
  file: ModelFile,
  { contextLength, cache }: { readonly contextLength: number; readonly cache: CacheType },
): MemoryPlan {
  const rest = restBytes + contextLength * file.vocabulary * 4
  return {
    weights: file.sizeBytes,
    cache: contextLength * cellBytes(file, cache),
    cells: contextLength,
    shelf: 0,
    rest,
  }
}

export function totalOf({ weights, cache, shelf, rest }: MemoryPlan): number {
  return weights + cache + shelf + rest
}

/** llama.cpp's recurrent and hybrid architectures, of which no state belongs to some tokens alone (`llama-arch.cpp`). */
const withStates: ReadonlySet<string> = new Set(
  (
    'arwkv7 bailingmoe3 deepseek4 falcon-h1 granitehybrid jamba kimi-k3 kimi-linear lfm2 lfm2moe mamba mamba2 ' +
    'minimax-01 nemotron_h nemotron_h_moe plamo2 qwen35 qwen35moe qwen3next qwen4exp rwkv6 rwkv6qwen2 rwkv7'
  ).split(' '),
)

/**
 * As much as the KV cache where nothing else is asked for: what every sequence has left fits at least once more. Nothing
 * where `openKvCache` can save nothing.
 */
export function shelfBytes(
  file: ModelFile,
  { cache, promptMemory, sequences }: Pick<Tuning, 'cache' | 'promptMemory'> & { readonly sequences: number },
  cells: number,
): number {
  if (withStates.has(file.architecture) || sequences >= mostSlots) return 0
  return promptMemory === 'auto' ? cells * cellBytes(file, cache) : promptMemory * 1e9
}

/** The widest window of which one context fits beside the weights; 0 where none of use does. */
export function widestWindow(file: ModelFile, bytes: number, cache: CacheType): number {
  const cells = Math.floor((bytes - file.sizeBytes - restBytes) / cellBytes(file, cache) / 256) * 256
  return Math.max(0, cells)
}
