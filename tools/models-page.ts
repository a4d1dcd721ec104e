import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRows } from '../src/catalogue/read-rows.ts'
import type { Row } from '../src/catalogue/row.ts'
import { abilitiesOf, abilityNames } from '../src/cli/abilities.ts'

const folder = join(import.meta.dirname, '../models')

/** The text of `docs/models.md`, from the rows that come with Silica. */
export function modelsPage(): string {
  const rows = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => readRows({ name, text: readFileSync(join(folder, name), 'utf8'), folder, field: '' }))
  const head = ['model', ...abilityNames]
  const lines = [head, head.map(() => '---'), ...rows.map(cells)].map((row) => `| ${row.join(' | ')} |`)
  return `${introduction}\n${lines.join('\n')}\n\n${meaning}`
}

function cells({ model }: Row): readonly string[] {
  return [`\`${model.id}\``, ...Object.values(abilitiesOf(model))]
}

const introduction = `# Models

The models that the catalogue knows, as their rows in \`models/\` have them. This page is written by \`npm run docs\`.

A row says what a model accepts and how it writes thought and calls; it does not run the model. \`silica/nano\` is run by
the embedded engine. For another one name a file, \`--model Qwen/Qwen3-8B=/models/Qwen3-8B-Q4_K_M.gguf\`, or have
\`silica/nano\` stand in for it, \`--stand-in silica/nano\`. A model that nothing runs answers 403 with code 30003 and is
not listed by \`GET /v1/models\`.
`

const meaning = `| column | |
| --- | --- |
| context | tokens that prompt, thought and answer may fill together; less where the engine is run with a smaller window |
| answer | \`max_tokens\` where the caller names none, and the most it may be |
| thinking | \`switch\`: \`enable_thinking\` is accepted, and this holds without it; \`always\`, \`never\`: it is refused with code 20015 |
| budget | the most that \`thinking_budget\` may be |
| effort | what \`reasoning_effort\` is for requests that name none; elsewhere the field is ignored |
| min_p | whether \`min_p\` is applied; elsewhere the field is ignored |
| tools | \`without thinking\`: a request with tools does not think, and \`enable_thinking: true\` beside them is refused; \`-\`: refused with code 20037 |
| json | whether \`response_format\` may ask for JSON; \`-\`: refused with code 20024 |
| media | what a user's message may show besides text |
| syntax | how the model writes calls; \`native\`: it writes none, or its engine reads them |
| vectors | a model that makes embeddings and answers nothing: the numbers of a vector; \`up to\`: \`dimensions\` may ask for fewer |

## Rows of your own

\`silica.yaml\` may have \`rows\`, a list. A row with the id of one above names only the fields that it changes, each as a
whole; any other row names them all. Rows are read again when the file changes: a row that is new is served, an engine
that is no longer named answers what it has begun and is closed, and a file with a fault in it is refused whole, with
file, line and field in the log, while the old rows stay. \`models:\` of the same file names GGUF files and files of rows.

\`\`\`yaml
rows:
  - id: Qwen/Qwen3-8B
    engine: { kind: llama, file: /models/Qwen3-8B-Q4_K_M.gguf, sequences: 8, contextLength: 32768 }
  - id: silica/nano
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, frequencyPenalty: 0, presencePenalty: 0, seed: 1 }
\`\`\`

\`engine\` takes \`file\`, a GGUF; \`template\`, a file with a chat template in place of the GGUF's own, or where it has
none; \`sequences\`, how many answers are generated at the same time (4); \`threads\` and \`contextLength\` (\`auto\`); and

| field | |
| --- | --- |
| \`cache\` | how the KV cache stores its numbers: \`f16\`, \`f32\`, \`bf16\`, or quantised as \`q8_0\` (about half of f16), \`q5_1\`, \`q5_0\`, \`q4_1\`, \`q4_0\`, \`iq4_nl\` (about a quarter). Quantised ones need flash attention and heads of a multiple of 32 numbers; a row that asks for what cannot be is refused. \`silica doctor\` shows what it takes |
| \`promptMemory\` | GB for what earlier prompts and answers left, so that a prompt that begins like one of them is read from there on; outside the KV cache, where it would slow others down. \`auto\`: as much as the KV cache takes; 0: none. Models with a recurrent state, and those that run with 256 \`sequences\`, keep theirs in the cache as long as it has room, and take none of it; a row of a model that makes vectors may not have it |
| \`patience\` | milliseconds that running answers wait between two tokens for each prompt that waits to be read (150), a second at most for all: less, and answers come more evenly; more, and first tokens come sooner |
| \`flashAttention\` | \`auto\`, \`on\`, \`off\` |
| \`gpuLayers\` | layers that go to graphics cards where llama.cpp's libraries for them are installed; \`auto\`: all |
| \`adapters\` | LoRA adapters as GGUF files, \`[{ file: legal.gguf, scale: 0.8 }]\` (\`scale\` 1 where it is left out), which work together and at all times; one that does not fit the model is refused with the reason |

A GGUF that turns texts into vectors is known by its header. A row of such a model needs \`id\`, \`contextLength\` and
\`embedding: { dimensions: 1024, shortens: false }\`; \`shortens: true\` lets callers ask for fewer \`dimensions\`. Its
window is at most 2048 tokens unless \`contextLength\` of its engine says more.

## Agents

A model with a choice of efforts is asked for the one of agents where a request names none and comes from a coding agent.
One is known by its \`User-Agent\` (Claude Code, OpenCode, Codex, Qwen Code, Gemini CLI, Roo Code, Kilo Code, Crush,
Goose), or by its tools: it brings one that changes files and one that runs commands. The line of the request in the log
says what was decided, such as \`"thinking":"max/agent"\`.
`
