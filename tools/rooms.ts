/** Who may import whom. A room is a folder or a file directly in `src/`; a `types` entry allows `import type` alone. */
export const rooms: Readonly<
  Record<string, { readonly all: readonly string[]; readonly types: readonly string[] }>
> = {
  chat: { all: [], types: [] },
  schema: { all: ['chat'], types: [] },
  decode: { all: ['chat'], types: [] },
  wire: { all: ['chat', 'schema'], types: [] },
  catalogue: { all: ['chat', 'schema'], types: [] },
  'read-sse': { all: [], types: [] },
  engines: { all: ['chat', 'decode', 'read-sse'], types: [] },
  storage: { all: ['chat'], types: [] },
  accounts: { all: ['chat', 'storage'], types: [] },
  lifecycle: { all: ['chat', 'storage'], types: [] },
  telemetry: { all: ['chat'], types: [] },
  complete: { all: ['chat', 'decode'], types: ['accounts'] },
  http: { all: ['chat', 'wire', 'complete'], types: ['accounts', 'catalogue', 'lifecycle'] },
  settings: { all: ['chat'], types: [] },
  hub: { all: ['chat'], types: [] },
  models: { all: ['chat', 'catalogue', 'engines', 'hub', 'settings'], types: [] },
  main: {
    all: [
      'chat',
      'wire',
      'storage',
      'accounts',
      'lifecycle',
      'telemetry',
      'complete',
      'http',
      'models',
      'settings',
    ],
    types: ['catalogue'],
  },
  measure: { all: ['chat'], types: [] },
  diagnose: { all: ['chat', 'engines', 'storage', 'models', 'settings'], types: ['catalogue'] },
  cli: {
    all: ['main', 'models', 'hub', 'measure', 'diagnose', 'settings', 'schema', 'chat', 'read-sse'],
    types: ['catalogue'],
  },
}

/** Packages and globals that have one home each, as folders under `src/`. */
export const homes: readonly (readonly [what: RegExp, home: readonly string[]])[] = [
  [/from 'koffi'/, ['engines/llama']],
  [/from '@huggingface\/jinja'/, ['engines/llama']],
  [/from 'ioredis'/, ['storage']],
  [/from '@hyzyla\/pdfium'/, ['engines/upstream']],
  [/from 'undici'/, ['engines/upstream', 'hub']],
  [/from '(kysely|pg|node:sqlite)'/, ['storage']],
  [/from '(fastify|node:http)'/, ['http']],
  [/\bprocess\.(env|argv)\b/, ['cli', 'engines/llama']],
  [/\b(Date\.now|Math\.random)\(|\brandom(Bytes|UUID)\b.*'node:crypto'/, ['main.ts', 'cli']],
]
