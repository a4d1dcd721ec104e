import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGuards } from './untrusted-text.ts'

const specials = ['<|im_start|>', '<|im_end|>', '<think>', '</think>', '<tool_call>']

const createGuard = createGuards(specials)

function countSpecials(pieces: readonly string[]): number {
  const all = new RegExp(specials.map((special) => special.replaceAll('|', String.raw`\|`)).join('|'), 'g')
  return pieces.reduce((sum, piece) => sum + [...piece.matchAll(all)].length, 0)
}

/** Ends, beginnings and middles of special tokens, and what templates do to the texts between them. */
const fragments = fc.oneof(
  fc.constantFrom(...specials),
  fc.constantFrom(
    '<',
    '>',
    '|',
    '<|',
    '|>',
    '</',
    'think',
    '/think',
    'im_',
    'start',
    'im_start',
    'tool_call',
    ' ',
    '\n',
  ),
  fc
    .tuple(fc.constantFrom(...specials), fc.nat(12), fc.nat(12))
    .map(([special, from, length]) => special.slice(from, from + length)),
  fc.string({ maxLength: 3 }),
)
const texts = fc.array(fragments, { maxLength: 6 }).map((parts) => parts.join(''))

describe('no text of a request becomes a special token (L9)', () => {
  test('wherever a template puts it, trimmed or not, next to whatever other text', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), fc.boolean(), (untrusted, trims) => {
        const guard = createGuard(untrusted.join(''))
        const guarded = untrusted.map((text) => (trims ? guard(text).trim() : guard(text)))
        const rendered = `<|im_start|>user\n${guarded.join('')}<|im_end|>\n<${guarded.join('>')}><think>\n`
        expect(countSpecials(guard.cut(rendered))).toBe(3)
      }),
      { numRuns: 2000 },
    )
  })

  test('and none of it is lost or changed', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const guard = createGuard(text)
        expect(guard.cut(guard(text)).join('')).toBe(text)
      }),
    )
  })
})

test('ordinary text stays in one piece', () => {
  const text = 'Is 3 < 4, and a > b? I think | is a pipe; end.'
  expect(createGuard(text).cut(createGuard(text)(text))).toEqual([text])
})

test('text is not cut where only other text before it would make a special token', () => {
  const guard = createGuards(['/nothink', '<think>'])('')
  expect(guard.cut(`{"${guard('kind')}": ${guard('think')}>`)).toEqual(['{"kind": think>'])
  expect(guard.cut(`/nothin${guard('kind')}<${guard('think')}>`)).toEqual(['/nothin', 'kind<think', '>'])
})

test('the separator is a character that the request does not use', () => {
  const text = '\ue000\ue001<think>'
  expect(createGuard(text).cut(createGuard(text)(text))).toEqual(['\ue000\ue001<', 'think>'])
})

test('a request that uses every possible separator is refused', () => {
  const all = Array.from({ length: 6400 }, (_, index) => String.fromCharCode(0xe000 + index)).join('')
  expect(() => createGuard(all)).toThrow('every private-use character')
})

test('an escaped character in the text of arguments is used as well', () => {
  expect(createGuard(String.raw`\uE000`)('<think>')).toContain('\ue001')
})

test('thousands of special tokens are searched for in little time', () => {
  const many = Array.from({ length: 6000 }, (_, index) => `<unused${index}>`)
  const guard = createGuards(many)('')
  const text = 'if (a < b) { return <div>; } '.repeat(10_000)
  const began = performance.now()
  expect(guard.cut(guard(text))).toHaveLength(1)
  expect(performance.now() - began).toBeLessThan(500)
})

test('text that is nothing but special tokens is cut in little time', () => {
  const guard = createGuards(Array.from({ length: 6000 }, (_, index) => `<unused${index}>`))('')
  const text = '<unused5999>'.repeat(5000)
  const began = performance.now()
  expect(guard.cut(guard(text))).toHaveLength(5001)
  expect(performance.now() - began).toBeLessThan(1000)
})
