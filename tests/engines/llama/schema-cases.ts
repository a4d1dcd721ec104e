import fc from 'fast-check'
import type { Json, JsonObject } from '../../../src/chat/json.ts'

/** A schema of the subset that is enforced, and instances of it with their properties in the schema's order. */
export interface SchemaCase {
  readonly schema: JsonObject
  readonly instances: fc.Arbitrary<Json>
}

/** Texts that a grammar or a JSON text could trip over. */
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\u0000',
    '\u001f',
    '\u007f',
    '\u2028',
    '😀',
    ']',
    '[^',
    '::=',
    '{0,',
    '#',
    '</tool_call>',
  ),
)
const names = texts.filter((name) => name !== '__proto__')

const patterns = [
  '^[a-z]{2,5}$',
  '^\\d{3}-\\d{4}$',
  '^(red|green|"blue")$',
  'x',
  '^[^\\s"]+$',
  '^a?b*c+$',
  '[A-Z][a-z]+$',
  '^#[0-9a-fA-F]{6}$',
  '^(\\w+\\.)*\\w+$',
  '^\\\\u[0-9]$',
]

const samples: Readonly<Record<string, readonly string[]>> = {
  date: ['2024-02-29', '1999-12-31', '0001-01-01'],
  time: ['23:59:59Z', '00:00:00.125+01:30'],
  'date-time': ['2024-02-29T12:00:00Z', '1970-01-01T00:00:00.5-08:00'],
  duration: ['P1Y2M3D', 'PT5M', 'P2W', 'P1DT12H'],
  email: ['a@b.co', 'first.last@mail.example.com'],
  hostname: ['localhost', 'a-b.example.org'],
  ipv4: ['0.0.0.0', '255.255.255.255', '192.168.1.20'],
  ipv6: ['::', '::1', '2001:db8::8a2e:370:7334', '1:2:3:4:5:6:7:8'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000'],
}

const leaves: fc.Arbitrary<SchemaCase> = fc.oneof(
  fc.constant({ schema: { type: 'null' }, instances: fc.constant(null) }),
  fc.constant({ schema: { type: 'boolean' }, instances: fc.boolean() }),
  fc.constant({ schema: { type: 'integer' }, instances: fc.integer() }),
  fc.constant({
    schema: { type: 'number' },
    instances: fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 1000),
  }),
  bounded('integer', 1),
  bounded('number', 100),
  multiples(),
  strings(),
  fc.constantFrom(...patterns).map((pattern) => ({
    schema: { type: 'string', pattern },
    instances: fc.stringMatching(new RegExp(pattern, 'u'), { size: 'small' }),
  })),
  fc.constantFrom(...Object.entries(samples)).map(([format, some]) => ({
    schema: { type: 'string', format },
    instances: fc.constantFrom(...some),
  })),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 3, max: 9 })).map(([minLength, maxLength]) => ({
    schema: { type: 'string', pattern: '^[a-c]*$', minLength, maxLength },
    instances: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength, maxLength }),
  })),
  values(),
)

function bounded(type: string, scale: number): fc.Arbitrary<SchemaCase> {
  const limits = fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: 2, max: 5000 }))
  return fc.tuple(limits, fc.boolean()).map(([[low, size], isExclusive]) => {
    const [min, max] = [low / scale, (low + size) / scale]
    return {
      schema: isExclusive
        ? { type, exclusiveMinimum: min, exclusiveMaximum: max }
        : { type, minimum: min, maximum: max },
      instances: fc.integer({ min: low + 1, max: low + size - 1 }).map((value) => value / scale),
    }
  })
}

function multiples(): fc.Arbitrary<SchemaCase> {
  return fc
    .tuple(fc.constantFrom(1, 2, 3, 5, 7, 10, 60, 100, 1000), fc.constantFrom('integer', 'number'))
    .map(([multipleOf, type]) => ({
      schema: { type, multipleOf, minimum: -5000 },
      instances: fc.integer({ min: -2, max: 5000 }).map((times) => times * multipleOf),
    }))
}

function strings(): fc.Arbitrary<SchemaCase> {
  return fc
    .tuple(fc.nat(5), fc.oneof(fc.nat(60), fc.constantFrom(1000, 100_000)))
    .map(([minLength, more]) => ({
      schema: { type: 'string', minLength, maxLength: minLength + more },
      instances: fc.string({ minLength, maxLength: Math.min(minLength + more, 80) }),
    }))
}

function values(): fc.Arbitrary<SchemaCase> {
  const some = fc.oneof(
    texts,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant({ a: [1, { b: 'c' }] }),
  )
  return fc.uniqueArray(some, { minLength: 1, maxLength: 20 }).map((list): SchemaCase => {
    const [first = null] = list
    return list.length === 1
      ? { schema: { const: first }, instances: fc.constant(first) }
      : { schema: { enum: list }, instances: fc.constantFrom(...list) }
  })
}

function lists(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  return fc
    .tuple(items, fc.nat(2), fc.constantFrom(0, 1, 4, 200, Infinity))
    .map(([item, minItems, more]) => ({
      schema: {
        type: 'array',
        items: item.schema,
        minItems,
        ...(more === Infinity ? {} : { maxItems: minItems + more }),
      },
      instances: fc.array(item.instances, { minLength: minItems, maxLength: minItems + Math.min(more, 4) }),
    }))
}

function tuples(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  return fc.array(items, { minLength: 1, maxLength: 3 }).chain((cases) =>
    fc.nat(cases.length).map((minItems) => ({
      schema: { type: 'array', prefixItems: cases.map(({ schema }) => schema), items: false, minItems },
      instances: fc
        .tuple(
          fc.tuple(...cases.map(({ instances }) => instances)),
          fc.integer({ min: minItems, max: cases.length }),
        )
        .map(([all, length]) => all.slice(0, length)),
    })),
  )
}

interface Property {
  readonly name: string
  readonly value: SchemaCase
  readonly isRequired: boolean
}

function objects(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  const property = fc.record({ name: names, value: items, isRequired: fc.boolean() })
  return fc
    .tuple(properties(property), fc.constantFrom('closed', 'unsaid', 'open'), items)
    .map(([list, kind, other]) => ({
      schema: {
        ...schemaOfObject(list),
        ...(kind === 'unsaid' ? {} : { additionalProperties: kind === 'open' ? other.schema : false }),
      },
      instances: instancesOf(list),
    }))
}

function properties(property: fc.Arbitrary<Property>): fc.Arbitrary<Property[]> {
  return fc.uniqueArray(property, { selector: ({ name }) => name, maxLength: 5 })
}

function schemaOfObject(list: readonly Property[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(list.map(({ name, value }) => [name, value.schema])),
    required: list.flatMap(({ name, isRequired }) => (isRequired ? [name] : [])),
  }
}

function instancesOf(list: readonly Property[]): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(
      ...list.map(({ value, isRequired }) =>
        fc.tuple(value.instances, isRequired ? fc.constant(true) : fc.boolean()),
      ),
    )
    .map((made) =>
      Object.fromEntries(
        list.flatMap(({ name }, at) => (made[at]?.[1] === true ? [[name, made[at][0]]] : [])),
      ),
    )
}

function maps(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  return fc
    .tuple(items, fc.constantFrom(0, 1), fc.constantFrom(2, 50))
    .map(([item, minProperties, maxProperties]) => ({
      schema: { type: 'object', additionalProperties: item.schema, minProperties, maxProperties },
      instances: fc.dictionary(names, item.instances, {
        minKeys: minProperties,
        maxKeys: 2,
        noNullPrototype: true,
      }),
    }))
}

function unions(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  return fc.array(items, { minLength: 1, maxLength: 4 }).map((cases) => ({
    schema: { anyOf: cases.map(({ schema }) => schema) },
    instances: fc.oneof(...cases.map(({ instances }) => instances)),
  }))
}

/** One of several objects, told apart by a property. */
function variants(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  return fc.array(items, { minLength: 2, maxLength: 3 }).map((cases) => {
    const lists = cases.map((value, at): Property[] => [
      {
        name: 'kind',
        value: { schema: { const: `k${at}` }, instances: fc.constant(`k${at}`) },
        isRequired: true,
      },
      { name: 'value', value, isRequired: true },
    ])
    return { schema: { oneOf: lists.map(schemaOfObject) }, instances: fc.oneof(...lists.map(instancesOf)) }
  })
}

/** Two schemas that both hold, each with properties of its own. */
function both(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  const property = fc.record({ name: names, value: items, isRequired: fc.boolean() })
  return properties(property).map((list) => ({
    schema: { allOf: [schemaOfObject(list.slice(0, 2)), schemaOfObject(list.slice(2))] },
    instances: instancesOf(list),
  }))
}

function nullable(items: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  return items.map(({ schema, instances }): SchemaCase => {
    const { type } = schema
    if (typeof type !== 'string' || type === 'null') return { schema, instances }
    return { schema: { ...schema, type: [type, 'null'] }, instances: fc.option(instances, { nil: null }) }
  })
}

const tree = fc.letrec<{ schema: SchemaCase }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    leaves,
    ...[lists, tuples, objects, maps, unions, variants, both, nullable].map((make) => make(tie('schema'))),
  ),
})).schema

/** Lists and trees that refer to themselves, with values of any schema in them. */
const recursive = tree.map((value): SchemaCase => {
  const end: fc.Arbitrary<Json> = value.instances.map((held) => ({ value: held }))
  const longer = fc
    .tuple(value.instances, end, fc.array(end, { maxLength: 2 }))
    .map(([held, next, children]): Json => ({ value: held, next, children }))
  return {
    schema: {
      $ref: '#/$defs/node',
      $defs: {
        'any value': value.schema,
        node: {
          type: 'object',
          properties: {
            value: { $ref: '#/$defs/any%20value' },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
          },
          required: ['value'],
          additionalProperties: false,
        },
      },
    },
    instances: fc.oneof(end, longer),
  }
})

export const schemaCases: fc.Arbitrary<SchemaCase> = fc.oneof(
  { weight: 9, arbitrary: tree },
  { weight: 1, arbitrary: recursive },
)
