import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redact } from './redact.ts'

const secret = 'Zk3vQ9xLmP7tRw2YbN4c'

test.each([
  `Authorization: Bearer ${secret}`,
  `{"api_key": "${secret}"}`,
  `{"x-api-key":"a\\"${secret}"}`,
  `{"Authorization":"${secret}"}`,
  `my key is sk-${secret}, is it not?`,
  `ghp_${secret}`,
  `hf_${secret}`,
  `basic ${secret}=`,
  `eyJhbGciOiJIUzI1NiJ9.${secret}.${secret}`,
  `{"url":"data:image/png;base64,${secret}"}`,
])('no secret is kept of %s', (text) => {
  expect(redact(Buffer.from(text), 10_000).text).not.toContain(secret)
})

test('what is said stays as it is', () => {
  const said = '{"messages":[{"role":"user","content":"What is a bearer bond? A sketch of basic tokens."}]}'
  expect(redact(Buffer.from(said), 10_000)).toEqual({ text: said, isCut: false })
})

test('a secret at the cut end is not kept in part', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1900, max: 2000 }), fc.boolean(), (before, shrinks) => {
      const filler = shrinks ? `data:image/png;base64,${'A'.repeat(before - 22)}` : ' '.repeat(before)
      const { text } = redact(Buffer.from(`${filler} sk-${secret}${' '.repeat(500)}`), 500)
      expect(text).not.toContain(secret.slice(0, 6))
    }),
  )
})
