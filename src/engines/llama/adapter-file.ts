import type { Adapter } from '../../chat/tuning.ts'
import { Failure } from '../../chat/failure.ts'
import { type GgufHeader, type GgufTensor, readGguf } from './gguf.ts'
import { checkTensors } from './tensors.ts'

/**
 * Reads the header of a LoRA adapter and gives its bytes. Throws a `Failure` of kind `internal` that names both files and
 * the reason where it is none, is cut short, or does not fit the model.
 */
export function readAdapter({ file }: Adapter, model: string, { values, tensors }: GgufHeader): number {
  try {
    const header = readGguf(file)
    checkTensors(header)
    checkKind(header, values.get('general.architecture'))
    const weights = new Map(tensors.map((tensor) => [tensor.name, tensor]))
    for (const [name, { a, b }] of pairsOf(header.tensors)) checkPair(name, a, b, weights.get(name))
    return header.fileBytes
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('internal', `Adapter ${file} cannot be used with ${model}: ${reason}.`, {
      cause: error,
    })
  }
}

function checkKind({ values }: GgufHeader, architecture: unknown): void {
  if (values.get('general.type') !== 'adapter' || values.get('adapter.type') !== 'lora')
    throw new TypeError('it is no LoRA adapter')
  const own = values.get('general.architecture')
  if (own !== architecture)
    throw new TypeError(`it was made for another architecture, not for ${String(architecture)}`)
  if (values.has('adapter.alora.invocation_tokens'))
    throw new TypeError('it is to work from certain tokens on alone (aLoRA), which is not supported')
}

interface Pair {
  a?: GgufTensor
  b?: GgufTensor
}

/** By the names of the weights that they change. llama.cpp leaves those of norms out. */
function pairsOf(tensors: readonly GgufTensor[]): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>()
  for (const tensor of tensors) {
    const [, name, part] = /^(.+)\.lora_([ab])$/.exec(tensor.name) ?? []
    if (name === undefined) {
      if (tensor.name.endsWith('_norm.weight')) continue
      throw new TypeError(`its tensor ${tensor.name} is no part of a LoRA`)
    }
    pairs.set(name, { ...pairs.get(name), [part === 'a' ? 'a' : 'b']: tensor })
  }
  return pairs
}

/** As llama.cpp has them: `a` from the width that goes in to the rank, `b` from the rank to the one that comes out. */
function checkPair(name: string, a?: GgufTensor, b?: GgufTensor, weight?: GgufTensor): void {
  if (a === undefined || b === undefined) throw new TypeError(`its pair of tensors for ${name} is not whole`)
  if (weight === undefined) throw new TypeError(`the model has no ${name}, which it changes`)
  // Of the embedding the two change places.
  const [into, out, rank] =
    name === 'token_embd.weight' ? [b.shape[1], a.shape[1], a.shape[0]] : [a.shape[0], b.shape[1], a.shape[1]]
  if (into !== weight.shape[0] || out !== weight.shape[1])
    throw new RangeError(
      `it changes ${name} of ${into} by ${out}, which has ${weight.shape.join(' by ')} here`,
    )
  if (rank !== b.shape[0]) throw new RangeError(`its ranks for ${name} differ: ${rank} and ${b.shape[0]}`)
}
