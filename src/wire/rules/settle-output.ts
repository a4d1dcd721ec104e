import { Failure } from '../../chat/failure.ts'
import type { Model } from '../../chat/model.ts'
import type { Output } from '../../chat/request.ts'

/** What form the answer must have. Throws `json-unsupported` where the model cannot promise one. */
export function settleOutput(field: string, asked: Output, { json }: Model): Output {
  if (asked.kind === 'text' || json) return asked
  throw new Failure('json-unsupported', 'Json mode is not supported for this model.', { field })
}
