import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

/** How many tokens it says. */
export const longAnswer = 5000

/**
 * A server whose model says 5,000 tokens of Markdown, a paragraph, a list and code again and again, so many every ten
 * milliseconds; and a file of rows, in a folder, that has it answer for `silica/nano`.
 */
export async function openLongAnswer(folder: string, atOnce: number) {
  const words = [
    ...'A paragraph of *some* words .\n\n- one\n- two\n\n```ts\nconst a = 1\n```\n\n'.matchAll(/\S+\s*/g),
  ].map(([word]) => word)
  const server = createServer((request, response) => {
    if (!request.url?.endsWith('/chat/completions')) return void response.writeHead(200).end('{}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const say = (delta: object, finish: string | null = null) =>
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`)
    let said = 0
    const timer = setInterval(() => {
      for (let count = 0; count < atOnce && said < longAnswer; count++)
        say({ content: words[said++ % words.length] })
      if (said < longAnswer) return
      clearInterval(timer)
      say({}, 'stop')
      response.end('data: [DONE]\n\n')
    }, 10)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const rows = join(folder, 'rows.yaml')
  writeFileSync(
    rows,
    `- id: silica/nano
  contextLength: 32768
  answerLimit: { byDefault: 8192, max: 8192 }
  thinking: { kind: never }
  engine: { kind: upstream, server: openai, url: 'http://127.0.0.1:${port}/v1' }
`,
  )
  return { rows, close: () => void server.close() }
}
