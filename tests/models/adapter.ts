import { type GgufEntry, type GgufWeights, writeGguf } from './gguf-writer.ts'

/** What a LoRA does to one weight: `into` and `out` are the widths that go in and come out. */
export interface LoraPair {
  readonly weight: string
  readonly into: number
  readonly out: number
  readonly rank: number
  /** `rank` rows of `into` numbers, and `out` rows of `rank` numbers. */
  readonly a: Float32Array
  readonly b: Float32Array
}

/** Writes a LoRA adapter for a model of `writeRandomModel`. `extra` replaces entries of the header. */
export function writeAdapter(
  path: string,
  pairs: readonly LoraPair[],
  alpha: number,
  extra: Readonly<Record<string, GgufEntry>> = {},
): void {
  const string = (value: string): GgufEntry => ({ type: 'string', value })
  const header = {
    'general.type': string('adapter'),
    'general.architecture': string('qwen3'),
    'adapter.type': string('lora'),
    'adapter.lora.alpha': { type: 'f32', value: alpha } as const,
  }
  writeGguf(
    path,
    { ...header, ...extra },
    pairs.flatMap(({ weight, into, out, rank, a, b }) => [
      floats(`${weight}.lora_a`, [into, rank], a),
      floats(`${weight}.lora_b`, [rank, out], b),
    ]),
  )
}

function floats(name: string, shape: readonly number[], numbers: Float32Array): GgufWeights {
  return { name, shape, type: 0, bytes: numbers.byteLength, fill: () => new Uint8Array(numbers.buffer) }
}
