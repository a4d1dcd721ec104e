import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileSchema } from '../../../../tests/engines/llama/compile-schema.ts'
import { randomText } from '../../../../tests/engines/llama/random-text.ts'
import { schemaCases } from '../../../../tests/engines/llama/schema-cases.ts'
import { validates } from '../../../../tests/engines/llama/validates.ts'
import type { Json, JsonObject } from '../../../chat/json.ts'
import { accepts } from './accepts.ts'
import { writeGbnf } from './write-gbnf.ts'
import { runs } from '../../../../tests/runs.ts'

/** A second of work, on a machine that does much else. */
const timeout = 60_000

/** Of some JSON texts those that the schema's grammar takes. */
function taken(schema: Json, ...texts: readonly string[]): string[] {
  const grammar = compileSchema(schema)
  return texts.filter((text) => accepts(grammar, text) === 'whole')
}

function refusal(schema: Json): unknown {
  try {
    compileSchema(schema)
  } catch (error) {
    return error
  }
  return null
}

describe('an object', () => {
  const schema: JsonObject = {
    type: 'object',
    properties: { a: { type: 'integer' }, b: { type: 'string' }, c: { type: 'boolean' } },
    required: ['b'],
    additionalProperties: false,
  }

  test('has its properties in the order of the schema, and the required ones', () => {
    expect(taken(schema, '{"a":1,"b":"x","c":true}', '{"b":"x"}', '{"b":"x","c":false}')).toHaveLength(3)
    expect(taken(schema, '{}', '{"a":1}', '{"b":"x","a":1}', '{"b":"x","d":1}', '{"b":"x","b":"y"}')).toEqual(
      [],
    )
  })

  test('may be spread over lines, but has no more than one blank or break and its indentation in a place', () => {
    expect(taken(schema, '{ "b": "x" }', '{\n  "a": 1,\n  "b": "x"\n}')).toHaveLength(2)
    expect(taken(schema, '{  "b":"x"}', '{\n\n"b":"x"}', '{"b" :"x"}', '{"b":"x" ,"c":true}')).toEqual([])
  })

  test('has no other properties where nothing is said of them, unless none are named', () => {
    expect(taken({ properties: { a: {} } }, '{"b":1}')).toEqual([])
    expect(taken({ type: 'object' }, '{"b":1}')).toHaveLength(1)
  })

  test('has other properties of the type that is asked of them, and never under a name that has a type of its own', () => {
    const open = { ...schema, additionalProperties: { type: 'null' } }
    expect(taken(open, '{"b":"x","d":null}', '{"b":"x","bb":null,"":null}')).toHaveLength(2)
    expect(taken(open, '{"b":"x","d":1}', '{"b":"x","b":null}', '{"b":"x","\\u0062":null}')).toEqual([])
  })

  test('has the names that propertyNames lists', () => {
    const map = {
      additionalProperties: { type: 'integer' },
      propertyNames: { enum: ['p', 'q'] },
      required: ['q'],
    }
    expect(taken(map, '{"p":1,"q":2}', '{"q":2}')).toHaveLength(2)
    expect(taken(map, '{"p":1}', '{"q":1,"r":2}')).toEqual([])
  })

  test('that refers to itself may be nested, and one that must hold itself is none', () => {
    const list = { properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } }, required: ['next'] }
    expect(taken(list, '{"next":{"next":{"next":null}}}')).toHaveLength(1)
    expect(refusal({ properties: { next: { $ref: '#' } }, required: ['next'] })).toMatchObject({
      message: 'schema allows no value at all.',
    })
  })
})

describe('a list', () => {
  test('has as many items as it may', () => {
    expect(
      taken({ items: { type: 'integer' }, minItems: 1, maxItems: 3 }, '[]', '[1]', '[1, 2,3]', '[1,2,3,4]'),
    ).toEqual(['[1]', '[1, 2,3]'])
  })

  test('may begin with items of their own types, and has no others where nothing is said of them', () => {
    const pair = { prefixItems: [{ type: 'integer' }, { type: 'string' }], minItems: 1 }
    expect(taken(pair, '[1]', '[1,"a"]', '[1,"a",2]', '["a"]', '[]')).toEqual(['[1]', '[1,"a"]'])
    expect(taken({ ...pair, items: { type: 'null' } }, '[1,"a",null,null]', '[1,null]')).toEqual([
      '[1,"a",null,null]',
    ])
  })
})

describe('a string', () => {
  test('has as many characters as it may, whatever their spelling', () => {
    const texts = ['"a"', '"ab"', '"😀\\n"', '"\\u00e9\\ud83d\\ude00"', '"abc"', '"\\ud83d"']
    expect(taken({ type: 'string', minLength: 2, maxLength: 2 }, ...texts)).toEqual(texts.slice(1, 4))
  })

  test('matches its pattern, its format and its length at once', () => {
    const schema = { type: 'string', pattern: '^[a-f]', format: 'hostname', maxLength: 5 }
    expect(taken(schema, '"abc.d"', '"xyz"', '"a..b"', '"abcdef"')).toEqual(['"abc.d"'])
  })

  test('keeps what a pattern takes in the spelling of JSON', () => {
    expect(taken({ type: 'string', pattern: '^"\\\\\n$' }, '"\\"\\\\\\n"', '"\\"\\\\\n"')).toEqual([
      '"\\"\\\\\\n"',
    ])
  })
})

describe('a number', () => {
  test('is whole and without exponent where it is an integer', () => {
    expect(taken({ type: 'integer' }, '0', '-12', '1.0', '1e3', '01', '+1')).toEqual(['0', '-12'])
  })

  test('keeps to its bounds', () => {
    expect(
      taken({ type: 'integer', minimum: -3, exclusiveMaximum: 12 }, '-4', '-3', '0', '11', '12'),
    ).toEqual(['-3', '0', '11'])
    const share = { type: 'number', minimum: 0, maximum: 1 }
    expect(taken(share, '0', '0.5', '1', '1.000', '1.001', '-0.1', '1e-3')).toEqual([
      '0',
      '0.5',
      '1',
      '1.000',
    ])
  })

  test('is a multiple where it must be', () => {
    expect(taken({ type: 'integer', multipleOf: 15 }, '0', '30', '-45', '40')).toEqual(['0', '30', '-45'])
    expect(taken({ type: 'number', multipleOf: 0.01 }, '1.25', '3', '1.255')).toEqual(['1.25', '3'])
  })

  test('is never one that reads as infinite', () => {
    expect(taken({ type: 'number' }, '1e99', '1e999', '-2.5E-10')).toEqual(['1e99', '-2.5E-10'])
  })
})

describe('schemas together', () => {
  test('an enum keeps of its values those that the rest of the schema allows', () => {
    expect(
      taken(
        { enum: ['a', 'bcd', 1, null], type: ['string', 'null'], maxLength: 1 },
        '"a"',
        '"bcd"',
        '1',
        'null',
      ),
    ).toEqual(['"a"', 'null'])
  })

  test('allOf and what stands beside $ref hold at once', () => {
    const schema = {
      allOf: [
        { $ref: '#/$defs/a', required: ['x'] },
        { properties: { y: { minimum: 5 } }, required: ['y'] },
      ],
      $defs: { a: { properties: { x: { type: 'null' }, y: { type: 'integer' } } } },
    }
    expect(taken(schema, '{"x":null,"y":5}', '{"x":null,"y":4}', '{"y":5}')).toEqual(['{"x":null,"y":5}'])
  })

  test('oneOf is anyOf where its schemas exclude each other, and is refused where they may not', () => {
    const kinds = ['a', 'b'].map((kind) => ({
      properties: { kind: { const: kind } },
      required: ['kind'],
      type: 'object',
    }))
    expect(taken({ oneOf: kinds }, '{"kind":"b"}')).toHaveLength(1)
    expect(refusal({ oneOf: [{ type: 'number' }, { type: 'integer' }] })).toMatchObject({
      field: 'schema.oneOf',
    })
  })

  test('nullable, lists of types, and the keywords of older drafts mean what they meant', () => {
    expect(
      taken({ type: 'integer', nullable: true, minimum: 1, exclusiveMinimum: true }, 'null', '1', '2'),
    ).toEqual(['null', '2'])
    expect(taken({ $ref: '#/definitions/a', definitions: { a: { const: 1 } } }, '1', '2')).toEqual(['1'])
  })

  test('annotations and unknown keywords change nothing', () => {
    const notes = {
      title: 't',
      description: 'd',
      default: 1,
      examples: [1],
      $comment: 'c',
      deprecated: true,
      'x-a': 1,
    }
    expect(
      taken({ type: 'null', $schema: 'https://json-schema.org/draft/2020-12/schema', ...notes }, 'null'),
    ).toHaveLength(1)
  })
})

describe('what cannot be enforced is refused by its name', () => {
  test.each([
    ['not', { not: {} }, 'schema.properties.a.not'],
    ['not', { not: { type: 'null' } }, 'schema.properties.a.not'],
    ['if', { if: { type: 'string' } }, 'schema.properties.a.if'],
    ['patternProperties', { patternProperties: { a: {} } }, 'schema.properties.a.patternProperties'],
    ['uniqueItems', { uniqueItems: true }, 'schema.properties.a.uniqueItems'],
    ['contains', { contains: { const: 1 } }, 'schema.properties.a.contains'],
    ['multipleOf', { multipleOf: 0.3, type: 'number' }, 'schema.properties.a.multipleOf'],
    ['a format', { format: 'color', type: 'string' }, 'schema.properties.a.format'],
    ['looking ahead', { pattern: '(?=a)', type: 'string' }, 'schema.properties.a.pattern'],
    ['a word boundary', { pattern: '\\ba', type: 'string' }, 'schema.properties.a.pattern'],
    ['a foreign $ref', { $ref: 'other.json' }, 'schema.properties.a.$ref'],
    ['a lost $ref', { $ref: '#/$defs/b' }, 'schema.properties.a.$ref'],
    ['a wrong type', { type: 'text' }, 'schema.properties.a.type'],
    ['a wrong count', { minLength: -1, type: 'string' }, 'schema.properties.a.minLength'],
    ['no schema', 7, 'schema.properties.a'],
  ])('%s', (_, a, field) => {
    expect(refusal({ properties: { a } })).toMatchObject({ kind: 'invalid-request', field })
  })

  test.each([
    ['an exploding pattern', { type: 'string', pattern: '(a|b)*a(a|b){15}' }],
    [
      'more alternatives than are followed',
      { anyOf: Array.from({ length: 600 }, (_, at) => ({ const: at })) },
    ],
    ['references that double', doubling(40)],
    ['a schema of many megabytes of rules', { properties: Object.fromEntries(manyPatterns(300)) }],
  ])('%s, in bounded time', { timeout }, (_, schema) => {
    const began = process.threadCpuUsage()
    expect(refusal(schema)).toMatchObject({ kind: 'invalid-request' })
    // Microseconds of this thread, whatever else the machine does.
    expect(process.threadCpuUsage(began).user).toBeLessThan(1_000_000)
  })

  test.each([
    ['a list of up to 100,000 items', { type: 'array', maxItems: 100_000 }],
    ['a string of up to a million characters', { type: 'string', maxLength: 1_000_000 }],
    ['a thousand names', { enum: Array.from({ length: 1000 }, (_, at) => `name ${at}`) }],
  ])('but %s is small', (_, schema) => {
    expect(writeGbnf(compileSchema(schema)).length).toBeLessThan(100_000)
  })
})

function doubling(depth: number): JsonObject {
  const defs = Array.from({ length: depth }, (_, at) => [
    `d${at}`,
    { anyOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
  ])
  return { $ref: '#/$defs/d0', $defs: Object.fromEntries([...defs, [`d${depth}`, { type: 'null' }]]) }
}

function manyPatterns(count: number): [string, JsonObject][] {
  return Array.from({ length: count }, (_, at) => [
    `p${at}`,
    { type: 'string', pattern: `^[a-z]{1,${at + 100}}x$` },
  ])
}

test('every instance of a generated schema is in its grammar', { timeout }, () => {
  fc.assert(
    fc.property(
      schemaCases.chain(({ schema, instances }) => fc.tuple(fc.constant(schema), instances)),
      ([schema, instance]) => {
        expect(taken(schema, JSON.stringify(instance))).toHaveLength(1)
      },
    ),
    { numRuns: runs(100), seed: 1 },
  )
})

test('every text of the grammar of a generated schema is an instance', { timeout }, () => {
  fc.assert(
    fc.property(
      schemaCases,
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      ({ schema }, numbers) => {
        const text = randomText(compileSchema(schema), () => numbers.next().value)
        expect(validates(schema, text) ? '' : text).toBe('')
      },
    ),
    { numRuns: runs(60), seed: 1 },
  )
})
