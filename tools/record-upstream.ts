// Records what a real server says to the requests of `tests/upstream/recordings.ts`:
//   node tools/record-upstream.ts llama-server http://127.0.0.1:8080/v1
// The bundled model is to run there, in windows of 512 tokens: llama-server -m … -c 2048 -np 4 --jinja
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { begunOf } from '../src/engines/upstream/begun.ts'
import { type ServerKind, servers } from '../src/engines/upstream/servers.ts'
import { writeRequest } from '../src/engines/upstream/write-request.ts'
import { recordingFile, recordings } from '../tests/upstream/recordings.ts'

const [kind = '', url = ''] = process.argv.slice(2)
const isKind = (name: string): name is ServerKind => name in servers
if (!isKind(kind)) throw new Error(`The first argument must be one of ${Object.keys(servers).join(', ')}.`)

for (const [name, prompt] of Object.entries(recordings)) {
  const { body } = writeRequest({
    traits: servers[kind],
    model: 'model',
    prompt,
    begun: begunOf(prompt),
    choices: 1,
    first: 0,
    // A server that must be set up for budgets refuses them otherwise.
    budget: servers[kind].keepsBudget === 'always' ? 'there' : 'here',
    whole: false,
  })
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const file = recordingFile(kind, name)
  mkdirSync(dirname(fileURLToPath(file)), { recursive: true })
  // Names and times of one run, and the path of its model, tell nothing.
  const text = (await response.text())
    .replaceAll(/"created":\d+/g, '"created":0')
    .replaceAll(/"model":"[^"]*"/g, '"model":"model"')
    .replaceAll(/"id":"chatcmpl-[^"]*"/g, '"id":"chatcmpl-0"')
    .replaceAll(/"(\w+_ms|\w+_per_\w+)":[\d.e+-]+/g, '"$1":0')
  writeFileSync(file, text)
  console.log(`${response.status} ${name}`)
}
