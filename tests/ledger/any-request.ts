import type { RecordFilter } from '../../src/chat/record-filter.ts'

/** The filter that every request passes. */
export const anyRequest: RecordFilter = {
  from: null,
  until: null,
  accountId: null,
  keyId: null,
  model: null,
  outcome: null,
  callerTraceId: null,
  before: null,
}
