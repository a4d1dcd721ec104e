import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJson } from './read-json.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const pad = ' '.repeat(64 * 1024)

describe('a body', () => {
  test('is read as JSON.parse reads it, large or small', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), fc.boolean(), (value, large) => {
        const text = JSON.stringify(value)
        expect(readJson(bytes(text + (large ? pad : '')))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('of megabytes of brackets is refused before it is parsed', () => {
    expect(() => readJson(bytes('['.repeat(4_000_000)))).toThrow('the body nests deeper than 500 levels')
    expect(() => readJson(bytes('{"a":'.repeat(100_000)))).toThrow('the body nests deeper than 500 levels')
  })

  test('may hold any number of brackets in its texts', () => {
    const text = '["[{\\"' + '['.repeat(100_000) + '"]'
    expect(readJson(bytes(text))).toEqual([`[{"${'['.repeat(100_000)}`])
  })

  test('may be wide', () => {
    expect(readJson(bytes(`[${'[],'.repeat(50_000)}[]]`))).toHaveLength(50_001)
  })

  test('that is not strict UTF-8 is refused with the place', () => {
    expect(() => readJson(new Uint8Array([0x22, 0x61, 0xff, 0x22]))).toThrow(
      'the body is not UTF-8 at byte 2',
    )
  })
})
