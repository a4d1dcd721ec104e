import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { caseFile, readCases } from './cases.ts'
import { readCase, replay } from './replay.ts'

describe.each(readCases())('$name', ({ name, body, said }) => {
  const written = replay(readCase(body), said)

  test('comes to the bytes of answer.json', async () => {
    expect((await written).answer).toBe(readFileSync(caseFile(name, 'answer.json'), 'utf8'))
  })

  test('comes to the bytes of answer.sse', async () => {
    expect((await written).sse).toBe(readFileSync(caseFile(name, 'answer.sse'), 'utf8'))
  })
})
