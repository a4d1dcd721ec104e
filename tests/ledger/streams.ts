import { setTimeout as sleep } from 'node:timers/promises'

/** A streamed request as its caller saw it. Times are of `performance.now()`. */
export interface Seen {
  readonly trace: string
  /** When its first bytes were there. */
  readonly beganAt: number
  /** When its last bytes were there, if the answer was whole. */
  wholeAt: number | null
  /** The tokens that the last chunk told of. */
  tokens: number
}

/** Callers who ask one question after the other until they are told to stop, or nobody answers any more. */
export class Callers {
  readonly seen: Seen[] = []
  /** Answers that were refused, or were no stream. */
  readonly refused: string[] = []
  #going = true
  readonly #callers: Promise<void>[]

  constructor(url: string, key: string, count: number) {
    this.#callers = Array.from({ length: count }, () => this.#ask(url, key))
  }

  /** Resolves when the last of them has its answer, or lost it. */
  async stop(): Promise<void> {
    this.#going = false
    await Promise.all(this.#callers)
  }

  async #ask(url: string, key: string): Promise<void> {
    while (this.#going) {
      try {
        await this.#askOnce(url, key)
      } catch {
        // The server is gone; whoever killed it knows.
        await sleep(5)
      }
    }
  }

  async #askOnce(url: string, key: string): Promise<void> {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: 'silica/nano',
        messages: [{ role: 'user', content: 'Count from 1 to 20.' }],
        stream: true,
        enable_thinking: false,
        max_tokens: 5 + Math.floor(Math.random() * 60),
      }),
    })
    if (!response.ok) {
      this.refused.push(`${response.status} ${await response.text()}`)
      return
    }
    const trace = response.headers.get('x-siliconcloud-trace-id') ?? ''
    const seen: Seen = { trace, beganAt: performance.now(), wholeAt: null, tokens: 0 }
    this.seen.push(seen)
    let text = ''
    for await (const bytes of response.body ?? []) text += Buffer.from(bytes).toString()
    seen.tokens = Number([...text.matchAll(/"completion_tokens":(\d+)/g)].at(-1)?.[1] ?? 0)
    if (text.endsWith('data: [DONE]\n\n')) seen.wholeAt = performance.now()
  }
}
