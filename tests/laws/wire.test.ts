import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { replay } from '../golden/replay.ts'
import { type AnswerBody, cutText, request, said, scored } from './engine-texts.ts'
import { runs } from '../runs.ts'

/** A chunk of a stream, as far as a client's merge looks into it. */
interface Chunk extends Omit<AnswerBody, 'choices'> {
  readonly choices: readonly {
    readonly index: number
    readonly delta: {
      readonly role?: string
      readonly content: string | null
      readonly reasoning_content: string | null
      readonly tool_calls?: readonly {
        readonly index: number
        readonly id?: string
        readonly type?: string
        readonly function: { readonly name?: string; readonly arguments: string }
      }[]
    }
    readonly logprobs?: { readonly content: readonly { readonly token: string }[] } | null
    readonly finish_reason: string | null
  }[]
  readonly usage: { readonly [key: string]: number | object }
}

/** What stands behind `data: `, line by line. */
function linesOf(sse: string): readonly string[] {
  return sse.split('\n\n').flatMap((line) => (line === '' ? [] : [line.replace(/^data: /, '')]))
}

function chunksOf(sse: string): readonly Chunk[] {
  return linesOf(sse).flatMap((line): Chunk[] => (line === '[DONE]' ? [] : [JSON.parse(line)]))
}

/** Merges the deltas of one choice as the SDKs do: texts are joined, null says nothing, the rest is set once. */
function merge(chunks: readonly Chunk[], index: number): AnswerBody['choices'][number] {
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = []
  let role = ''
  let content = ''
  let thought: string | null = null
  let reason = ''
  let logprobs: AnswerBody['choices'][number]['logprobs']
  for (const choice of chunks.flatMap(({ choices }) => choices.filter((one) => one.index === index))) {
    role = choice.delta.role ?? role
    content += choice.delta.content ?? ''
    if (choice.delta.reasoning_content !== null) thought = (thought ?? '') + choice.delta.reasoning_content
    reason = choice.finish_reason ?? reason
    logprobs = merged(logprobs, choice.logprobs)
    for (const delta of choice.delta.tool_calls ?? []) {
      const { name = '', arguments: text } = delta.function
      const call = (calls[delta.index] ??= {
        id: delta.id ?? '',
        type: delta.type ?? '',
        function: { name, arguments: '' },
      })
      call.function.arguments += text
    }
  }
  const reasoning = thought === null ? {} : { reasoning_content: thought }
  const called = calls.length > 0 ? { tool_calls: calls } : {}
  const told = logprobs === undefined ? {} : { logprobs }
  return { index, message: { role, content, ...reasoning, ...called }, ...told, finish_reason: reason }
}

function merged(before: Chunk['choices'][number]['logprobs'], more: typeof before): typeof before {
  return before && more ? { ...before, content: [...before.content, ...more.content] } : (before ?? more)
}

const asked = fc
  .record({ thinks: fc.boolean(), usageChunk: fc.boolean(), logprobs: fc.constantFrom(null, 0, 3) })
  .map(({ thinks, usageChunk, logprobs }): ChatRequest => {
    const thinking = thinks ? request.thinking : { mode: 'off' as const }
    return { ...request, choices: 2, thinking, logprobs, reply: { kind: 'stream', usageChunk } }
  })

/** Two choices that take turns, each in its own order. */
const interleaved = fc
  .tuple(cutText, cutText, fc.array(fc.boolean()), fc.constantFrom('stop', 'length'))
  .map(([first, second, turns, reason]): readonly ChatEvent[] => {
    const queues = [[...said(first.pieces)], [...said(second.pieces, reason, 1)]]
    const taken = turns.flatMap((turn) => queues[Number(turn)]?.splice(0, 1) ?? [])
    return [...taken, ...queues.flat()]
  })

test('L2: merging the deltas of the stream gives the JSON body', async () => {
  const property = fc.asyncProperty(asked, interleaved, async (chat, events) => {
    const { answer, sse } = await replay(chat, chat.logprobs === null ? events : scored(events))
    const body: AnswerBody = JSON.parse(answer)
    const chunks = chunksOf(sse)
    expect([0, 1].map((index) => merge(chunks, index))).toEqual(body.choices)
    const last = chunks.at(-1)
    const { id, created, model, usage, system_fingerprint: fingerprint } = body
    expect(last).toMatchObject({ id, created, model, usage, system_fingerprint: fingerprint })
  })
  await fc.assert(property, { numRuns: runs(300) })
})

test('L5: role first, usage on every chunk and never shrinking, finish before [DONE], [DONE] last', async () => {
  const property = fc.asyncProperty(asked, interleaved, async (chat, events) => {
    const { sse } = await replay(chat, events)
    const chunks = chunksOf(sse)
    for (const index of [0, 1]) {
      const own = chunks.flatMap(({ choices }) => choices.filter((one) => one.index === index))
      expect(
        own
          .map(({ delta }) => delta.role ?? '')
          .join(' ')
          .trim(),
      ).toBe('assistant')
      expect(own[0]?.delta.role).toBe('assistant')
      expect(own.map(({ finish_reason: reason }) => reason !== null).lastIndexOf(false)).toBe(own.length - 2)
      expect(own.at(-1)?.finish_reason).not.toBeNull()
    }
    for (const [at, { usage }] of chunks.entries()) {
      for (const key of ['prompt_tokens', 'completion_tokens', 'total_tokens']) {
        expect(usage[key]).toBeGreaterThanOrEqual(Number(chunks[at - 1]?.usage[key] ?? 0))
      }
    }
    expect(linesOf(sse).indexOf('[DONE]')).toBe(chunks.length)
    expect(sse.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
    const usageOnly = chat.reply.kind === 'stream' && chat.reply.usageChunk
    expect(chunks.filter(({ choices }) => choices.length === 0).length).toBe(usageOnly ? 1 : 0)
  })
  await fc.assert(property, { numRuns: runs(200) })
})

test('an answer that broke off ends with its failure and has no [DONE]', async () => {
  const property = fc.asyncProperty(cutText, async ({ pieces }) => {
    const { sse } = await replay({ ...request, stop: [] }, said(pieces).slice(0, -1))
    expect(sse).not.toContain('[DONE]')
    expect(sse).not.toContain('"finish_reason":"')
    expect(linesOf(sse).at(-1)).toMatch(/^\{"code":50508,/)
  })
  await fc.assert(property, { numRuns: runs(100) })
})
