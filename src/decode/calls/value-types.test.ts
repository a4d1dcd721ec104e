import { expect, test } from 'vitest'
import type { Json } from '../../chat/json.ts'
import { argumentTypes } from './value-types.ts'

function typesOf(schema: Json): string {
  const types = argumentTypes(
    {
      properties: { a: schema, other: { type: 'array' } },
      $defs: {
        city: { type: 'string' },
        'a/b': { type: 'number' },
        tree: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/tree' }] },
        loop: { $ref: '#/$defs/loop' },
      },
    },
    'a',
  )
  return types.size === 6 ? 'any' : [...types].join(' ')
}

test.each<[Json, string]>([
  [{ type: 'string' }, 'string'],
  [{ type: 'integer' }, 'number'],
  [{ type: ['null', 'string'] }, 'string null'],
  [{ enum: ['a', 'b'] }, 'string'],
  [{ enum: ['a', 1, null] }, 'string number null'],
  [{ const: false }, 'boolean'],
  [{ const: [1] }, 'array'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string null'],
  [{ oneOf: [{ const: {} }, { enum: [1] }] }, 'number object'],
  [{ allOf: [{ type: ['string', 'number'] }, { enum: [1, 'a', true] }] }, 'string number'],
  [{ type: ['string', 'integer'], enum: [1, 2] }, 'number'],
  [{ $ref: '#/$defs/city' }, 'string'],
  [{ $ref: '#/$defs/a~1b' }, 'number'],
  [{ $ref: '#/properties/other' }, 'array'],
  [{ anyOf: [{ $ref: '#/$defs/city' }, { $ref: '#/$defs/city' }] }, 'string'],
  [{ $ref: '#/$defs/tree' }, 'string'],
  [{ $ref: '#/$defs/nowhere' }, 'any'],
  [{ $ref: 'https://example.com/schema' }, 'any'],
  [{ type: 'str' }, 'any'],
  [{ description: 'anything' }, 'any'],
  [{}, 'any'],
  [true, 'any'],
])('%j may be %s', (schema, types) => {
  expect(typesOf(schema)).toBe(types)
})

test('an argument that is not declared may be anything, whatever its name', () => {
  for (const key of ['b', 'toString', '__proto__'])
    expect(argumentTypes({ properties: {} }, key).size).toBe(6)
  expect(argumentTypes({}, 'a').size).toBe(6)
})

test('references that lead round in a circle end, however many they are', () => {
  const names = Array.from({ length: 30 }, (_, at) => `d${at}`)
  const all = { anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) }
  const defs = Object.fromEntries(names.map((name) => [name, all]))
  expect(typesOf({ $ref: '#/$defs/loop' })).toBe('')
  expect(argumentTypes({ properties: { a: all }, $defs: defs }, 'a').size).toBe(0)
})
