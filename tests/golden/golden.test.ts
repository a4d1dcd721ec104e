import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { callRequest, readCallCases, says } from './call-cases.ts'
import { caseFile, readCases } from './cases.ts'
import { readCase, replay, replayMessage } from './replay.ts'

describe.each(readCases())('$name', ({ name, body, said }) => {
  const written = replay(readCase(body), said)

  test('comes to the bytes of answer.json', async () => {
    expect((await written).answer).toBe(readFileSync(caseFile(name, 'answer.json'), 'utf8'))
  })

  test('comes to the bytes of answer.sse', async () => {
    expect((await written).sse).toBe(readFileSync(caseFile(name, 'answer.sse'), 'utf8'))
  })

  test.skipIf(readCase(body).choices > 1)('comes to the bytes of message.json and message.sse', async () => {
    const message = await replayMessage(readCase(body), said)
    expect(message.answer).toBe(readFileSync(caseFile(name, 'message.json'), 'utf8'))
    expect(message.sse).toBe(readFileSync(caseFile(name, 'message.sse'), 'utf8'))
  })
})

describe.each(readCallCases())('calls as $syntax', ({ syntax, cases }) => {
  const request = callRequest(syntax)

  test.each(cases)('$name', async ({ text, reason, says: expected }) => {
    const tokens = text.match(/<[^<>\s]*>?|\s?[^\s<]{1,4}|\s+/g) ?? []
    expect(tokens.join('')).toBe(text)
    for (const pieces of [[text], tokens, text.split('')]) {
      expect(await says(request, pieces, reason)).toEqual(expected)
    }
  })
})
