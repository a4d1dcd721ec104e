import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCatalogue } from './catalogue.ts'
import { readRows } from './read-rows.ts'
import type { Row } from './row.ts'
import { rowOfFile } from './row-of-file.ts'

const bundled = readFileSync(join(import.meta.dirname, '../../models/nano.yaml'), 'utf8')
const read = (text: string, below: readonly Row[] = []) =>
  readRows({ name: 'rows.yaml', text, folder: '/models', field: '' }, below)

describe('rows', () => {
  it('of the bundled model are read, with its file beside them', () => {
    const [row, ...others] = read(bundled)
    expect(others).toEqual([])
    expect(row?.engine).toMatchObject({
      kind: 'llama',
      file: '/models/nano/silica-nano.gguf',
      threads: 'auto',
    })
    expect(row?.model).toMatchObject({ contextLength: 8192, thinking: { kind: 'switch', byDefault: true } })
  })

  it('may name their file from the root', () => {
    const [row] = read(bundled.replace('nano/silica-nano.gguf', '/elsewhere/a.gguf'))
    expect(row?.engine).toMatchObject({ file: '/elsewhere/a.gguf' })
  })

  it('need name only what they change of a row below them, and a file that is sought beside their own', () => {
    const below = read(bundled)
    const text =
      '- id: silica/nano\n  minP: false\n- id: silica/nano\n  engine: { kind: llama, file: b.gguf }'
    const folder = '/mine'
    const [changed, bound] = readRows({ name: 'a.yaml', text, folder, field: '' }, below)
    expect(changed).toEqual({ ...below[0], model: { ...below[0]?.model, minP: false } })
    expect(bound?.engine).toEqual({
      kind: 'llama',
      file: '/mine/b.gguf',
      template: '',
      sequences: 4,
      threads: 'auto',
      contextLength: 'auto',
      cache: 'f16',
      promptMemory: 'auto',
      patience: 150,
      flashAttention: 'auto',
      gpuLayers: 'auto',
      adapters: [],
    })
  })

  it('may have a chat template of their own beside them', () => {
    const [row] = read(bundled.replace('sequences: 16', 'sequences: 16, template: own.jinja'))
    expect(row?.engine).toMatchObject({ template: '/models/own.jinja' })
  })

  it('may have adapters beside them, which work as they were trained unless told otherwise', () => {
    const adapters = 'adapters: [{ file: a.gguf }, { file: /b.gguf, scale: 0.5 }]'
    const [row] = read(bundled.replace('sequences: 16', `sequences: 16, ${adapters}`))
    expect(row?.engine).toMatchObject({
      adapters: [
        { file: '/models/a.gguf', scale: 1 },
        { file: '/b.gguf', scale: 0.5 },
      ],
    })
  })

  it('may be run by a server of somebody else, whose key they name a place for', () => {
    const engine = "{ kind: upstream, server: vllm, url: 'http://gpu:8000/v1', key: { file: key.txt } }"
    const [row] = read(bundled.replace(/engine: .*/, `engine: ${engine}`))
    expect(row?.engine).toEqual({
      kind: 'upstream',
      server: 'vllm',
      url: 'http://gpu:8000/v1',
      model: 'silica/nano',
      key: { file: '/models/key.txt' },
      budget: 'auto',
      media: 'auto',
      mediaHosts: [],
      wholeUpTo: 1024,
      firstTokenSeconds: 300,
      silenceSeconds: 60,
      probeSeconds: 10,
    })
    expect(read('- id: silica/nano\n  minP: false', row ? [row] : [])[0]?.engine).toEqual(row?.engine)
  })

  it('may be run by several engines', () => {
    const there = "{ kind: upstream, server: openai, url: 'https://cloud/v1', key: { env: CLOUD }, rank: 1 }"
    const pool = `{ kind: pool, silenceSeconds: 5, replicas: [{ kind: llama, file: a.gguf, weight: 2 }, ${there}] }`
    const [row] = read(bundled.replace(/engine: .*/, `engine: ${pool}`))
    expect(row?.engine).toMatchObject({
      kind: 'pool',
      silenceSeconds: 5,
      replicas: [
        { kind: 'llama', file: '/models/a.gguf', sequences: 4, weight: 2, most: 64, rank: 0, drain: false },
        { kind: 'upstream', key: { env: 'CLOUD' }, budget: 'auto', weight: 1, rank: 1, drain: false },
      ],
    })
    expect(read('- id: silica/nano\n  minP: false', row ? [row] : [])[0]?.engine).toEqual(row?.engine)
  })

  it('must name everything where none is below them', () => {
    expect(() => read('- id: mine/own')).toThrow(
      'rows.yaml:1:3: [mine/own].contextLength is missing: an integer of at least 1',
    )
  })

  it('are run by nothing where they name no engine', () => {
    expect(read(bundled.replace(/^  engine: .*$/m, ''))[0]?.engine).toEqual({ kind: 'none' })
  })

  it('may say where its model is in its life, and are online where they do not', () => {
    const [plain] = read(bundled)
    const [row] = read(
      '- id: silica/nano\n  life: { state: deprecated, sunset: 2099-01-31, successor: a/b }',
      [...read(bundled)],
    )
    expect(plain?.life).toEqual({ state: 'online', sunsetAt: null, successor: '' })
    expect(row?.life).toEqual({
      state: 'deprecated',
      sunsetAt: Date.parse('2099-01-31'),
      successor: 'a/b',
    })
    expect(read('- id: silica/nano\n  minP: false', row ? [row] : [])[0]?.life).toEqual(row?.life)
    const wrong = (life: string) => () => read(`- id: silica/nano\n  life: ${life}`, read(bundled))
    expect(wrong('{ state: gone }')).toThrow(
      'life.state must be "online" or "deprecated" or "offline", not "gone"',
    )
    expect(wrong('{ state: offline, sunset: 2099-01-31 }')).toThrow('life.sunset is not known')
    expect(wrong('{ state: deprecated, sunset: soon }')).toThrow('life.sunset must be a day or a time')
    expect(wrong('{ state: offline, successor: silica/nano }')).toThrow('must be another model')
  })

  it('may share fields through an anchor, and tell of a shared fault at the row', () => {
    const pair = bundled.replace('- id', '- &one\n  id') + '- { <<: *one, id: other/one }'
    expect(read(pair)[1]?.model).toEqual({ ...read(bundled)[0]?.model, id: 'other/one' })
    expect(() => read(pair.replace('id: other/one', 'id: other/one, minP: 3'))).toThrow(
      /^rows.yaml:\d+:\d+: \[other\/one\].minP must be true or false, not 3$/,
    )
  })

  it('may be a field of a file of settings, which need not have it', () => {
    const inSettings = (text: string) =>
      readRows({ name: 's.yaml', text, folder: '/', field: 'rows' }, read(bundled))
    expect(inSettings('port: 1')).toEqual([])
    expect(inSettings('rows:\n  - id: silica/nano\n    minP: false')[0]?.model.minP).toBe(false)
    expect(() => inSettings('rows:\n  - id: silica/nano\n    minP: 3')).toThrow(
      's.yaml:3:5: rows[silica/nano].minP must be true or false, not 3',
    )
  })

  it.each([
    [
      'contextLength: 8192\n',
      'contextLength: big\n',
      'contextLength must be an integer of at least 1, not "big"',
    ],
    ['contextLength: 8192\n', 'contextLength: 0\n', 'contextLength must be an integer of at least 1, not 0'],
    [
      'contextLength: 8192\n',
      'contextLength: 1.5\n',
      'contextLength must be an integer of at least 1, not 1.5',
    ],
    ['  calls: always\n', '', 'calls is missing: "never" or "always" or "without-thinking"'],
    ['minP: true', 'minp: true', 'minp is not known; known are id, contextLength, '],
    ['kind: switch', 'kind: maybe', 'thinking.kind must be "never" or "always" or "switch"'],
    ['kind: switch', 'kind: never', 'thinking.byDefault is not known; known are kind'],
    ['byDefault: true', 'byDefault: 3', 'thinking.byDefault must be true or false, not 3'],
    ['topP: 0.7', 'topP: 0', 'sampling.topP must be a number above 0 and at most 1, not 0'],
    ['seed: null', 'seed: a', 'sampling.seed must be an integer of at least 0, not "a"'],
    ['{ open: <think>, ', '{ ', 'dialect.thinking.open is missing: a text that is not empty'],
    ['{ open: <think>', "{ open: ''", 'dialect.thinking.open must be a text that is not empty, not ""'],
    ['calls: hermes', 'calls: other', 'dialect.calls must be "native" or "hermes" or "qwen-xml"'],
    [
      'kind: llama',
      'kind: other',
      'engine.kind must be "none" or "llama" or "upstream" or "pool", not "other"',
    ],
    [
      'sequences: 16',
      'threads: fast',
      'engine.threads must be "auto" or an integer of at least 1, not "fast"',
    ],
    ['max: 4096', 'max: 9000', 'answerLimit.max must be <= contextLength (8192), not 9000'],
    ['byDefault: 1024', 'byDefault: 32769', 'thinking.budget.byDefault must be <= max (32768), not 32769'],
  ])(
    'with %s changed to %s are refused, naming file, line, row, field and what is allowed',
    (from, to, told) => {
      expect(bundled).toContain(from)
      const wrong = bundled.replace(from, to)
      const fault = expect.objectContaining({
        kind: 'invalid-request',
        message: expect.stringMatching(/^rows\.yaml:\d+:\d+: \[[^\]]+\]\./),
      })
      expect(() => read(wrong)).toThrow(fault)
      expect(() => read(wrong)).toThrow(told)
    },
  )

  it('are told from what is no list, and from what is no YAML', () => {
    expect(() => read('id: a')).toThrow(/^rows.yaml:1:1: the file must be a list, not an object$/)
    expect(() => read('')).toThrow('the file must be a list')
    expect(() => read('- id: [')).toThrow(/^rows.yaml:1:\d+: Flow sequence/)
  })

  it('are refused at the line of the fault', () => {
    const line = bundled.split('\n').findIndex((text) => text.includes('topP')) + 1
    expect(() => read(bundled.replace('topP: 0.7', 'topP: 2'))).toThrow(`rows.yaml:${line}:5: `)
  })
})

describe('a catalogue', () => {
  const [row] = read(bundled)
  if (row === undefined) throw new Error('no row')
  const named = (id: string): Row => ({ ...row, model: { ...row.model, id } })

  it("finds a row by its id, the operator's own before those below, in their order", () => {
    const own = { ...named('b'), engine: { kind: 'none' } } as const
    const catalogue = openCatalogue([named('z'), own], [named('a'), named('b')])
    expect(catalogue.all().map(({ model }) => model.id)).toEqual(['z', 'b', 'a'])
    expect(catalogue.find('b')).toBe(own)
    expect(catalogue.find('nothing')).toBeUndefined()
  })

  it('refuses two own rows of one id', () => {
    expect(() => openCatalogue([named('a'), named('a')], [])).toThrow("Two models are named 'a'.")
  })
})

describe('the row of a bare file', () => {
  const marks = { open: '<think>', close: '</think>' }
  it.each([
    ['plain text', '{{ messages }}', 'never', 'native', false, 'native'],
    ['marks of thought', '<think>', 'always', marks, false, 'native'],
    ['a switch for thought', '<think> {{ enable_thinking }}', 'switch', marks, false, 'native'],
    ['tool calls', '{% if tools %}<tool_call>{% endif %}', 'never', 'native', true, 'hermes'],
    ['tools in an unknown syntax', '{% if tools %}[CALLS]{% endif %}', 'never', 'native', false, 'native'],
    ['XML', '{% if tools %}<tool_call><function=f>{% endif %}', 'never', 'native', true, 'qwen-xml'],
    ['keys', '{% if tools %}<tool_call>f<arg_key>{% endif %}', 'never', 'native', true, 'glm'],
    ['a tagged list', '{% if tools %}<tool_calls>[{% endif %}', 'never', 'native', true, 'hunyuan'],
    ['a section', '{{ tools }}<|tool_calls_section_begin|>', 'never', 'native', true, 'kimi'],
    ['marks', '{{ tools }}<｜tool▁calls▁begin｜>', 'never', 'native', true, 'deepseek'],
    ['marks and code', '{% if tools %}<｜tool▁calls▁begin｜>```json', 'never', 'native', false, 'native'],
    ['DSML', '{% if tools %}<｜DSML｜function_calls>', 'never', 'native', true, 'dsml'],
    ['tool calls but no tools', '<tool_call>', 'never', 'native', false, 'hermes'],
  ])('whose template speaks of %s', (_what, template, thinking, marked, calls, syntax) => {
    const model = rowOfFile('mine', { template, contextLength: 8192, specials: [], embedding: null })
    expect(model.thinking.kind).toBe(thinking)
    expect(model.dialect).toMatchObject({ thinking: marked, calls: syntax })
    expect(model.calls).toBe(calls ? 'always' : 'never')
  })

  it('lets an answer have as much as its window holds', () => {
    const model = rowOfFile('mine', {
      template: '<think>',
      contextLength: 8192,
      specials: [],
      embedding: null,
    })
    expect(model.answerLimit).toEqual({ byDefault: 8192, max: 8192 })
    expect(model.thinking).toMatchObject({ budget: { max: 8192 } })
  })

  it('fills in the middle where the file has all three tokens for it', () => {
    const infill = { prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>' }
    const row = (specials: readonly string[]) =>
      rowOfFile('mine', { template: '', contextLength: 8, specials, embedding: null })
    expect(row(Object.values(infill)).dialect.infill).toEqual(infill)
    expect(row([infill.prefix, infill.suffix]).dialect.infill).toBeNull()
  })

  it('hands on the switches that its template names', () => {
    const template =
      "<think>thinking {{ enable_thinking }}{{ 'tools thinking' + m.thinking + reasoning_effort }}"
    expect(rowOfFile('mine', { template, contextLength: 8, specials: [], embedding: null })).toMatchObject({
      switches: { thinking: ['enable_thinking'], effort: ['reasoning_effort'] },
      effort: { kind: 'choice' },
      calls: 'never',
    })
    const other = '{% if thinking is defined and thinking %}<think>{% endif %}'
    expect(
      rowOfFile('mine', { template: other, contextLength: 8, specials: [], embedding: null }).switches
        .thinking,
    ).toEqual(['thinking'])
  })
})
