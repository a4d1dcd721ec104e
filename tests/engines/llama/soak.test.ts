import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { ChatRequest } from '../../../src/chat/request.ts'
import { decode } from '../../../src/decode/decode.ts'
import { llamaEngineWithCells } from '../../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { aPrompt, asks } from '../../contract/prompts.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'
import { singly } from '../../contract/batches.ts'

/** One caller: what is asked, and after how many events the caller leaves and how. */
interface Caller {
  readonly request: ChatRequest
  readonly patience: number
  readonly leaves: 'by abort' | 'by return'
}

const events: string[] = []
const file = writeTinyModel()
// Cells for two contexts, and slots for six: choices must take turns, and give up cells for each other.
const options = tinyOptions(file, {
  sequences: 6,
  queue: 1000,
  contextLength: 300,
  log: (line) => events.push(line.event),
})
const engine = llamaEngineWithCells(options, readModelFile(file), 600)
afterAll(() => engine.close())

const callers: fc.Arbitrary<Caller> = fc
  .record({
    text: fc.nat(200).map((length) => 'x'.repeat(length)),
    reasoning: fc.constantFrom('', 'hm'),
    budget: fc.nat(20),
    thinks: fc.boolean(),
    json: fc.boolean(),
    answerLimit: fc.integer({ min: 1, max: 50 }),
    choices: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(1000),
    frequencyPenalty: fc.constantFrom(0, 1),
    patience: fc.oneof(fc.nat(40), fc.constant(Infinity)),
    leaves: fc.constantFrom('by abort', 'by return'),
  })
  .map(({ patience, leaves, ...asked }) => ({ patience, leaves, request: requestOf(asked) }))

interface Asked {
  readonly text: string
  readonly reasoning: string
  readonly budget: number
  readonly thinks: boolean
  readonly json: boolean
  readonly answerLimit: number
  readonly choices: number
  readonly seed: number
  readonly frequencyPenalty: number
}

function requestOf(asked: Asked): ChatRequest {
  const { text, reasoning, budget, thinks, json, answerLimit, choices, seed, frequencyPenalty } = asked
  return {
    ...asks(text),
    begun: { reasoning, text: '', calls: [] },
    thinking: thinks ? { mode: 'on', budget, effort: { level: 'high', because: 'asked' } } : { mode: 'off' },
    output: { kind: json ? 'json' : 'text' },
    answerLimit,
    choices,
    sampling: { ...aPrompt.sampling, seed, frequencyPenalty },
    stop: [],
    reply: { kind: 'whole' },
  }
}

/** Reads as long as the caller's patience lasts. Gives what was done against the laws. */
async function read({ request, patience, leaves }: Caller): Promise<string[]> {
  const leave = new AbortController()
  const thought = Array.from({ length: request.choices }, () => 0)
  const answer = Array.from({ length: request.choices }, () => 0)
  let [seen, finished] = [0, 0]
  try {
    const said = engine.answer({ ...request, caller: '', reading: 'as it comes' }, leave.signal)
    for await (const event of singly(decode(said, request, () => 'id'))) {
      if (event.type === 'reasoning') thought[event.choice] = (thought[event.choice] ?? 0) + event.tokens
      if (event.type === 'text') answer[event.choice] = (answer[event.choice] ?? 0) + event.tokens
      if (event.type === 'finish') finished += 1
      if (++seen <= patience) continue
      if (leaves === 'by return') break
      leave.abort('left')
    }
  } catch (error) {
    if (error !== 'left') return [String(error)]
  }
  const budget = request.thinking.mode === 'on' ? request.thinking.budget : Infinity
  return [
    ...(Math.max(...thought) > budget ? ['more thought than its budget'] : []),
    ...(Math.max(...answer) > request.answerLimit ? ['a longer answer than its limit'] : []),
    ...(seen <= patience && finished < request.choices ? ['not every choice finished'] : []),
  ]
}

test('whoever comes and leaves, at whatever moment, the laws hold and the process lives', async () => {
  const crowds = fc.array(callers, { minLength: 5, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(crowds, async (crowd) => {
      const broken = await Promise.all(crowd.map(read))
      expect(broken.flat()).toEqual([])
      expect(engine.state()).toMatchObject({ running: 0, waiting: 0 })
    }),
    { numRuns: 10 },
  )
  expect(events).toEqual(['started'])
})
