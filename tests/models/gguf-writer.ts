import { closeSync, openSync, writeSync } from 'node:fs'

/** Writes GGUF version 3 (ggml's docs/gguf.md) as far as tests need it. Types are GGUF's numbers. */
export type GgufEntry =
  | { readonly type: 'u32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] }

export interface GgufWeights {
  readonly name: string
  /** Innermost dimension first, as ggml has it. */
  readonly shape: readonly number[]
  readonly type: number
  readonly bytes: number
  readonly fill: () => Uint8Array
}

const alignment = 32

/** Writes the file; each tensor's bytes are asked for as they are written. */
export function writeGguf(
  path: string,
  entries: Readonly<Record<string, GgufEntry>>,
  tensors: readonly GgufWeights[],
): void {
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(entries).length)]
  for (const [key, entry] of Object.entries(entries)) {
    parts.push(text(key))
    // A large vocabulary is more than can be pushed at once.
    for (const bytes of entryBytes(entry)) parts.push(bytes)
  }
  let offset = 0
  for (const { name, shape, type, bytes } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset))
    offset += aligned(bytes)
  }
  const header = Buffer.concat(parts)
  const file = openSync(path, 'w')
  try {
    writeSync(file, header)
    writeSync(file, Buffer.alloc(aligned(header.length) - header.length))
    for (const { bytes, fill } of tensors) {
      writeSync(file, fill())
      writeSync(file, Buffer.alloc(aligned(bytes) - bytes))
    }
  } finally {
    closeSync(file)
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}

function entryBytes(entry: GgufEntry): Buffer[] {
  switch (entry.type) {
    case 'u32':
      return [u32(4), u32(entry.value)]
    case 'f32':
      return [u32(6), f32(entry.value)]
    case 'bool':
      return [u32(7), Buffer.from([entry.value ? 1 : 0])]
    case 'string':
      return [u32(8), text(entry.value)]
    case 'strings':
      return [u32(9), u32(8), u64(entry.value.length), ...entry.value.map(text)]
    case 'i32s':
      return [u32(9), u32(5), u64(entry.value.length), Buffer.from(Int32Array.from(entry.value).buffer)]
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([u64(bytes.length), bytes])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}
