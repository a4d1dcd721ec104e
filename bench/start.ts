// What a user waits for and pays for before the first question: from the start of the server in an empty data folder to
// the first byte of a streamed answer, and the resident memory of both processes after it. One run after the other;
// medians.
import { statSync } from 'node:fs'
import { residentOf, startServer } from './parts/server.ts'

const runs = 5

interface Sample {
  readonly firstByte: number
  readonly server: number
  readonly model: number
}

async function sample(): Promise<Sample> {
  const began = performance.now()
  const silica = await startServer()
  const { url, key, server } = silica
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: 'silica/nano',
        messages: [{ role: 'user', content: 'Hello!' }],
        stream: true,
      }),
    })
    const reader = response.body?.getReader()
    await reader?.read()
    const firstByte = performance.now() - began
    while (reader !== undefined && !(await reader.read()).done);
    return { firstByte, server: residentOf(server), model: residentOf(silica.model) }
  } finally {
    silica.stop()
  }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const samples: Sample[] = []
for (let run = 0; run < runs; run++) samples.push(await sample())
const file = statSync('models/nano/silica-nano.gguf').size / 2 ** 20
const of = (part: keyof Sample) => median(samples.map((one) => one[part])).toFixed(0)
console.log(`first byte after start   ${of('firstByte')} ms (aim 2,000)`)
console.log(`server process           ${of('server')} MB (aim 150)`)
console.log(`model's process          ${of('model')} MB (aim ${(file + 250).toFixed(0)})`)
