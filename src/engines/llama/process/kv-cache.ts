import type { Llama, Pointer } from '../bindings.ts'
import type { LoadOptions } from '../messages.ts'

/**
 * The KV cache as slots, each of which holds the tokens of one sequence from its first one on. Slots that hold the same
 * beginning may share its cells; all slots together have as many cells as were asked for.
 */
export interface KvCache {
  readonly slots: number
  /**
   * Attention looks at every cell that is in use, also at those that no running sequence has, which takes about a tenth of
   * the time of using it. After so many tokens of others, that has cost as much as reading a cell's token again.
   */
  readonly tokensWorthKeeping: number
  /** How many tokens a slot holds. */
  length(slot: number): number
  /**
   * Whether the first tokens of a slot are all there to be used without the later ones. Recurrent models have only a state
   * after the last one, and sliding windows may have lost the first ones.
   */
  canCut(slot: number): boolean
  /** Cuts a slot down to its first `length` tokens. When false, the model cannot do that, and nothing has changed. */
  cut(slot: number, length: number): boolean
  /** Has `to` hold what `from` holds, and nothing else. Takes no cells. */
  copy(from: number, to: number): void
  clear(slot: number): void
  /** Whether `save` and `load` can be used. Recurrent models have no state that belongs to some tokens alone. */
  readonly canSave: boolean
  /** What a slot that can be cut holds of the tokens from `from` up to `to`. */
  save(slot: number, from: number, to: number): Uint8Array
  /**
   * Adds to a slot, which holds `from` tokens, those up to `to` of what was saved; more may have been. When false, there are
   * too few cells for all that was saved, and nothing has changed.
   */
  load(slot: number, saved: Uint8Array, from: number, to: number): boolean
}

/** Most sequences of one context (`LLAMA_MAX_SEQ`). */
export const mostSlots = 256

/** How many slots there are: besides those for running sequences, some for what others have left, and one to pass it through. */
export function countSlots(llama: Llama, model: Pointer, { sequences }: LoadOptions): number {
  // A state is as large for an empty slot as for a full one.
  return hasStates(llama, model) ? sequences : Math.min(mostSlots, sequences * 4)
}

export function openKvCache(llama: Llama, model: Pointer, context: Pointer, options: LoadOptions): KvCache {
  const slots = countSlots(llama, model, options)
  const memory = llama.llama_get_memory(context)
  const clear = (slot: number): void => void llama.llama_memory_seq_rm(memory, slot, -1, -1)
  const canSave = slots > options.sequences
  const spare = slots - 1
  return {
    slots: canSave ? spare : slots,
    tokensWorthKeeping: tokensWorthKeeping(llama, model),
    length: (slot) => llama.llama_memory_seq_pos_max(memory, slot) + 1,
    canCut: (slot) => llama.llama_memory_seq_pos_min(memory, slot) === 0,
    cut: (slot, length) => llama.llama_memory_seq_rm(memory, slot, length, -1),
    copy(from, to) {
      clear(to)
      // A part of a sequence cannot be copied in every kind of cache; llama.cpp aborts where it cannot.
      llama.llama_memory_seq_cp(memory, from, to, -1, -1)
    },
    clear,
    canSave,
    save(slot, from, to) {
      llama.llama_memory_seq_cp(memory, slot, spare, from, to)
      const saved = new Uint8Array(Number(llama.llama_state_seq_get_size(context, spare)))
      llama.llama_state_seq_get_data(context, saved, saved.length, spare)
      clear(spare)
      return saved
    },
    load(slot, saved, from, to) {
      if (Number(llama.llama_state_seq_set_data(context, saved, saved.length, spare)) === 0) return false
      llama.llama_memory_seq_cp(memory, spare, slot, from, to)
      clear(spare)
      return true
    },
  }
}

function hasStates(llama: Llama, model: Pointer): boolean {
  return llama.llama_model_is_recurrent(model) || llama.llama_model_is_hybrid(model)
}

/** Measured on x64: 10 ps for each parameter to read a token, 3.2 ns for each layer and head to look past a cell. */
function tokensWorthKeeping(llama: Llama, model: Pointer): number {
  const looks = llama.llama_model_n_layer(model) * llama.llama_model_n_head(model)
  return Math.ceil(Number(llama.llama_model_n_params(model)) / (320 * Math.max(1, looks)))
}
