import { describe, expect, test } from 'vitest'
import { aPrompt } from '../../../tests/contract/prompts.ts'
import { aReplica } from '../../../tests/upstream/a-replica.ts'
import type { EmbeddingRequest } from '../../chat/embedding.ts'
import type { Engine } from '../../chat/engine.ts'
import type { ChatEvent } from '../../chat/event.ts'
import { Failure, type FailureKind } from '../../chat/failure.ts'
import type { Prompt } from '../../chat/request.ts'
import { addUsage, noUsage } from '../../chat/usage.ts'
import { type HealthLogLine, poolEngine, type PoolLogLine } from './pool-engine.ts'
import { alone } from '../../../tests/contract/batches.ts'

const never = new AbortController().signal
const thinks = { mode: 'on', budget: 4, effort: { level: 'high', because: 'asked' } } as const
const words = (letter: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ` ${letter}${from + index + 1}`)

/** What an engine does with the next prompt: breaks off after so many words, by such a failure. */
type Fate =
  | { readonly after: number; readonly kind: FailureKind; readonly retryAfter?: number }
  | 'whole'
  | 'silent'

/** An engine whose model says four words of thought, if it is to think, six of an answer, and a token that ends it. */
function fake(...fates: readonly Fate[]): Engine & { readonly asked: Prompt[] } {
  const asked: Prompt[] = []
  const left = [...fates]
  async function* answer(prompt: Prompt, signal: AbortSignal): AsyncGenerator<ChatEvent, void> {
    asked.push(prompt)
    const fate = left.shift() ?? 'whole'
    if (fate === 'silent')
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      )
    for (let choice = 0; choice < prompt.choices; choice++)
      yield { type: 'prompt', choice, tokens: 9, cached: 3 }
    let said = 0
    for (const event of speech(prompt)) {
      for (let choice = 0; choice < prompt.choices; choice++) {
        if (typeof fate === 'object' && said === fate.after)
          throw new Failure(fate.kind, fate.kind, { retryAfter: fate.retryAfter ?? null })
        yield { ...event, choice }
      }
      said += 1
    }
    for (let choice = 0; choice < prompt.choices; choice++) yield { type: 'finish', choice, reason: 'stop' }
  }
  const state = () => ({ status: 'ready', reason: '', running: 0, waiting: 0 }) as const
  const count = () => Promise.reject(new Failure('invalid-request', 'It cannot count.'))
  async function embed({ texts }: EmbeddingRequest) {
    const fate = left.shift() ?? 'whole'
    if (typeof fate === 'object') throw new Failure(fate.kind, fate.kind)
    return { vectors: texts.map(() => Float32Array.of(1)), tokens: texts.length }
  }
  return {
    asked,
    answer: (prompt, signal) => alone(answer(prompt, signal)),
    count,
    embed,
    state,
    close: () => Promise.resolve(),
  }
}

function speech({ begun, thinking }: Prompt): ChatEvent[] {
  const count = (text: string) => text.split(' ').length - 1
  const thought =
    thinking.mode === 'on' && begun.text === ''
      ? words('t', count(begun.reasoning), thinking.budget > 0 ? 4 : 0)
      : []
  return [
    ...thought.map((text): ChatEvent => ({ type: 'reasoning', choice: 0, text, tokens: 1 })),
    ...words('a', count(begun.text), 6).map((text): ChatEvent => ({
      type: 'text',
      choice: 0,
      text,
      tokens: 1,
    })),
    { type: 'mark', choice: 0, tokens: 1 },
  ]
}

/** Time passes only while somebody waits for it. */
function pool(engines: readonly Engine[], changed: { readonly most?: number } = {}) {
  let now = 0
  const log: (PoolLogLine | HealthLogLine)[] = []
  const waited: number[] = []
  const drained = new Set<string>()
  const engine = poolEngine({
    name: 'm',
    replicas: engines.map((one, index) =>
      aReplica(`r${index}`, one, {
        most: changed.most ?? 99,
        rank: index === 2 ? 1 : 0,
        isDraining: () => drained.has(`r${index}`),
      }),
    ),
    patience: { firstEvent: 60_000, nextEvent: 20_000 },
    wholeUpTo: 1024,
    waits: true,
    time: {
      now: () => now,
      random: () => 0,
      after(ms, run) {
        const timer = setImmediate(() =>
          setImmediate(() => {
            if (cancelled) return
            waited.push(ms)
            now += ms
            run()
          }),
        )
        let cancelled = false
        return () => {
          cancelled = true
          clearImmediate(timer)
        }
      },
    },
    log: (line) => log.push(line),
  })
  return { engine, log, waited, drained, pass: (ms: number) => void (now += ms) }
}

async function read(engine: Engine, changed: Partial<Prompt> = {}) {
  const events: ChatEvent[] = []
  for await (const batch of engine.answer({ ...aPrompt, answerLimit: 100, ...changed }, never))
    events.push(...batch)
  const text = (type: 'text' | 'reasoning', choice = 0) =>
    events.map((event) => (event.type === type && event.choice === choice ? event.text : '')).join('')
  return { events, thought: text('reasoning'), text, usage: events.reduce(addUsage, noUsage) }
}

const whole = words('a', 0, 6).join('')
const lost = (after: number) => ({ after, kind: 'engine-lost' }) as const

describe('vectors', () => {
  const request = { model: aPrompt.model, texts: ['a', 'b'], dimensions: 1 }

  test('are asked for elsewhere where an engine fails, and refused where they cannot be had', async () => {
    const { engine, log } = pool([fake(lost(0)), fake()])
    await expect(engine.embed(request, never)).resolves.toMatchObject({ tokens: 2 })
    expect(log).toMatchObject([{ replica: 'r0', answer: 'asked for again' }])
    const long = pool([fake({ after: 0, kind: 'context-overflow' }), fake()]).engine
    await expect(long.embed(request, never)).rejects.toMatchObject({ kind: 'context-overflow' })
  })
})

describe('an answer that fails before it began', () => {
  test('is asked for elsewhere at once', async () => {
    const [bad, good] = [fake({ after: 0, kind: 'engine-lost' }), fake()]
    const { engine, waited, log } = pool([bad, good])
    expect((await read(engine)).text('text')).toBe(whole)
    expect([bad.asked.length, good.asked.length, waited]).toEqual([1, 1, []])
    expect(log).toEqual([
      { model: 'm', replica: 'r0', failure: 'engine-lost', cause: '', answer: 'asked for again' },
    ])
  })

  test('is asked for again of the same engine, after longer and longer pauses, and not for ever', async () => {
    const bad = fake(...Array.from({ length: 9 }, () => lost(0)))
    const { engine, waited } = pool([bad])
    await expect(read(engine)).rejects.toMatchObject({ kind: 'engine-lost' })
    expect(bad.asked).toHaveLength(8)
    expect(waited).toEqual([250, 500, 750, 1500, 3000, 6000, 7500])
  })

  test('waits as long as it is told to, if that is not too long', async () => {
    const { engine, waited } = pool([fake({ after: 0, kind: 'overloaded', retryAfter: 3000 })])
    expect((await read(engine)).text('text')).toBe(whole)
    expect(waited).toEqual([3000])
    const other = pool([fake({ after: 0, kind: 'overloaded', retryAfter: 90_000 })])
    await expect(read(other.engine)).rejects.toMatchObject({ kind: 'overloaded', retryAfter: 90_000 })
    expect(other.waited).toEqual([])
  })

  test.each<FailureKind>(['invalid-request', 'context-overflow', 'content-refused', 'calls-unsupported'])(
    'is not asked for again where that is of no use: %s',
    async (kind) => {
      const [first, second] = [fake({ after: 0, kind }), fake()]
      await expect(read(pool([first, second]).engine)).rejects.toMatchObject({ kind })
      expect(second.asked).toHaveLength(0)
    },
  )

  test('is asked for elsewhere, but not again, where the operator has made a mistake', async () => {
    const bad = fake(...Array.from({ length: 9 }, () => ({ after: 0, kind: 'internal' }) as const))
    await expect(read(pool([bad]).engine)).rejects.toMatchObject({ kind: 'internal' })
    expect(bad.asked).toHaveLength(1)
    expect((await read(pool([bad, fake()]).engine)).text('text')).toBe(whole)
  })

  test('is taken from an engine that is silent', async () => {
    const { engine, waited } = pool([fake('silent'), fake()])
    expect((await read(engine)).text('text')).toBe(whole)
    expect(waited).toEqual([60_000])
  })
})

describe('an answer that is read at its end', () => {
  test.each([
    [1024, 'at its end'],
    [1025, 'folded'],
  ])('is asked for as a whole where it may have few tokens: %i', async (answerLimit, reading) => {
    const [bad, good] = [fake(lost(0)), fake()]
    expect((await read(pool([bad, good]).engine, { reading: 'at its end', answerLimit })).text('text')).toBe(
      whole,
    )
    expect([bad, good].map(({ asked }) => asked[0]?.reading)).toEqual([reading, reading])
  })

  test('is waited for as long as its tokens may take', async () => {
    const { engine, waited } = pool([fake('silent'), fake()])
    expect((await read(engine, { reading: 'at its end', answerLimit: 100 })).text('text')).toBe(whole)
    expect(waited).toEqual([60_000 + 100 * 250])
  })
})

describe('an answer that breaks off', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'goes on elsewhere after %i words: nothing twice, nothing missing',
    async (after) => {
      const [bad, good] = [fake(lost(after)), fake()]
      const { events, thought, text, usage } = await read(pool([bad, good]).engine, { thinking: thinks })
      expect(thought).toBe(words('t', 0, 4).join(''))
      expect(text('text')).toBe(whole)
      expect(usage).toEqual({ promptTokens: 9, cachedTokens: 3, completionTokens: 11, reasoningTokens: 4 })
      expect(events.filter(({ type }) => type === 'prompt' || type === 'finish')).toHaveLength(2)
      expect(good.asked).toMatchObject([
        {
          choices: 1,
          answerLimit: 100 - Math.max(0, after - 4),
          thinking: { budget: after > 4 ? 0 : 4 - after },
          begun: {
            reasoning: words('t', 0, Math.min(4, after)).join(''),
            text: words('a', 0, Math.max(0, after - 4)).join(''),
          },
        },
      ])
    },
  )

  test('goes on as often as it must', async () => {
    const engines = [fake(lost(1), lost(1), lost(1)), fake(lost(1), lost(1))]
    const { text, usage } = await read(pool(engines).engine)
    expect(text('text')).toBe(whole)
    expect(usage.completionTokens).toBe(7)
  })

  test('goes on in each of its choices', async () => {
    const { text, usage, events } = await read(pool([fake(lost(2)), fake(lost(1))]).engine, { choices: 3 })
    for (const choice of [0, 1, 2]) expect(text('text', choice)).toBe(whole)
    expect(usage).toMatchObject({ promptTokens: 9, completionTokens: 21 })
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(3)
  })

  test('is over where its limit was reached with the last word', async () => {
    const { events } = await read(pool([fake(lost(3)), fake()]).engine, { answerLimit: 3 })
    expect(events.at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'length' })
  })

  test.each([
    [0, '\n'],
    [1, ''],
  ])(
    'goes on behind a line break of %i tokens: the end of a token, or one of its own',
    async (tokens, held) => {
      const say = (text: string, count: number): ChatEvent => {
        return { type: 'reasoning', choice: 0, text, tokens: count }
      }
      const asked: Prompt[] = []
      const engines = [0, 1, 2].map((part): Engine => {
        async function* answer(prompt: Prompt): AsyncGenerator<ChatEvent, void> {
          asked.push(prompt)
          yield { type: 'prompt', choice: 0, tokens: 9, cached: 0 }
          if (part === 0) yield say('One.', 1)
          if (part === 0) yield say('\n', tokens)
          // The second breaks off before it says anything, the third goes on.
          if (part < 2) throw new Failure('engine-lost', 'gone')
          if (tokens === 1) yield say('\n', 1)
          yield say('Two.', 1)
          yield { type: 'text', choice: 0, text: 'Three', tokens: 1 }
          yield { type: 'finish', choice: 0, reason: 'stop' }
        }
        return { ...fake(), answer: (prompt) => alone(answer(prompt)) }
      })
      const { thought, text, usage } = await read(pool(engines).engine, { thinking: thinks })
      expect([thought, text('text')]).toEqual(['One.\nTwo.', 'Three'])
      expect(usage).toMatchObject({ reasoningTokens: 2 + tokens, completionTokens: 3 + tokens })
      expect(asked.map(({ begun }) => begun.reasoning)).toEqual(['', `One.${held}`, `One.${held}`])
    },
  )

  test('ends where no engine can go on with it, or comes back in time', async () => {
    const refusing = fake({ after: 0, kind: 'invalid-request' })
    const dead = fake(lost(2), ...Array.from({ length: 8 }, () => lost(0)))
    const reading = read(pool([dead, refusing]).engine)
    await expect(reading).rejects.toMatchObject({ kind: 'engine-lost' })
    expect(refusing.asked).toHaveLength(1)
  })

  test('ends with its failure where it must follow a grammar from its beginning', async () => {
    const good = fake()
    await expect(
      read(pool([fake(lost(2)), good]).engine, { output: { kind: 'json' } }),
    ).rejects.toMatchObject({
      kind: 'engine-lost',
    })
    expect(good.asked).toHaveLength(0)
  })

  test('is not gone on with where its content was refused', async () => {
    const good = fake()
    await expect(
      read(pool([fake({ after: 2, kind: 'content-refused' }), good]).engine),
    ).rejects.toMatchObject({
      kind: 'content-refused',
    })
    expect(good.asked).toHaveLength(0)
  })
})

describe('a replica', () => {
  test('that has failed three times in a row is left alone for a while, then tried once', async () => {
    const bad = fake(lost(0), lost(0), lost(0), lost(0))
    const good = fake()
    const { engine, pass } = pool([bad, good])
    for (let round = 0; round < 6; round++) await read(engine, aDifferent(round))
    expect(bad.asked).toHaveLength(3)
    pass(1000)
    await read(engine, aDifferent(7))
    expect(bad.asked).toHaveLength(4)
    await read(engine, aDifferent(8))
    expect(bad.asked).toHaveLength(4)
    pass(2000)
    await read(engine, aDifferent(9))
    expect(bad.asked).toHaveLength(5)
  })

  test('that has read the beginning of a conversation is asked for its next turn', async () => {
    const engines = [fake(), fake()]
    const { engine } = pool(engines)
    const user = (text: string) => ({ role: 'user', parts: [{ type: 'text', text }] }) as const
    await read(engine, { messages: [user('a')] })
    const [first] = engines
    for (let turn = 0; turn < 3; turn++) await read(engine, { messages: [user('a'), user(`b${turn}`)] })
    expect(first?.asked).toHaveLength(4)
  })

  test('of a higher rank is asked when those below it are full', async () => {
    const engines = [fake(), fake(), fake()]
    const { engine } = pool(engines, { most: 1 })
    const open = [0, 1, 2].map((round) =>
      engine.answer({ ...aPrompt, ...aDifferent(round) }, never)[Symbol.asyncIterator](),
    )
    for (const answer of open) await answer.next()
    expect(engines.map(({ asked }) => asked.length)).toEqual([1, 1, 1])
    for (const answer of open) await answer.return?.()
  })
})

describe('a replica that is drained', () => {
  test('ends what it has begun, and is asked for nothing new', async () => {
    const engines = [fake(), fake()]
    const { engine, drained } = pool(engines)
    const open = engine.answer(aPrompt, never)[Symbol.asyncIterator]()
    await open.next()
    drained.add('r0')
    for (let round = 0; round < 4; round++)
      expect((await read(engine, aDifferent(round))).text('text')).toBe(whole)
    expect(engines.map(({ asked }) => asked.length)).toEqual([1, 4])
    let events = 1
    while ((await open.next()).done !== true) events++
    expect(events).toBe(9)
    drained.delete('r0')
    await read(engine, aDifferent(9))
    expect(engine.replicas()).toMatchObject([
      { id: 'r0', draining: false, answers: 2, circuit: 'closed' },
      { id: 'r1', draining: false, answers: 4, cachedTokens: 12, promptTokens: 36 },
    ])
  })

  test('has its answers go on elsewhere where it breaks off, and refuses at once where there is no elsewhere', async () => {
    const engines = [fake(lost(2)), fake()]
    const { engine, drained, waited } = pool(engines)
    const reading = read(engine)
    drained.add('r0')
    expect((await reading).text('text')).toBe(whole)
    drained.add('r1')
    await expect(read(engine)).rejects.toMatchObject({ kind: 'overloaded', retryAfter: null })
    expect(waited).toEqual([])
  })
})

/** A conversation that nobody has read. */
function aDifferent(round: number): Partial<Prompt> {
  return { messages: [{ role: 'system', text: `${round}` }] }
}
