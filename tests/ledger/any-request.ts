import type { Story } from '../../src/chat/answer-record.ts'
import type { RecordFilter } from '../../src/chat/record-filter.ts'

/** The filter that every request passes. */
export const anyRequest: RecordFilter = {
  from: null,
  until: null,
  accountId: null,
  keyId: null,
  model: null,
  outcome: null,
  failure: null,
  callerTraceId: null,
  before: null,
}

/** Of a request that no engine was asked for. */
export const untold: Story = {
  engine: '',
  asked: 0,
  startedAt: null,
  promptReadAt: null,
  attempts: [],
  decisions: {},
  trace: null,
}
