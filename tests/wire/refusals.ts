import { Failure } from '../../src/chat/failure.ts'
import type { Model } from '../../src/chat/model.ts'
import { plainPrompt } from '../../src/chat/plain-prompt.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { writeFailure } from '../../src/wire/failures.ts'

/** A row of small numbers, for what is read against it. */
export const model: Model = {
  id: 'm',
  contextLength: 1000,
  answerLimit: { byDefault: 100, max: 200 },
  thinking: { kind: 'switch', byDefault: false, budget: { byDefault: 10, max: 40 } },
  effort: { kind: 'none' },
  calls: 'always',
  json: true,
  media: [],
  minP: true,
  sampling: {
    temperature: 0.7,
    topP: 0.8,
    topK: 20,
    minP: 0,
    frequencyPenalty: 0,
    presencePenalty: 0,
    seed: null,
  },
  dialect: { thinking: 'native', calls: 'native', wrappers: [], infill: null },
  switches: { thinking: [], effort: [] },
  embedding: null,
  standIn: '',
}

const { caller: _, reading: __, ...hello } = plainPrompt(model, 'Hello', 100)
/** What a body that only asks `Hello` of it comes to. */
export const helloRequest: ChatRequest = { ...hello, stop: [], reply: { kind: 'whole' } }
export const plain = { compat: 'served', userAgent: '' } as const

export function refusal(attempt: () => unknown): Failure {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('It was not refused.')
}

/** Status, code, field and message of a refusal. */
export function refused(attempt: () => unknown): readonly unknown[] {
  const failure = refusal(attempt)
  const { status, body } = writeFailure(failure)
  const { code }: { code: unknown } = JSON.parse(body)
  return [status, code, failure.field, failure.message]
}

export const invalid = (field: string, what: string) => [
  400,
  20015,
  field,
  `The parameter is invalid: ${field} ${what}.`,
]
export const inItsWords = (field: string | null, message: string) => [400, 20015, field, message]
