import { Failure } from '../../chat/failure.ts'
import type { CacheType, Tuning } from '../../chat/tuning.ts'
import type { ModelFile } from './model-file.ts'
import { blocks } from './tensors.ts'

/** ggml's numbers of the types (`ggml.h`). */
export const ggmlTypes: Readonly<Record<CacheType, number>> = {
  f32: 0,
  f16: 1,
  bf16: 30,
  q8_0: 8,
  q5_1: 7,
  q5_0: 6,
  q4_1: 3,
  q4_0: 2,
  iq4_nl: 20,
}

/** Bytes that one token takes in a KV cache. */
export function cellBytes({ cell }: Pick<ModelFile, 'cell'>, type: CacheType): number {
  const [numbers, bytes] = blockOf(type)
  return (cell.numbers / numbers) * bytes
}

/** Throws a `Failure` that says what to choose where llama.cpp would refuse the cache. */
export function checkCache(
  name: string,
  { cell }: Pick<ModelFile, 'cell'>,
  { cache, flashAttention }: Tuning,
): void {
  const [size] = blockOf(cache)
  if (size === 1) return
  const refuse = (why: string): Failure =>
    new Failure('internal', `${name} cannot have a KV cache of ${cache}: ${why}.`)
  if (flashAttention === 'off')
    throw refuse('a quantised one needs flashAttention, which is off; take f16, bf16 or f32')
  const odd = cell.heads.find((head) => head % size !== 0)
  if (odd !== undefined)
    throw refuse(
      `its heads have ${odd} numbers, which is no multiple of the ${size} that it stores together; take f16, bf16 or f32`,
    )
}

function blockOf(type: CacheType): readonly [numbers: number, bytes: number] {
  return blocks[ggmlTypes[type]] ?? [1, 4]
}
