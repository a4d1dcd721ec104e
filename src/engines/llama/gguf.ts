import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * The header of a GGUF file (versions 2 and 3, little endian; ggml's docs/gguf.md): what stands before the weights.
 * The file is not trusted: every count and length is held against the bytes that are really there before anything is
 * allocated, and no more than `headerLimit` bytes are read. Throws a `RangeError` or `TypeError` that says what is wrong.
 */
export interface GgufHeader {
  readonly values: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufTensor[]
  /** Where the weights begin, before alignment. */
  readonly end: number
  readonly fileBytes: number
}

export type GgufValue = string | number | boolean | GgufArray

export interface GgufArray {
  /** Walks the array from its start; strings are decoded only as they are taken. */
  values(): Iterable<string | number | boolean>
}

export interface GgufTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: number
  readonly offset: number
}

const headerLimit = 64 * 2 ** 20
const firstRead = 2 ** 20

/** Reads the header of the file at `path`; file system errors pass through. */
export function readGguf(path: string): GgufHeader {
  const file = openSync(path, 'r')
  try {
    const fileBytes = fstatSync(file).size
    const bytes = headerBytes(file, fileBytes)
    return parseHeader(new Cursor(bytes, fileBytes), fileBytes)
  } finally {
    closeSync(file)
  }
}

/** Bytes from the start of the file, read as they are asked for. */
function headerBytes(file: number, fileBytes: number): (upTo: number) => Buffer {
  let held = Buffer.alloc(0)
  return (upTo) => {
    if (upTo <= held.length) return held
    if (upTo > fileBytes) throw new RangeError('the file ends inside its header')
    if (upTo > headerLimit) throw new RangeError(`the header is longer than ${headerLimit} bytes`)
    const size = Math.min(fileBytes, headerLimit, Math.max(firstRead, upTo, held.length * 2))
    const grown = Buffer.alloc(size)
    let filled = 0
    while (filled < size) {
      const read = readSync(file, grown, filled, size - filled, filled)
      if (read === 0) throw new RangeError('the file ends inside its header')
      filled += read
    }
    held = grown
    return held
  }
}

function parseHeader(cursor: Cursor, fileBytes: number): GgufHeader {
  if (cursor.u32() !== 0x46554747) throw new TypeError('it is not a GGUF file (wrong magic number)')
  const version = cursor.u32()
  if (version !== 2 && version !== 3) throw new TypeError(`GGUF version ${version} is not supported`)
  // A tensor's entry takes at least 24 bytes and a value's at least 13.
  const tensorCount = cursor.count(24)
  const valueCount = cursor.count(13)
  const values = new Map<string, GgufValue>()
  for (let index = 0; index < valueCount; index++) {
    const key = cursor.text()
    values.set(key, readValue(cursor, cursor.u32()))
  }
  const tensors: GgufTensor[] = []
  for (let index = 0; index < tensorCount; index++) tensors.push(readTensor(cursor))
  return { values, tensors, end: cursor.at, fileBytes }
}

function readTensor(cursor: Cursor): GgufTensor {
  const name = cursor.text()
  const dimensions = cursor.u32()
  if (dimensions > 4) throw new RangeError(`tensor ${name} has ${dimensions} dimensions`)
  const shape: number[] = []
  for (let index = 0; index < dimensions; index++) shape.push(cursor.u64())
  return { name, shape, type: cursor.u32(), offset: cursor.u64() }
}

const stringType = 8
const arrayType = 9

interface Scalar {
  readonly bytes: number
  readonly read: (bytes: Buffer) => number | boolean
}

const scalars: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, read: (bytes) => bytes.readUInt8() },
  1: { bytes: 1, read: (bytes) => bytes.readInt8() },
  2: { bytes: 2, read: (bytes) => bytes.readUInt16LE() },
  3: { bytes: 2, read: (bytes) => bytes.readInt16LE() },
  4: { bytes: 4, read: (bytes) => bytes.readUInt32LE() },
  5: { bytes: 4, read: (bytes) => bytes.readInt32LE() },
  6: { bytes: 4, read: (bytes) => bytes.readFloatLE() },
  7: { bytes: 1, read: (bytes) => bytes.readUInt8() !== 0 },
  10: { bytes: 8, read: (bytes) => Number(bytes.readBigUInt64LE()) },
  11: { bytes: 8, read: (bytes) => Number(bytes.readBigInt64LE()) },
  12: { bytes: 8, read: (bytes) => bytes.readDoubleLE() },
}

function scalarOf(type: number): Scalar {
  const scalar = scalars[type]
  if (scalar === undefined) throw new TypeError(`it holds a value of unknown type ${type}`)
  return scalar
}

function readValue(cursor: Cursor, type: number): GgufValue {
  return type === arrayType ? readArray(cursor) : readElement(cursor, type)
}

function readElement(cursor: Cursor, type: number): string | number | boolean {
  if (type === stringType) return cursor.text()
  const { bytes, read } = scalarOf(type)
  return read(cursor.take(bytes))
}

function readArray(cursor: Cursor): GgufArray {
  const type = cursor.u32()
  const count = cursor.count(type === stringType ? 8 : scalarOf(type).bytes)
  const start = cursor.at
  if (type === stringType) for (let index = 0; index < count; index++) cursor.take(cursor.u64())
  else cursor.take(count * scalarOf(type).bytes)
  return {
    *values() {
      const walk = cursor.from(start)
      for (let index = 0; index < count; index++) yield readElement(walk, type)
    },
  }
}

class Cursor {
  at = 0
  readonly #bytes: (upTo: number) => Buffer
  readonly #fileBytes: number

  constructor(bytes: (upTo: number) => Buffer, fileBytes: number) {
    this.#bytes = bytes
    this.#fileBytes = fileBytes
  }

  from(at: number): Cursor {
    const cursor = new Cursor(this.#bytes, this.#fileBytes)
    cursor.at = at
    return cursor
  }

  take(length: number): Buffer {
    const start = this.at
    this.at += length
    return this.#bytes(this.at).subarray(start, this.at)
  }

  u32(): number {
    return this.take(4).readUInt32LE()
  }

  u64(): number {
    const value = this.take(8).readBigUInt64LE()
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError(`it holds an absurd number, ${value}`)
    return Number(value)
  }

  /** A number of things that take at least `size` bytes each in what is left of the file. */
  count(size: number): number {
    const value = this.u64()
    if (value * size > this.#fileBytes - this.at)
      throw new RangeError(`it announces ${value} entries and ends before`)
    return value
  }

  text(): string {
    return this.take(this.u64()).toString('utf8')
  }
}
