import { expect, test } from 'vitest'
import type { Model } from '../chat/model.ts'
import { writeModels } from './models.ts'

const model: Model = {
  id: 'a/b',
  contextLength: 1,
  answerLimit: { byDefault: 1, max: 1 },
  thinking: { kind: 'never' },
  calls: false,
  json: false,
  minP: false,
  sampling: {
    temperature: 1,
    topP: 1,
    topK: 0,
    minP: 0,
    frequencyPenalty: 0,
    presencePenalty: 0,
    seed: null,
  },
  dialect: { thinking: 'native', calls: 'native' },
}

test('writeModels names the models and says nothing else of them', () => {
  expect(writeModels([model])).toBe(
    '{"object":"list","data":[{"id":"a/b","object":"model","created":0,"owned_by":""}]}',
  )
  expect(writeModels([])).toBe('{"object":"list","data":[]}')
})
