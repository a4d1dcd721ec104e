import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Admission } from '../../chat/answer-record.ts'
import { untold } from '../../../tests/ledger/any-request.ts'
import { abandonedLines, doneLine, doneLines, openLine } from './line.ts'

const admission = (traceId: string): Admission => ({
  traceId,
  callerTraceId: '',
  accountId: 'default',
  keyId: 'sk-1',
  model: 'a/b',
  standIn: '',
  thinking: 'max/agent',
  reply: 'whole',
  choices: 1,
  answerLimit: 9,
  receivedAt: 10,
  admittedAt: 20,
})

const finished = (traceId: string, doneAt: number, cause: string) =>
  doneLine({
    ...untold,
    ...admission(traceId),
    firstTokenAt: 25,
    doneAt,
    promptTokens: 1,
    cachedTokens: 0,
    completionTokens: 2,
    reasoningTokens: 0,
    outcome: 'failed',
    reasons: [],
    failure: 'engine-lost',
    cause,
  })

it('a journal that was cut anywhere gives its whole lines and nothing else, and abandons what they leave open', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ done: fc.boolean(), cause: fc.string({ unit: 'binary' }) }), { maxLength: 6 }),
      fc.nat(),
      (requests, where) => {
        const lines = requests.flatMap(({ done, cause }, index) => {
          const id = `r${index}`
          return done ? [openLine(admission(id)), finished(id, 30 + index, cause)] : [openLine(admission(id))]
        })
        const text = `\n${lines.join('\n')}`
        const cut = where % (text.length + 1)
        // A line whose last character is there is whole, whether or not a line break follows.
        let end = 0
        const whole = lines.filter((line) => (end += line.length + 1) <= cut)
        const outcomes = whole.filter((line) => line.includes('"outcome"'))
        const idOf = (line: string): string => Object(JSON.parse(line)).id
        expect(doneLines(text.slice(0, cut))).toEqual(outcomes)
        const ended = new Set(outcomes.map(idOf))
        const open = [...new Set(whole.map(idOf))].filter((id) => !ended.has(id))
        const abandoned = abandonedLines([text.slice(0, cut)])
        expect(abandoned.map(idOf)).toEqual(open)
        expect(abandoned.every((line) => line.includes('"outcome":"abandoned"'))).toBe(true)
      },
    ),
  )
})

it('a request that was open in one file and ended in the next is not abandoned', () => {
  const [first, second] = [openLine(admission('a')), finished('a', 30, '')]
  expect(abandonedLines([first, second])).toEqual([])
  expect(abandonedLines([second, first].slice(1))).toHaveLength(1)
})

it('what was open is abandoned at the last time that is known', () => {
  const text = [openLine(admission('a')), finished('b', 77, '')].join('\n')
  expect(JSON.parse(abandonedLines([text])[0] ?? '')).toMatchObject({
    id: 'a',
    done_at: 77,
    completion_tokens: 0,
  })
})
