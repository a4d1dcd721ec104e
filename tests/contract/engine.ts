import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/chat/engine.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import { Failure, toFailure } from '../../src/chat/failure.ts'
import type { Prompt } from '../../src/chat/request.ts'
import { decode } from '../../src/decode/decode.ts'
import { collect, singly } from './batches.ts'
import { aPrompt, thinkingUpTo } from './prompts.ts'

/** What the suite must know of an engine. */
export interface ContractOptions {
  /** Answered with at least eight tokens whatever the seed, if the limit allows. */
  readonly prompt: Prompt
  /** So long that its reading takes several steps, but one that fits. Null where the engine reads nothing. */
  readonly longPrompt: Prompt | null
  /** Too long for the engine, or null where none is. */
  readonly tooLongPrompt: Prompt | null
}

export const never = new AbortController().signal

/** The text that a choice says, marks and all. */
export function textOf(events: readonly ChatEvent[], choice = 0): string {
  return events.map((event) => (event.type === 'text' && event.choice === choice ? event.text : '')).join('')
}

export function tokensOf(events: readonly ChatEvent[], type: ChatEvent['type'], choice = 0): number {
  return events.reduce((sum, event) => {
    if (event.type !== type || event.choice !== choice || event.type === 'finish') return sum
    return sum + event.tokens
  }, 0)
}

/** What every engine keeps to, whatever it runs: `src/chat/engine.ts` and the laws L3, L7 and L8. */
export function engineContract(name: string, make: () => Engine, options: ContractOptions): void {
  describe(`the engine contract: ${name}`, () => {
    let engine: Engine
    beforeAll(() => {
      engine = make()
    })
    afterAll(() => engine.close())
    shapeOfAnswers(() => engine, options)
    limits(() => engine, options)
    leaving(() => engine, options)
    closing(make, options)
  })
}

const whole = 'prompt said finish'

/** The types of each choice's events in order, with all that is said between in one word. */
function shapesOf(events: readonly ChatEvent[], choices = 1): string[] {
  return Array.from({ length: choices }, (_, choice) => {
    const types = events.filter((event) => event.choice === choice).map(({ type }) => type)
    const words = types.map((type) => (type === 'prompt' || type === 'finish' ? type : 'said'))
    return words.filter((word, index) => word !== 'said' || words[index - 1] !== 'said').join(' ')
  })
}

function shapeOfAnswers(engine: () => Engine, { prompt, tooLongPrompt }: ContractOptions): void {
  test('an answer begins with its prompt and ends with one finish', async () => {
    expect(shapesOf(await collect(engine().answer(prompt, never)))).toEqual([whole])
  })

  test('a count of the prompt is what an answer says of it, or an honest refusal', async () => {
    const events = await collect(engine().answer({ ...prompt, answerLimit: 1 }, never))
    const counted = await engine().count(prompt, never).catch(toFailure)
    // What counts no tokens says so.
    const told = counted instanceof Failure ? counted.kind : counted.count
    expect([tokensOf(events, 'prompt'), 'invalid-request']).toContain(told)
  })

  test('a bare text is gone on with, thought marks and all left in it', async () => {
    const text = { ...prompt, messages: [], begun: { reasoning: '', text: 'Once upon', calls: [] } }
    const events = await collect(engine().answer(text, never))
    expect(shapesOf(events)).toEqual([whole])
    expect(events.map(({ type }) => type)).not.toContain('reasoning')
  })

  test('each of several choices begins and finishes once', async () => {
    const events = await collect(engine().answer({ ...prompt, choices: 5 }, never))
    expect(shapesOf(events, 5)).toEqual([whole, whole, whole, whole, whole])
  })

  test('after the end, and after a failure, nothing follows', async () => {
    const answer = engine().answer(prompt, never)[Symbol.asyncIterator]()
    while ((await answer.next()).done !== true);
    expect(await answer.next()).toEqual({ done: true, value: undefined })
    const failed = engine().answer(prompt, AbortSignal.abort('no'))[Symbol.asyncIterator]()
    await expect(failed.next()).rejects.toBe('no')
    expect(await failed.next()).toEqual({ done: true, value: undefined })
  })

  test('many answers at once are each whole', async () => {
    const prompts = Array.from({ length: 12 }, (_, seed) => ({
      ...prompt,
      sampling: { ...prompt.sampling, seed },
    }))
    const answers = await Promise.all(prompts.map((each) => collect(engine().answer(each, never))))
    for (const events of answers) expect(shapesOf(events)).toEqual([whole])
    expect(engine().state()).toMatchObject({ running: 0, waiting: 0 })
  })

  test.skipIf(tooLongPrompt === null)(
    'a prompt that does not fit is refused before anything is said',
    async () => {
      const failure = collect(engine().answer(tooLongPrompt ?? prompt, never))
      await expect(failure).rejects.toMatchObject({
        kind: 'context-overflow',
        message: expect.stringMatching(
          /^number of input tokens \(\d+\) has exceeded max_seq_len \(\d+\) limit\.$/,
        ),
      })
    },
  )

  test.skipIf(tooLongPrompt === null)('one that leaves less room than is asked for, as well', async () => {
    const leastRoom = prompt.model.contextLength
    await expect(collect(engine().answer({ ...prompt, leastRoom }, never))).rejects.toMatchObject({
      kind: 'context-overflow',
      message: expect.stringMatching(
        /^max_total_tokens \(\d+\) must be less than or equal to max_seq_len \(\d+\)$/,
      ),
    })
  })
}

function limits(engine: () => Engine, { prompt }: ContractOptions): void {
  test('an answer that its limit ends has exactly as many tokens as that, and says so', async () => {
    for (const answerLimit of [1, 2, 7]) {
      const events = await collect(engine().answer({ ...prompt, answerLimit }, never))
      expect(tokensOf(events, 'text')).toBe(answerLimit)
      expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'length' })
    }
  })

  test.each([0, 1, 5, 20])(
    'thought keeps to a budget of %i and the answer to its limit, in each choice',
    async (budget) => {
      const request = {
        ...prompt,
        choices: 3,
        answerLimit: 6,
        thinking: thinkingUpTo(budget),
        begun: { reasoning: 'Well', text: '', calls: [] },
        stop: [],
        reply: { kind: 'whole' } as const,
      }
      const events: ChatEvent[] = []
      for await (const event of singly(decode(engine().answer(request, never), request, () => 'id')))
        events.push(event)
      expect(shapesOf(events, 3)).toEqual([whole, whole, whole])
      for (const choice of [0, 1, 2]) {
        expect(tokensOf(events, 'reasoning', choice)).toBeLessThanOrEqual(budget)
        expect(tokensOf(events, 'text', choice)).toBeLessThanOrEqual(6)
      }
    },
  )
}

function leaving(engine: () => Engine, { prompt, longPrompt }: ContractOptions): void {
  const idle = { running: 0, waiting: 0 }
  const endless = { ...prompt, answerLimit: 400 }

  test('a signal that has aborted already throws its reason and starts nothing', async () => {
    const reason = new Error('gone')
    await expect(collect(engine().answer(prompt, AbortSignal.abort(reason)))).rejects.toBe(reason)
    expect(engine().state()).toMatchObject(idle)
  })

  test('an abort before the first event throws its reason and frees the engine at once', async () => {
    const leave = new AbortController()
    const answer = engine().answer(endless, leave.signal)[Symbol.asyncIterator]()
    const first = answer.next()
    leave.abort('left')
    // An engine that waits for nothing may have given its first event already.
    await expect(first.then(() => answer.next())).rejects.toBe('left')
    expect(engine().state()).toMatchObject(idle)
  })

  test.skipIf(longPrompt === null)('an abort while the prompt is read frees the engine at once', async () => {
    const leave = new AbortController()
    const first = engine()
      .answer(longPrompt ?? prompt, leave.signal)
      [Symbol.asyncIterator]()
      .next()
    await new Promise(setImmediate)
    leave.abort('left')
    await expect(first).rejects.toBe('left')
    expect(engine().state()).toMatchObject(idle)
    expect(shapesOf(await collect(engine().answer(prompt, never)))).toEqual([whole])
  })

  test('an abort in the middle throws its reason and frees the engine at once', async () => {
    const leave = new AbortController()
    const answer = engine()
      .answer({ ...endless, choices: 2 }, leave.signal)
      [Symbol.asyncIterator]()
    await answer.next()
    await answer.next()
    leave.abort('left')
    await expect(answer.next()).rejects.toBe('left')
    expect(engine().state()).toMatchObject(idle)
    expect(await answer.next()).toEqual({ done: true, value: undefined })
  })

  test('a reader that returns in the middle frees the engine at once', async () => {
    for await (const event of singly(engine().answer(endless, never))) if (event.type === 'text') break
    expect(engine().state()).toMatchObject(idle)
  })

  test('an answer that is never read costs nothing', async () => {
    engine().answer(prompt, never)
    expect(engine().state()).toMatchObject(idle)
    expect(shapesOf(await collect(engine().answer(prompt, never)))).toEqual([whole])
  })
}

function closing(make: () => Engine, { prompt }: ContractOptions): void {
  test('when it is closed, answers still running throw "overloaded", and so do later ones', async () => {
    const engine = make()
    const answer = engine.answer({ ...prompt, answerLimit: 400 }, never)[Symbol.asyncIterator]()
    await answer.next()
    await engine.close()
    const rest = async (): Promise<void> => {
      while ((await answer.next()).done !== true);
    }
    await expect(rest()).rejects.toMatchObject({ kind: 'overloaded' } satisfies Partial<Failure>)
    await expect(collect(engine.answer(aPrompt, never))).rejects.toMatchObject({ kind: 'overloaded' })
    expect(engine.state()).toMatchObject({ running: 0, waiting: 0 })
  })
}
