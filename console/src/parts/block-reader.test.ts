import fc from 'fast-check'
import { Lexer } from 'marked'
import { expect, test } from 'vitest'
import { blockReader } from './block-reader.ts'

const text = `# A title

Some *text* with \`code\`, a
second line.

- one
- two

  still two

3. three

| a | b |
|---|---|
| 1 | 2 |

\`\`\`ts
const a = 1

const b = 2
\`\`\`

> said
> again

Setext
---

    indented

end`

test('Markdown that comes in pieces is read as if it had come at once', () => {
  const whole = new Lexer().lex(text).map(({ raw }) => raw)
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const read = blockReader()
      for (const cut of cuts.toSorted((one, other) => one - other)) read(text.slice(0, cut))
      expect(read(text).map(({ raw }) => raw)).toEqual(whole)
    }),
  )
})

test('a block that is whole is not read again', () => {
  const read = blockReader()
  const before = read('one\n\ntwo\n\nthr')
  const after = read('one\n\ntwo\n\nthree')
  expect(after[0]).toBe(before[0])
  expect(after[2]).toBe(before[2])
  expect(after[4]).not.toBe(before[4])
})

test('a text that does not go on from the last is read anew', () => {
  const read = blockReader()
  read('one\n\ntwo')
  expect(read('other').map(({ raw }) => raw)).toEqual(['other'])
})
