import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica()
})
afterAll(() => silica.close())

/** A fixed sequence of numbers in [0, 1), so that a failing run can be repeated. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const questions = [
  'Hello!',
  'What is 17 + 25?',
  'Count from 1 to 20.',
  'What is the capital of Japan?',
  '你好',
]

/** One caller: reads the answer to its end, or hangs up after `leaveAfter` milliseconds. Gives what became of it. */
async function call(question: string, stream: boolean, leaveAfter: number | null): Promise<string> {
  const gone = new AbortController()
  const timer = leaveAfter === null ? undefined : setTimeout(() => gone.abort(), leaveAfter)
  try {
    const response = await fetch(`${silica.url}/v1/chat/completions`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${silica.key}` },
      body: JSON.stringify({
        model: 'silica/nano',
        messages: [{ role: 'user', content: question }],
        stream,
        max_tokens: 200,
        thinking_budget: 200,
      }),
    })
    const text = await response.text()
    const whole = stream ? text.endsWith('data: [DONE]\n\n') : /"finish_reason":"(stop|length)"/.test(text)
    return response.status === 200 && whole ? 'whole' : `${response.status}: ${text}`
  } catch (error) {
    if (gone.signal.aborted) return 'left'
    throw error
  } finally {
    clearTimeout(timer)
  }
}

test('200 requests at concurrency 16, a fifth hanging up: every other caller gets a whole answer, nothing leaks', async () => {
  const next = numbers(20)
  const plans = Array.from({ length: 200 }, (_, index) => ({
    question: questions[index % questions.length] ?? '',
    stream: next() < 0.5,
    leaveAfter: next() < 0.2 ? next() * 60 : null,
  }))
  const results: string[] = []
  const callers = Array.from({ length: 16 }, async () => {
    for (let plan = plans.pop(); plan; plan = plans.pop()) {
      results.push(await call(plan.question, plan.stream, plan.leaveAfter))
    }
  })
  await Promise.all(callers)
  expect(results).toHaveLength(200)
  expect(results.filter((result) => result !== 'whole' && result !== 'left')).toEqual([])
  expect(results.filter((result) => result === 'whole').length).toBeGreaterThanOrEqual(150)
  await silica.idle()
})
