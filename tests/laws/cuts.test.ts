import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, countTokens, cutText, fold, request, said, unstopped } from './engine-texts.ts'

test('L1: wherever an engine cuts its text, the folded answer is the same', async () => {
  const property = fc.asyncProperty(
    cutText,
    fc.constantFrom('stop', 'length'),
    async ({ text, pieces }, reason) => {
      const cut = await fold(request, said(pieces, reason))
      expect(cut.choices).toEqual((await fold(request, said([text], reason))).choices)
    },
  )
  await fc.assert(property, { numRuns: 500 })
})

test('L1: one character at a time, the folded answer is the same', async () => {
  const property = fc.asyncProperty(cutText, async ({ text }) => {
    expect((await fold(request, said(text.split('')))).choices).toEqual(
      (await fold(request, said([text]))).choices,
    )
  })
  await fc.assert(property, { numRuns: 300 })
})

test('every token that an engine counts is counted once', async () => {
  const property = fc.asyncProperty(cutText, async ({ pieces }) => {
    const events = await collect(unstopped, said(pieces))
    expect(countTokens(events, 'text', 'reasoning', 'mark', 'call-start', 'call-text')).toBe(pieces.length)
  })
  await fc.assert(property, { numRuns: 500 })
})

test('without calls and thought, the text comes out exactly as it went in', async () => {
  const plain = { ...unstopped, tools: { mode: 'none' } } as const
  const property = fc.asyncProperty(cutText, async ({ text, pieces }) => {
    fc.pre(!/^\s*<\/?think>/.test(text))
    expect((await fold(plain, said(pieces))).choices[0]?.message.content).toBe(text)
  })
  await fc.assert(property, { numRuns: 200 })
})
