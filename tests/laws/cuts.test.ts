import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callSyntaxes } from '../../src/chat/model.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { readCalls } from '../decode/read-calls.ts'
import { writeCalls } from './call-writers.ts'
import { asks, collect, countTokens, cutTexts, fold, meant, said } from './engine-texts.ts'
import { runs } from '../runs.ts'

/** The mark that closes a value: a value cannot hold it. */
const closeMarks = /<\/(parameter|arg_value|｜DSML｜parameter)>/

describe.each(callSyntaxes)('%s', (syntax) => {
  const request = asks(syntax)
  const unstopped: ChatRequest = { ...request, stop: [] }
  const tools = request.tools.mode === 'none' ? [] : request.tools.tools
  const cutText = cutTexts(syntax)
  /** Whether it is we who write the JSON of its arguments. */
  const written = ['qwen-xml', 'glm', 'dsml'].includes(syntax)

  test('L1: wherever an engine cuts its text, the folded answer is the same', async () => {
    const property = fc.asyncProperty(
      cutText,
      fc.constantFrom('stop', 'length'),
      async ({ text, pieces }, reason) => {
        const whole = await fold(request, said([text], reason))
        expect((await fold(request, said(pieces, reason))).choices).toEqual(whole.choices)
        expect((await fold(request, said(text.split(''), reason))).choices).toEqual(whole.choices)
      },
    )
    await fc.assert(property, { numRuns: runs(100) })
  })

  test('every token that an engine counts is counted once', async () => {
    const property = fc.asyncProperty(cutText, async ({ pieces }) => {
      const events = await collect(unstopped, said(pieces))
      expect(countTokens(events, 'text', 'reasoning', 'mark', 'call-start', 'call-text')).toBe(pieces.length)
    })
    await fc.assert(property, { numRuns: runs(60) })
  })

  test('L6: an answer cut anywhere claims no call, and its arguments are the beginning of the whole ones', async () => {
    const property = fc.asyncProperty(cutText, fc.nat(), async ({ text }, place) => {
      const whole = await fold(unstopped, said([text]))
      const cut = await fold(unstopped, said([text.slice(0, place % (text.length + 1))], 'length'))
      expect(cut.choices[0]?.finish_reason).toBe('length')
      const calls = whole.choices[0]?.message.tool_calls ?? []
      for (const [at, call] of (cut.choices[0]?.message.tool_calls ?? []).entries()) {
        expect(call.id).toBe(calls[at]?.id)
        expect(call.function.name).toBe(calls[at]?.function.name)
        expect(calls[at]?.function.arguments.slice(0, call.function.arguments.length)).toBe(
          call.function.arguments,
        )
      }
    })
    await fc.assert(property, { numRuns: runs(100) })
  })

  test('L6: tool-calls is only said of calls whose arguments are whole', async () => {
    const property = fc.asyncProperty(cutText, async ({ pieces }) => {
      const { finish_reason: reason, message } = (await fold(unstopped, said(pieces))).choices[0] ?? {}
      if (reason !== 'tool_calls') return
      expect(message?.tool_calls?.length).toBeGreaterThan(0)
      for (const call of message?.tool_calls ?? []) {
        expect(call.function.arguments).toMatch(/^\{[^]*\}$/)
        if (written) JSON.parse(call.function.arguments)
      }
    })
    await fc.assert(property, { numRuns: runs(60) })
  })

  test('what is no call comes out exactly as it went in', () => {
    const property = fc.property(cutText, ({ text }) => {
      const read = readCalls(syntax, tools, text)
      fc.pre(read.calls.length === 0)
      expect(read).toEqual({ text, calls: [], finish: 'stop' })
    })
    fc.assert(property, { numRuns: runs(60) })
  })

  test('nothing is lost that is put anywhere in a text', async () => {
    const property = fc.asyncProperty(cutText, async ({ pieces }) => {
      const marked = pieces.map((piece, at) => `${piece}~${at}~`)
      const { message } = (await fold(unstopped, said(marked))).choices[0] ?? {}
      const calls = message?.tool_calls?.map((call) => call.function.arguments) ?? []
      const all = [message?.reasoning_content, message?.content, ...calls].join('\n')
      expect(pieces.flatMap((_, at) => (all.includes(`~${at}~`) ? [] : [at]))).toEqual([])
    })
    await fc.assert(property, { numRuns: runs(100) })
  })

  test('calls that the chat template would write come out as they were meant', () => {
    const property = fc.property(fc.array(meant, { minLength: 1, maxLength: 3 }), (calls) => {
      const values = calls.flatMap((call) => Object.values(call.arguments))
      fc.pre(!values.some((value) => typeof value === 'string' && closeMarks.test(value)))
      // Before the newline of the mark, a carriage return is part of that newline.
      fc.pre(!values.some((value) => typeof value === 'string' && value.endsWith('\r')))
      const read = readCalls(syntax, tools, writeCalls[syntax](calls))
      expect(read).toMatchObject({ text: '', finish: 'tool-calls' })
      const come = read.calls.map((call): unknown => {
        const brace = call.indexOf('(')
        return { name: call.slice(0, brace), arguments: JSON.parse(call.slice(brace + 1, -1)) }
      })
      expect(come).toEqual(calls)
    })
    fc.assert(property, { numRuns: runs(60) })
  })

  test('without calls, thought and wrappers, the text comes out exactly as it went in', async () => {
    const plain: ChatRequest = { ...unstopped, tools: { mode: 'none' } }
    const property = fc.asyncProperty(cutText, async ({ text, pieces }) => {
      fc.pre(!/^\s*<\/?think>|<\/?answer>/.test(text))
      expect((await fold(plain, said(pieces))).choices[0]?.message.content).toBe(text)
    })
    await fc.assert(property, { numRuns: runs(25) })
  })
})
