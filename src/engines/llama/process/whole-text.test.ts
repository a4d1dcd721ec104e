import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WholeText } from './whole-text.ts'

function read(tokens: readonly Uint8Array[]): { text: string; tokens: number; pieces: string[] } {
  const whole = new WholeText()
  const pieces = [...tokens.map((bytes) => whole.take(bytes, null)), whole.rest()].filter(
    (piece) => piece !== null,
  )
  return {
    text: pieces.map((piece) => piece.text).join(''),
    tokens: pieces.reduce((sum, piece) => sum + piece.tokens, 0),
    pieces: pieces.map((piece) => piece.text),
  }
}

/** Cuts bytes at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...ends].map((start, index) => bytes.slice(start, ends[index]))
}

test('text is the same however its bytes are cut into tokens, and no token is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(100)), (text, places) => {
      const tokens = cut(new TextEncoder().encode(text), places)
      expect(read(tokens)).toMatchObject({ text, tokens: tokens.length })
    }),
  )
})

test('no piece holds a part of a character', () => {
  const bytes = new TextEncoder().encode('a🌿é')
  expect(read([...bytes].map((byte) => Uint8Array.of(byte))).pieces).toEqual(['a', '🌿', 'é'])
})

test('a character that never ends becomes a replacement at the end', () => {
  expect(read([Uint8Array.of(0x61), Uint8Array.of(0xf0, 0x9f)]).pieces).toEqual(['a', '\ufffd'])
})

test('a token that shows nothing is counted with the next piece', () => {
  const whole = new WholeText()
  expect(whole.take(new Uint8Array(), null)).toBeNull()
  expect(whole.take(Uint8Array.of(0x61), null)).toMatchObject({ text: 'a', tokens: 2 })
  expect(whole.take(new Uint8Array(), null)).toBeNull()
  expect(whole.rest()).toMatchObject({ text: '', tokens: 1 })
  expect(whole.rest()).toBeNull()
})

test('log probabilities come with the text that their tokens make whole', () => {
  const [first, second] = [0xc3, 0xa9].map((byte) => ({
    text: '\ufffd',
    bytes: [byte],
    logprob: -1,
    top: [],
  }))
  const whole = new WholeText()
  expect(whole.take(Uint8Array.of(0xc3), first ?? null)).toBeNull()
  expect(whole.take(Uint8Array.of(0xa9), second ?? null)?.logprobs).toEqual([first, second])
  expect(whole.take(Uint8Array.of(0x61), null)?.logprobs).toEqual([])
})
