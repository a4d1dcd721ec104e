import { afterAll, expect, test } from 'vitest'
import { type ChatEvent, type ChosenToken, logprobsOf } from '../../../src/chat/event.ts'
import type { Prompt } from '../../../src/chat/request.ts'
import { decode } from '../../../src/decode/decode.ts'
import { llamaEngine } from '../../../src/engines/llama/llama-engine.ts'
import { never, textOf, tokensOf } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { aPrompt } from '../../contract/prompts.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'

const engine = llamaEngine(tinyOptions(writeTinyModel()))
afterAll(() => engine.close())

const asked: Prompt = { ...aPrompt, answerLimit: 40, logprobs: 3 }
const greedy = { ...aPrompt.sampling, temperature: 0 }

function answer(prompt: Prompt): Promise<ChatEvent[]> {
  return collect(engine.answer(prompt, never))
}

function tokensSaid(events: readonly ChatEvent[]): ChosenToken[] {
  return events.flatMap(logprobsOf)
}

/** The tokens' bytes as one text. */
function joined(tokens: readonly ChosenToken[]): string {
  return new TextDecoder().decode(Uint8Array.from(tokens.flatMap(({ bytes }) => bytes)))
}

test('each token of a greedy answer is the likeliest, and their bytes are the text', async () => {
  const events = await answer({ ...asked, sampling: greedy })
  const tokens = tokensSaid(events)
  expect(tokens).toHaveLength(tokensOf(events, 'text'))
  expect(joined(tokens)).toBe(textOf(events))
  for (const { top, ...token } of tokens) {
    expect(top).toHaveLength(3)
    expect(top[0]).toEqual(token)
    expect(top.map(({ logprob }) => logprob)).toEqual(
      top.map(({ logprob }) => logprob).toSorted((a, b) => b - a),
    )
  }
})

test("they are the model's own, whatever the sampling makes of them", async () => {
  const [plain, changed] = await Promise.all([
    answer({ ...asked, sampling: { ...greedy, presencePenalty: 0.01 } }),
    answer({ ...asked, sampling: { ...aPrompt.sampling, topK: 1, temperature: 2 } }),
  ])
  for (const [at, { logprob }] of tokensSaid(plain).entries())
    expect(logprob).toBeCloseTo(tokensSaid(changed)[at]?.logprob ?? 0, 2)
})

test('nothing is told that nobody asked for, and none of the likeliest where none is wanted', async () => {
  expect(tokensSaid(await answer({ ...asked, logprobs: null }))).toEqual([])
  const tokens = tokensSaid(await answer({ ...asked, logprobs: 0 }))
  expect(tokens.length).toBeGreaterThan(0)
  expect(tokens.flatMap(({ top }) => top)).toEqual([])
})

test('a grammar keeps the probabilities that tokens had without it', async () => {
  const events = await answer({ ...asked, output: { kind: 'json' }, sampling: greedy })
  const tokens = tokensSaid(events)
  expect(joined(tokens)).toBe(textOf(events))
  expect(tokens.some(({ top, text }) => top[0]?.text !== text)).toBe(true)
})

test('of a thought nothing is told: the tokens are those of the answer behind it', async () => {
  const thinks: Prompt = {
    ...asked,
    thinking: { mode: 'on', budget: 8, effort: { level: 'high', because: 'asked' } },
    begun: { reasoning: 'Well', text: '', calls: [] },
  }
  const request = { ...thinks, stop: [], reply: { kind: 'whole' } } as const
  const events = await collect(decode(engine.answer(thinks, never), request, () => 'id'))
  expect(tokensOf(events, 'reasoning')).toBeGreaterThan(0)
  expect(joined(tokensSaid(events)).trimStart()).toBe(textOf(events))
})
