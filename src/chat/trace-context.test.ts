import { expect, test } from 'vitest'
import { contextHeaders, noTraceContext, placeIn, readTraceContext } from './trace-context.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = `00-${trace}-00f067aa0ba902b7-01`

test("a request stands in its caller's trace and hands it on with a span of its own", () => {
  const context = readTraceContext(parent, 'vendor=1')
  const place = placeIn(context, 'f'.repeat(32), 'a'.repeat(16))
  expect(place).toEqual({
    traceId: trace,
    parentId: '00f067aa0ba902b7',
    spanId: 'a'.repeat(16),
    sampled: true,
  })
  expect(contextHeaders(context, place, 'b'.repeat(16))).toEqual({
    traceparent: `00-${trace}-${'b'.repeat(16)}-01`,
    tracestate: 'vendor=1',
  })
})

test('a trace that is not to be recorded stays so', () => {
  const context = readTraceContext(parent.replace(/01$/, '00'), undefined)
  expect(placeIn(context, '', 'a'.repeat(16)).sampled).toBe(false)
})

test.each([
  undefined,
  ['00'],
  '',
  parent.toUpperCase(),
  parent.replace(/^00/, 'ff'),
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${trace}-${'0'.repeat(16)}-01`,
  `${parent}x`,
])('what is no traceparent begins a trace of its own: %j', (header) => {
  const context = readTraceContext(header, 'vendor=1')
  expect(context).toEqual(noTraceContext)
  expect(placeIn(context, 'f'.repeat(32), 'a'.repeat(16))).toMatchObject({
    traceId: 'f'.repeat(32),
    parentId: '',
  })
})
