import type { Model } from '../../chat/model.ts'
import type { ChatRequest } from '../../chat/request.ts'
import { invalid } from '../refusals.ts'

/** How long the answer may be; `named` is null where the field says nothing. */
export function settleLimits(
  field: string,
  named: number | null,
  { answerLimit }: Model,
): Pick<ChatRequest, 'answerLimit' | 'leastRoom'> {
  if (named === null) return { answerLimit: answerLimit.byDefault, leastRoom: 1 }
  if (named > answerLimit.max)
    throw invalid(field, `must be between 1 and ${answerLimit.max} for this model, got ${named}`)
  return { answerLimit: named, leastRoom: named }
}
