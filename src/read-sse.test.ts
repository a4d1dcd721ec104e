import { describe, expect, it } from 'vitest'
import { readSse, sseSplitter } from './read-sse.ts'

const events = ['{"a":1}', 'zwei – 二 – 🐟', 'two\nlines', '', '[DONE]']
const text =
  '\uFEFF: a comment\ndata: {"a":1}\n\nevent: other\rdata:zwei – 二 – 🐟\rid: 4\r\rdata: two\r\ndata: lines\r\n\r\n\n' +
  'data\n\ndataset: no\n\ndata: [DONE]\n\ndata: never ended\n'

describe('server-sent events', () => {
  it('are the same wherever the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(text)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(await read([bytes.slice(0, cut), bytes.slice(cut)]), `cut at ${cut}`).toEqual(events)
    }
    expect(await read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(events)
  })

  it('are given as soon as they are whole, also where a line ends in CR alone', () => {
    const split = sseSplitter()
    expect(split('data: a\n')).toEqual([])
    expect(split('\ndata: b\r\r')).toEqual(['a', 'b'])
    expect(split('\ndata: c\n\n')).toEqual(['c'])
  })
})

async function read(pieces: readonly Uint8Array[]): Promise<string[]> {
  const data: string[] = []
  for await (const events of readSse(ReadableStream.from(pieces))) data.push(...events)
  return data
}
