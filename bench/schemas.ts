// Answers generated schemas of the whole supported subset at a temperature of 2, with a prompt that tells the model nothing
// of them, and holds each answer that ended by itself against its schema as ajv sees it. Prints how many finished, were cut
// by their limit or refused, and any that is wrong. Usage: npm run bench -- schemas [count] [seed] [limit] [model file]
import { untuned } from '../src/chat/tuning.ts'
import { fileURLToPath } from 'node:url'
import { llamaEngine } from '../src/engines/llama/llama-engine.ts'
import { answerSchemas, blindTemplate } from '../tests/engines/llama/answer-schemas.ts'

const [count, seed, answerLimit] = [
  process.argv[2] ?? 1000,
  process.argv[3] ?? 1,
  process.argv[4] ?? 300,
].map(Number)
const file = process.argv[5] ?? fileURLToPath(new URL('../models/nano/silica-nano.gguf', import.meta.url))
const engine = llamaEngine({
  name: 'bench',
  file,
  template: blindTemplate,
  contextLength: 1024,
  sequences: 16,
  threads: 1,
  ...untuned,
  queue: 16,
  log: ({ event }) => console.log(event),
})
const began = performance.now()
const report = await answerSchemas(engine, {
  count: count ?? 0,
  seed: seed ?? 0,
  answerLimit: answerLimit ?? 0,
})
const { finished, cut, refused, invalid } = report
console.log(
  `${finished} finished, of which ${invalid.length} are wrong; ${cut} cut, ${refused.length} refused`,
)
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`)
for (const line of [...refused, ...invalid]) console.log(line)
await engine.close()
