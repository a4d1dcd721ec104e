import type { Engine } from './chat/engine.ts'
import type { Model } from './chat/model.ts'
import { plainPrompt } from './chat/plain-prompt.ts'
import type { Prompt } from './chat/request.ts'

/** What a model does on this machine. Speeds are tokens a second, times milliseconds. */
export interface Measurement {
  readonly model: string
  /** The prompt of the times below. */
  readonly promptTokens: number
  /** Reading that prompt: tokens of it a second. */
  readonly prefill: number
  /** From asking to the first token, with the prompt new to the engine and with its beginning in the prefix cache. */
  readonly firstToken: { readonly cold: number; readonly warm: number; readonly cachedTokens: number }
  /** Tokens of all answers together, while so many are generated at the same time. */
  readonly decode: readonly { readonly sequences: number; readonly tokensPerSecond: number }[]
}

export interface MeasurePlan {
  /** How many answers at the same time, each measured for `seconds`. */
  readonly sequences: readonly number[]
  readonly seconds: number
  /** Words of the prompt; cut to half of the model's window. */
  readonly promptWords: number
}

/** Milliseconds. */
type Now = () => number

/** Measures a model through its engine, as requests would meet it, without HTTP. The engine should be at rest. */
export async function measure(
  engine: Engine,
  model: Model,
  plan: MeasurePlan,
  now: Now,
): Promise<Measurement> {
  // The first answer waits for the model to be loaded.
  await ask(engine, promptOf(model, 'Hello', 1), now)
  const text = words(Math.min(plan.promptWords, Math.floor(model.contextLength / 8)))
  const cold = await ask(engine, promptOf(model, text, 1), now)
  const warm = await ask(engine, promptOf(model, text, 1), now)
  const decode = []
  for (const sequences of plan.sequences)
    decode.push({
      sequences,
      tokensPerSecond: await decodeSpeed(engine, model, sequences, plan.seconds, now),
    })
  return {
    model: model.id,
    promptTokens: cold.promptTokens,
    prefill: Math.round((cold.promptTokens - cold.cachedTokens) / (cold.firstToken / 1000)),
    firstToken: { cold: cold.firstToken, warm: warm.firstToken, cachedTokens: warm.cachedTokens },
    decode,
  }
}

/** Keeps that many answers running for the time, and counts what they say. */
async function decodeSpeed(
  engine: Engine,
  model: Model,
  sequences: number,
  seconds: number,
  now: Now,
): Promise<number> {
  const began = now()
  const end = began + seconds * 1000
  const counts = await Promise.all(
    Array.from({ length: sequences }, async (_, index) => {
      let tokens = 0
      while (now() < end)
        tokens += (await ask(engine, promptOf(model, `Tell me story ${index}.`, 64), now, end)).tokens
      return tokens
    }),
  )
  return Math.round(counts.reduce((sum, count) => sum + count, 0) / ((now() - began) / 1000))
}

interface Asked {
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Milliseconds until it came. */
  readonly firstToken: number
  readonly tokens: number
}

async function ask(engine: Engine, prompt: Prompt, now: Now, end = Infinity): Promise<Asked> {
  const began = now()
  const asked = { promptTokens: 0, cachedTokens: 0, firstToken: 0, tokens: 0 }
  for await (const batch of engine.answer(prompt, new AbortController().signal)) {
    for (const event of batch) {
      if (event.type === 'prompt') {
        asked.promptTokens = event.tokens
        asked.cachedTokens = event.cached
        asked.firstToken = now() - began
      } else if (event.type !== 'finish') asked.tokens += event.tokens
    }
    if (now() >= end) break
  }
  return asked
}

function promptOf(model: Model, text: string, answerLimit: number): Prompt {
  const sampling = { ...model.sampling, temperature: 1, topP: 1, topK: 50, seed: 1 }
  return { ...plainPrompt(model, text, answerLimit), sampling }
}

/** As many different words, the same ones each time. */
function words(count: number): string {
  let state = 1
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state.toString(36).replaceAll(/\d/g, '')
  }).join(' ')
}
