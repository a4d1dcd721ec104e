import { expect, test } from 'vitest'
import { readYaml } from '../schema/read-yaml.ts'
import { limitsSchema, noLimits, readLimits } from './read-limits.ts'

const read = (text: string) => {
  const { value, refuse } = readYaml(limitsSchema, 'silica.yaml', text)
  return readLimits(value, refuse)
}

test('levels are read with their limits and those of single models', () => {
  const settings = read(`
level: free
reserve: prompt
levels:
  free: { limits: { TPM: 50000, RPM: 10 }, models: { owner/name: { RPD: 5 }, owner/free: {} } }
  paid: {}
`)
  const free = {
    limits: [
      { metric: 'RPM', most: 10 },
      { metric: 'TPM', most: 50_000 },
    ],
    models: new Map([
      ['owner/name', [{ metric: 'RPD', most: 5 }]],
      ['owner/free', []],
    ]),
  }
  const levels = new Map([
    ['free', free],
    ['paid', { limits: [], models: new Map() }],
  ])
  expect(settings).toEqual({ ...noLimits, level: 'free', reserve: 'prompt', levels })
})

test('there are no limits where none are set', () => {
  expect(read('{}')).toEqual(noLimits)
})

test.each([
  ['level: gold', 'limits.level must be one of the levels, not gold'],
  ['levels: { a: { limits: { TPS: 1 } } }', 'TPS is not known; known are RPM, RPH, RPD, TPM, TPD'],
  ['levels: { a: { models: { b/c: { TPM: -1 } } } }', 'TPM must be an integer'],
])('%s is refused', (text, message) => {
  expect(() => read(text)).toThrow(message)
})
