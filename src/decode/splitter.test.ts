import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitter } from './splitter.ts'

/** What is released before the first mark, the mark, and what follows it; without one, all that is released. */
function split(marks: readonly string[], blanks: string, pieces: readonly string[]) {
  const parts = splitter(marks, blanks)
  let text = ''
  for (const [at, piece] of pieces.entries()) {
    const { text: released, found } = parts.feed(piece)
    text += released
    if (found) return { text, ...found, rest: found.rest + pieces.slice(at + 1).join('') }
  }
  return { text, held: parts.flush() }
}

describe('splitter', () => {
  test('holds back only what could still belong to a mark', () => {
    expect(split(['STOP'], '', ['no ST', 'O'])).toEqual({ text: 'no ', held: 'STO' })
    expect(split(['STOP'], '', ['no ST', 'OX'])).toEqual({ text: 'no STOX', held: '' })
  })

  test('finds a mark that begins within a false start', () => {
    expect(split(['aab'], '', ['a', 'a', 'a', 'b', 'c'])).toMatchObject({ text: 'a', mark: 'aab', rest: 'c' })
  })

  test('finds the mark that is whole first', () => {
    expect(split(['abcd', 'bc'], '', ['xabcd'])).toMatchObject({ text: 'xa', mark: 'bc', rest: 'd' })
  })

  test('finds the longest of the marks that become whole together', () => {
    expect(split(['bc', 'abc', 'c'], '', ['xa', 'bc!'])).toMatchObject({ text: 'x', mark: 'abc', rest: '!' })
  })

  test('keeps the blank before a mark apart, and gives it back where no mark follows', () => {
    expect(split(['|'], ' \n', ['a b', ' \n', '\n|'])).toMatchObject({
      text: 'a b',
      blank: ' \n\n',
      mark: '|',
    })
    expect(split(['|'], ' \n', ['a b', ' \n', '\nc '])).toEqual({ text: 'a b \n\nc', held: ' ' })
  })

  test('tells whether all that it releases had been held back', () => {
    const parts = splitter(['</t>'], '')
    parts.feed('</')
    expect(parts.feed('</t>')).toMatchObject({ text: '</', old: true })
    parts.feed('</')
    expect(parts.feed('x')).toMatchObject({ text: '</x', old: false })
  })

  test('agrees with a search over the whole text, however that is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 })
    const mark = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 })
    const property = fc.property(
      fc.array(text),
      fc.array(mark, { minLength: 1, maxLength: 4 }),
      (pieces, marks) => {
        const whole = pieces.join('')
        const ends = marks.flatMap((one) => (whole.includes(one) ? [whole.indexOf(one) + one.length] : []))
        const end = Math.min(...ends)
        const found = marks
          .filter((one) => whole.slice(0, end).endsWith(one))
          .sort((a, b) => b.length - a.length)[0]
        const { text: before, ...result } = split(marks, '', pieces)
        const after = 'held' in result ? result.held : result.mark + result.rest
        expect(before + after).toBe(whole)
        expect('held' in result ? undefined : result.mark).toBe(found)
        expect(before.length).toBeLessThanOrEqual(found === undefined ? whole.length : end - found.length)
        expect('held' in result || before.length === end - result.mark.length).toBe(true)
      },
    )
    fc.assert(property, { numRuns: 1000 })
  })

  test('takes time that grows with the text alone', () => {
    const parts = splitter(['a'.repeat(1000) + 'b'], ' ')
    const started = performance.now()
    for (let at = 0; at < 200_000; at++) parts.feed('a')
    for (let at = 0; at < 200_000; at++) parts.feed(' ')
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
