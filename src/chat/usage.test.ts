import { expect, test } from 'vitest'
import type { ChatEvent } from './event.ts'
import { addUsage, noUsage } from './usage.ts'

test('the prompt counts once, pieces add up, and what was told late is added without being counted twice', () => {
  const events: ChatEvent[] = [
    { type: 'prompt', choice: 0, tokens: 0, cached: 0 },
    { type: 'reasoning', choice: 0, text: 'hm', tokens: 2 },
    { type: 'mark', choice: 0, tokens: 1 },
    { type: 'text', choice: 0, text: 'Hello', tokens: 3 },
    { type: 'uncounted', choice: 0, tokens: 2, reasoning: 1, prompt: 9, cached: 4 },
    { type: 'prompt', choice: 1, tokens: 9, cached: 8 },
    { type: 'finish', choice: 0, reason: 'stop' },
  ]
  expect(events.reduce(addUsage, noUsage)).toEqual({
    promptTokens: 9,
    cachedTokens: 8,
    completionTokens: 8,
    reasoningTokens: 3,
  })
})
