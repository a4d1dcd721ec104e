import { expect, test } from 'vitest'
import { native } from '../../tests/golden/rows.ts'
import { writeModels } from './models.ts'

test('writeModels names the models and says nothing else of them', () => {
  expect(writeModels([native])).toBe(
    '{"object":"list","data":[{"id":"golden/native","object":"model","created":0,"owned_by":""}]}',
  )
  expect(writeModels([])).toBe('{"object":"list","data":[]}')
})
