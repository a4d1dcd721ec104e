import { expect, test } from 'vitest'
import { untold } from '../../../tests/ledger/any-request.ts'
import type { AnswerRecord } from '../../chat/answer-record.ts'
import { counter, histogram } from './instruments.ts'
import { openMetrics } from './metrics.ts'

const record: AnswerRecord = {
  ...untold,
  traceId: 'trace',
  callerTraceId: 'said by the caller',
  accountId: 'team',
  keyId: 'sk-1',
  model: 'owner/name',
  standIn: '',
  thinking: 'off',
  reply: 'stream',
  choices: 1,
  answerLimit: 200,
  receivedAt: 1000,
  admittedAt: 1010,
  firstTokenAt: 1200,
  doneAt: 2200,
  promptTokens: 30,
  cachedTokens: 20,
  completionTokens: 101,
  reasoningTokens: 7,
  outcome: 'finished',
  reasons: ['stop'],
  failure: null,
  cause: null,
}

test('an answer is counted by model, with its tokens and its times', () => {
  const metrics = openMetrics({
    states: () => new Map([['owner/name', { status: 'ready', reason: '', running: 2, waiting: 3 }]]),
    records: () => ({ waitingBytes: 5, lost: 0 }),
    redis: () => 'down',
    spansDropped: () => 0,
    used: () => ({ cpu: 1.5, memory: 100 }),
  })
  metrics.answered(record)
  metrics.answered({ ...record, outcome: 'failed', failure: 'engine-lost', firstTokenAt: null })
  metrics.failed('rate-limited')
  metrics.decided('owner/name', 'TPM')
  const text = metrics.write()
  for (const line of [
    '# TYPE silica_requests_total counter',
    'silica_requests_total{model="owner/name",outcome="finished"} 1',
    'silica_requests_total{model="owner/name",outcome="engine-lost"} 1',
    'silica_failures_total{kind="rate-limited"} 1',
    'silica_tokens_total{model="owner/name",kind="cached"} 40',
    'silica_tokens_total{model="owner/name",kind="thought"} 14',
    'silica_first_token_seconds_bucket{model="owner/name",le="0.1"} 0',
    'silica_first_token_seconds_bucket{model="owner/name",le="0.25"} 1',
    'silica_first_token_seconds_bucket{model="owner/name",le="+Inf"} 1',
    'silica_first_token_seconds_count{model="owner/name"} 1',
    'silica_token_seconds_sum{model="owner/name"} 0.01',
    'silica_answer_seconds_count{model="owner/name"} 2',
    'silica_limit_decisions_total{model="owner/name",decision="TPM"} 1',
    'silica_waiting{model="owner/name"} 3',
    'silica_engine{model="owner/name",state="ready"} 1',
    'silica_engine{model="owner/name",state="starting"} 0',
    'silica_records_waiting_bytes 5',
    'silica_redis_up 0',
    'process_cpu_seconds_total 1.5',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).not.toContain('said by the caller')
})

test('values of labels cannot break a line', () => {
  const count = counter('a_total', 'A.', 'b')
  count.of('x"\\\ny').add(2)
  count.of('x"\\\ny').add(1)
  expect(count.write()).toBe('# HELP a_total A.\n# TYPE a_total counter\na_total{b="x\\"\\\\\\ny"} 3\n')
})

test('what is equal to the end of a bucket is in it', () => {
  const times = histogram('t', 'T.', [1, 2])
  times.of().observe(1)
  times.of().observe(2.5)
  expect(times.write()).toContain(
    't_bucket{le="1"} 1\nt_bucket{le="2"} 1\nt_bucket{le="+Inf"} 2\nt_sum 3.5\nt_count 2\n',
  )
})
