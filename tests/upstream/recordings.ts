import type { Prompt } from '../../src/chat/request.ts'
import { aPrompt } from '../contract/prompts.ts'

const asks = (text: string): Partial<Prompt> => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
})
const thinks = (budget: number): Partial<Prompt> => ({
  thinking: { mode: 'on', budget, effort: { level: 'high', because: 'default' } },
})
const tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
}

/**
 * What was asked of a real server; what it said stands in `tests/fixtures`, as it came: llama-server with the bundled
 * model, vLLM 0.32 on a processor with a tiny Qwen3 of random weights, `--reasoning-parser qwen3`.
 */
export const recordings: Readonly<Record<string, Prompt>> = Object.fromEntries(
  Object.entries<Partial<Prompt>>({
    plain: asks('What is the capital of Japan?'),
    thought: { ...asks('What is 17 + 25?'), ...thinks(400) },
    'thought-over-its-budget': { ...asks('What is 17 + 25?'), ...thinks(5) },
    call: {
      ...asks('What is the weather in Paris?'),
      ...thinks(400),
      tools: { mode: 'auto', tools: [tool] },
    },
    json: { ...asks('Give me a JSON object.'), ...thinks(400), output: { kind: 'json' } },
    length: { ...asks('Count from 1 to 100.'), answerLimit: 7 },
    'thought-that-goes-on': {
      ...asks('What is 17 + 25?'),
      ...thinks(400),
      begun: { reasoning: 'Ones: 7', text: '', calls: [] },
    },
    'answer-that-goes-on': {
      ...asks('What is 17 + 25?'),
      ...thinks(400),
      begun: { reasoning: 'Ones: 7 + 5 = 12.', text: '17 + 25', calls: [] },
    },
    'too-long': asks('Why? '.repeat(800)),
  }).map(([name, changed]) => [
    name,
    { ...aPrompt, sampling: { ...aPrompt.sampling, temperature: 0 }, answerLimit: 100, ...changed },
  ]),
)

/** The file of a recording: what the server sent, headers left out. */
export function recordingFile(server: string, name: string): URL {
  return new URL(`../fixtures/${server}/${name}.txt`, import.meta.url)
}
