import type { GgufHeader, GgufTensor } from './gguf.ts'

/** Blocks of weights as ggml stores them: how many weights in a block, and its bytes (ggml.c's table of type traits). */
export const blocks: Readonly<Record<number, readonly [weights: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
  40: [64, 36],
}

/** A download that broke off has a whole header and not all the weights. */
export function checkTensors(header: GgufHeader): void {
  if (header.tensors.length === 0) throw new TypeError('it holds no weights')
  const given = header.values.get('general.alignment')
  const alignment = typeof given === 'number' && Number.isInteger(given) ? given : 32
  if (alignment < 1) throw new RangeError(`its alignment is ${alignment}`)
  const start = Math.ceil(header.end / alignment) * alignment
  for (const tensor of header.tensors) {
    const [weights, bytes] = blocks[tensor.type] ?? [1, 0]
    const end = start + tensor.offset + Math.ceil(elements(tensor) / weights) * bytes
    if (end > header.fileBytes)
      throw new RangeError(
        `it is cut short: tensor ${tensor.name} ends at byte ${end} of ${header.fileBytes}`,
      )
  }
}

export function elements(tensor: GgufTensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1)
}
