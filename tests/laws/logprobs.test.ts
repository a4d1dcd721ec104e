import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatRequest } from '../../src/chat/request.ts'
import { collect, cutText, fold, request, said, scored } from './engine-texts.ts'
import { runs } from '../runs.ts'

const asked: ChatRequest = { ...request, logprobs: 0 }
const plain: ChatRequest = { ...asked, tools: { mode: 'none' } }

test('a token has its log probability where it is counted as text, and nowhere else', async () => {
  const property = fc.asyncProperty(cutText, async ({ pieces }) => {
    const shown = pieces.filter((piece) => piece !== '')
    for (const event of await collect(asked, scored(said(shown)))) {
      const told = 'logprobs' in event ? event.logprobs.length : 0
      expect(told).toBe(event.type === 'text' ? event.tokens : 0)
    }
  })
  await fc.assert(property, { numRuns: runs(200) })
})

test('the tokens of a text are the text, but for what a stop text cuts off the last one', async () => {
  const property = fc.asyncProperty(cutText, async ({ text, pieces }) => {
    fc.pre(!/^\s*<\/?think>|<\/?answer>/.test(text))
    const [choice] = (await fold(plain, scored(said(pieces)))).choices
    const tokens = choice?.logprobs?.content.map(({ token }) => token) ?? []
    const content = choice?.message.content ?? ''
    expect(tokens.join('').startsWith(content)).toBe(true)
    expect(tokens.slice(0, -1).join('').length).toBeLessThan(Math.max(1, content.length))
    const isCut = /STOP|TOPS!/.test(text)
    expect(isCut || tokens.join('') === content).toBe(true)
  })
  await fc.assert(property, { numRuns: runs(200) })
})
