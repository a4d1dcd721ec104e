import { Agent, request } from 'node:http'

// Forked with a URL, a key, a rate and a number of seconds: asks so many requests a second, half of them streamed, and
// sends back how many were whole, and the tokens that they told of.
export interface Loaded {
  readonly whole: number
  readonly other: number
  readonly tokens: number
  /** Median and 99th of a hundred, in milliseconds. */
  readonly median: number
  readonly slow: number
}

const [, , url = '', key = '', rate = '1000', seconds = '10'] = process.argv
const total = Number(rate) * Number(seconds)
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const times: number[] = []
let [asked, whole, other, tokens] = [0, 0, 0, 0]

const began = performance.now()
const timer = setInterval(() => {
  const due = Math.min(total, ((performance.now() - began) / 1000) * Number(rate))
  for (; asked < due; asked++) ask(asked % 2 === 0)
  if (asked >= total) clearInterval(timer)
}, 5)

function ask(stream: boolean): void {
  const started = performance.now()
  const body = JSON.stringify({
    model: 'golden/native',
    messages: [{ role: 'user', content: 'Hello' }],
    stream,
    max_tokens: 100,
  })
  const sent = request(`${url}/v1/chat/completions`, {
    agent,
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-length': Buffer.byteLength(body) },
  })
  sent.on('response', (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => (text += part))
    response.on('end', () => {
      times.push(performance.now() - started)
      if (response.statusCode === 200) {
        whole += 1
        tokens += Number(/.*"total_tokens":(\d+)/s.exec(text)?.[1] ?? 0)
      } else other += 1
      report()
    })
  })
  sent.on('error', () => {
    other += 1
    report()
  })
  sent.end(body)
}

function report(): void {
  if (whole + other < total) return
  times.sort((one, another) => one - another)
  const at = (part: number) => times[Math.floor(times.length * part)] ?? 0
  process.send?.({ whole, other, tokens, median: at(0.5), slow: at(0.99) } satisfies Loaded)
  agent.destroy()
  process.disconnect()
}
