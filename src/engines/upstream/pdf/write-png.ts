import { crc32, deflateSync } from 'node:zlib'

/** A picture of opaque pixels, four bytes each: red, green, blue, and one that is left out. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** The file of a picture, as PNG has it: https://www.w3.org/TR/png-3/. */
export function writePng({ width, height, data }: Pixels): Buffer {
  // Each line begins with the number of its filter, of which 0 is none.
  const lines = Buffer.alloc(height * (1 + 3 * width))
  let to = 0
  for (let y = 0, from = 0; y < height; y++) {
    to++
    for (let x = 0; x < width; x++, from += 4, to += 3) {
      lines[to] = data[from] ?? 0
      lines[to + 1] = data[from + 1] ?? 0
      lines[to + 2] = data[from + 2] ?? 0
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits a colour, three colours.
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
