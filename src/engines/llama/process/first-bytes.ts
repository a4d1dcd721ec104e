import type { Llama, Pointer } from '../bindings.ts'

/**
 * The tokens of a vocabulary by the first byte of what a grammar takes them for. Where a grammar forbids the token that
 * is one byte alone, it forbids all that begin with it: a few looks save those at most of a large vocabulary.
 */
export interface FirstBytes {
  /** For each token its first byte, or `unknownByte` where that would tell nothing. */
  readonly of: Uint16Array
  /** The tokens that are one byte alone. */
  readonly alone: readonly number[]
}

export const unknownByte = 256

/** No token of use is longer. */
const room = new Uint8Array(1024)

export function readFirstBytes(llama: Llama, vocab: Pointer, vocabSize: number): FirstBytes {
  const of = new Uint16Array(vocabSize).fill(unknownByte)
  const alone = new Map<number, number>()
  for (let token = 0; token < vocabSize; token++) {
    // Those that end an answer a grammar judges by that alone.
    if (llama.llama_vocab_is_eog(vocab, token)) continue
    const length = llama.llama_token_to_piece(vocab, token, room, room.length, 0, true)
    const [byte = unknownByte] = room
    if (length > 0) of[token] = byte
    if (length === 1) alone.set(byte, token)
  }
  return { of: of.map((byte) => (alone.has(byte) ? byte : unknownByte)), alone: [...alone.values()] }
}
