/** How many callers ask how many questions; one seed gives one course of events. */
export interface Round {
  readonly seed: number
  readonly requests: number
  readonly callers: number
}

interface Server {
  readonly url: string
  readonly key: string
}

interface Plan {
  readonly question: string
  readonly stream: boolean
  /** Milliseconds until the caller hangs up; null for one who stays. */
  readonly leaveAfter: number | null
}

const questions = [
  'Hello!',
  'What is 17 + 25?',
  'Count from 1 to 20.',
  'What is the capital of Japan?',
  '你好',
]

/** A fixed sequence of numbers in [0, 1), so that a failing run can be repeated. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Half of the requests are streamed, a fifth of the callers hang up. Gives what became of each request: `whole`, `left`
 * by its caller, or what came instead.
 */
export async function callRound(server: Server, round: Round): Promise<string[]> {
  const next = numbers(round.seed)
  const plans = Array.from({ length: round.requests }, (_, index) => ({
    question: questions[index % questions.length] ?? '',
    stream: next() < 0.5,
    leaveAfter: next() < 0.2 ? next() * 60 : null,
  }))
  const results: string[] = []
  const callers = Array.from({ length: round.callers }, async () => {
    for (let plan = plans.pop(); plan; plan = plans.pop()) results.push(await call(server, plan))
  })
  await Promise.all(callers)
  return results
}

async function call({ url, key }: Server, { question, stream, leaveAfter }: Plan): Promise<string> {
  const gone = new AbortController()
  const timer = leaveAfter === null ? undefined : setTimeout(() => gone.abort(), leaveAfter)
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${key}` },
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
    return gone.signal.aborted ? 'left' : String(error)
  } finally {
    clearTimeout(timer)
  }
}
