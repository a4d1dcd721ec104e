import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCatalogue } from './catalogue.ts'
import { readRows } from './read-rows.ts'
import { rowOfFile } from './row-of-file.ts'

const bundled = readFileSync(join(import.meta.dirname, '../../models/nano.yaml'), 'utf8')
const read = (text: string) => readRows({ name: 'rows.yaml', text, folder: '/models' })

describe('rows', () => {
  it('of the bundled model are read, with its file beside them', () => {
    const [row, ...others] = read(bundled)
    expect(others).toEqual([])
    expect(row?.engine).toMatchObject({
      kind: 'llama',
      file: '/models/nano/silica-nano.gguf',
      threads: 'auto',
    })
    expect(row?.model).toMatchObject({ contextLength: 4096, thinking: { kind: 'switch', byDefault: true } })
  })

  it('may name their file from the root', () => {
    const [row] = read(bundled.replace('nano/silica-nano.gguf', '/elsewhere/a.gguf'))
    expect(row?.engine.file).toBe('/elsewhere/a.gguf')
  })

  it.each([
    [
      'contextLength: 4096',
      'contextLength: big',
      'contextLength must be an integer of at least 1, not "big"',
    ],
    ['contextLength: 4096', 'contextLength: 0', 'contextLength must be an integer of at least 1, not 0'],
    ['contextLength: 4096', 'contextLength: 1.5', 'contextLength must be an integer of at least 1, not 1.5'],
    ['  calls: always\n', '', 'calls is missing: "never" or "always" or "without-thinking"'],
    ['minP: true', 'minp: true', 'minp is not known; known are id, contextLength, '],
    ['kind: switch', 'kind: maybe', 'thinking.kind must be "never" or "always" or "switch"'],
    ['kind: switch', 'kind: never', 'thinking.byDefault is not known; known are kind'],
    ['byDefault: true', 'byDefault: 3', 'thinking.byDefault must be true or false, not 3'],
    ['topP: 0.7', 'topP: 0', 'sampling.topP must be a number above 0 and at most 1, not 0'],
    ['seed: null', 'seed: a', 'sampling.seed must be an integer of at least 0, not "a"'],
    ['{ open: <think>, ', '{ ', 'dialect.thinking.open is missing: a text that is not empty'],
    ['{ open: <think>', "{ open: ''", 'dialect.thinking.open must be a text that is not empty, not ""'],
    ['calls: hermes', 'calls: other', 'dialect.calls must be "native" or "hermes", not "other"'],
    ['kind: llama', 'kind: other', 'engine.kind must be "llama", not "other"'],
    [
      'threads: auto',
      'threads: fast',
      'engine.threads must be "auto" or an integer of at least 1, not "fast"',
    ],
    ['max: 4096', 'max: 5000', 'answerLimit.max must be <= contextLength (4096), not 5000'],
    ['byDefault: 1024', 'byDefault: 3073', 'thinking.budget.byDefault must be <= max (3072), not 3073'],
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
  it('finds a row by its id and keeps the order', () => {
    const [row] = read(bundled)
    if (row === undefined) throw new Error('no row')
    const other = { ...row, model: { ...row.model, id: 'other' } }
    const catalogue = openCatalogue([other, row])
    expect(catalogue.find('other')).toBe(other)
    expect(catalogue.find('nothing')).toBeUndefined()
    expect(catalogue.all()).toEqual([other, row])
  })

  it('refuses two rows of one id, naming both files', () => {
    const rows = read(bundled)
    const [row] = rows
    const id = row?.model.id ?? ''
    const own = rowOfFile(id, { ...facts, template: '', file: '/mine.gguf' })
    expect(() => openCatalogue([...rows, own])).toThrow(
      `Two models are named '${id}': /models/nano/silica-nano.gguf and /mine.gguf.`,
    )
  })
})

const facts = { file: '/a.gguf', contextLength: 8192, sequences: 4, threads: 'auto' } as const

describe('the row of a bare file', () => {
  const marks = { open: '<think>', close: '</think>' }
  it.each([
    ['plain text', '{{ messages }}', 'never', 'native', false, 'native'],
    ['marks of thought', '<think>', 'always', marks, false, 'native'],
    ['a switch for thought', '<think> {{ enable_thinking }}', 'switch', marks, false, 'native'],
    ['tool calls', '{% if tools %}<tool_call>{% endif %}', 'never', 'native', true, 'hermes'],
    ['tools in an unknown syntax', '{% if tools %}[CALLS]{% endif %}', 'never', 'native', false, 'native'],
    [
      'tool calls as XML',
      '{% if tools %}<tool_call><function=f>{% endif %}',
      'never',
      'native',
      false,
      'native',
    ],
    ['tool calls but no tools', '<tool_call>', 'never', 'native', false, 'hermes'],
  ])('whose template speaks of %s', (_what, template, thinking, marked, calls, syntax) => {
    const { model, engine } = rowOfFile('mine', { ...facts, template })
    expect(model.thinking.kind).toBe(thinking)
    expect(model.dialect).toMatchObject({ thinking: marked, calls: syntax })
    expect(model.calls).toBe(calls ? 'always' : 'never')
    expect(engine.file).toBe('/a.gguf')
  })

  it('lets an answer have as much as its window holds', () => {
    const { model } = rowOfFile('mine', { ...facts, template: '<think>' })
    expect(model.answerLimit).toEqual({ byDefault: 8192, max: 8192 })
    expect(model.thinking).toMatchObject({ budget: { max: 8192 } })
  })
})
