import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aTask } from '../../../../tests/engines/llama/a-task.ts'
import type { FakeOptions } from '../../../../tests/engines/llama/fake-model.ts'
import { FakeModel } from '../../../../tests/engines/llama/fake-model.ts'
import type { ChatEvent } from '../../../chat/event.ts'
import type { FromProcess, Task } from '../messages.ts'
import type { LoopOptions } from './loop.ts'
import { StepLoop } from './loop.ts'
import { runs } from '../../../../tests/runs.ts'

const contextLength = 60

/** A loop whose steps are taken by hand, and what it has sent. */
function startLoop(model: FakeModel, options: Partial<LoopOptions> = {}) {
  const sent: FromProcess[] = []
  let next: (() => void) | null = null
  const loop = new StepLoop(model, {
    contextLength,
    sequences: 4,
    shelfBytes: 0,
    patience: 50,
    guesses: true,
    send: (message) => sent.push(message),
    now: () => 0,
    turn: (run) => (next = run),
    ...options,
  })
  const step = (): boolean => {
    const run = next
    next = null
    run?.()
    return run !== null
  }
  return { loop, sent, step }
}

/** Milliseconds that a model has taken of which several tokens cost far more than one. */
function timeOf({ batches }: FakeModel): number {
  return batches.reduce((sum, tokens) => sum + (tokens === 1 ? 1 : 5 * tokens), 0)
}

function finish(step: () => boolean): void {
  for (let steps = 0; step(); steps++) expect(steps).toBeLessThan(10_000)
}

function eventsOf(sent: readonly FromProcess[], id: number): ChatEvent[] {
  const said = sent.flatMap((message) => (message.type === 'said' ? message.said : []))
  return said.filter((each) => each.id === id).map((each) => each.event)
}

/** Text and finish of each choice; the order of choices among each other is free. */
function answerOf(sent: readonly FromProcess[], id: number, choice = 0): string {
  const events = eventsOf(sent, id).filter((event) => event.choice === choice)
  return events.map((event) => (event.type === 'text' ? event.text : ` ${event.type}`)).join('')
}

function alone(asked: Task, options: Partial<FakeOptions> = {}, window = contextLength): string {
  const { loop, sent, step } = startLoop(new FakeModel(options), { contextLength: window, guesses: false })
  loop.start(1, asked)
  finish(step)
  return answerOf(sent, 1)
}

test('an answer is the same alone, among others, and when cells are so few that it has to start over', () => {
  const prompts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 40 }), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(prompts, fc.integer({ min: contextLength, max: 200 }), (texts, cells) => {
      const { loop, sent, step } = startLoop(new FakeModel({ cells }))
      for (const [id, text] of texts.entries()) loop.start(id, { ...aTask, prompt: [text] })
      finish(step)
      for (const [id, text] of texts.entries())
        expect(answerOf(sent, id)).toBe(alone({ ...aTask, prompt: [text] }))
    }),
  )
})

test('more choices than there are slots follow as others leave', () => {
  const { loop, sent, step } = startLoop(new FakeModel(), { sequences: 2 })
  loop.start(1, { ...aTask, choices: 5 })
  finish(step)
  for (const choice of [0, 1, 2, 3, 4]) expect(answerOf(sent, 1, choice)).toBe(alone(aTask))
})

test('a running answer says a token between the steps in which a long prompt is read', () => {
  const model = new FakeModel()
  const { loop, sent, step } = startLoop(model, { patience: 2, now: () => timeOf(model) })
  loop.start(1, aTask)
  step()
  loop.start(2, { ...aTask, prompt: ['b'.repeat(50)] })
  for (let steps = 0; steps < 6; steps++) step()
  expect(answerOf(sent, 1)).toHaveLength(' prompt'.length + 4)
  expect(model.batches).toEqual([5, 16, 1, 16, 1, 16, 1])
})

test('a short prompt is read before a long one that came a moment sooner, not before one that came long ago', () => {
  const model = new FakeModel()
  let now = 0
  const { loop, sent, step } = startLoop(model, { now: () => now + timeOf(model) })
  // What reading takes is measured first.
  loop.start(0, asks('a'.repeat(16)))
  finish(step)
  const firstOf = (long: number, short: number): number => {
    while (eventsOf(sent, long).length + eventsOf(sent, short).length === 0) step()
    return eventsOf(sent, long).length > 0 ? long : short
  }
  loop.start(1, asks('b'.repeat(50)))
  loop.start(2, asks('c'.repeat(20)))
  expect(firstOf(1, 2)).toBe(2)
  finish(step)
  loop.start(3, asks('d'.repeat(50)))
  now += 10_000
  loop.start(4, asks('e'.repeat(20)))
  expect(firstOf(3, 4)).toBe(3)
})

test('choices of one caller that wait are not before the first of another', () => {
  const { loop, sent, step } = startLoop(new FakeModel(), { sequences: 2 })
  loop.start(1, { ...aTask, caller: 'many', choices: 8, answerLimit: 5 })
  loop.start(2, { ...aTask, caller: 'one', prompt: ['other'], answerLimit: 5 })
  while (!answerOf(sent, 2).endsWith('finish')) step()
  const over = eventsOf(sent, 1).filter(({ type }) => type === 'finish')
  expect(over.length).toBeLessThanOrEqual(4)
})

test('a prompt is read beside those of another caller, however many these are', () => {
  const { loop, sent, step } = startLoop(new FakeModel(), { sequences: 4 })
  const prompts = ['a', 'b', 'c'].map((letter) => letter.repeat(48))
  for (const [id, prompt] of prompts.entries()) loop.start(id, asks(prompt, { caller: 'many' }))
  loop.start(3, asks('d'.repeat(56), { caller: 'one' }))
  while (!answerOf(sent, 3).endsWith('finish')) step()
  expect([0, 1, 2].filter((id) => answerOf(sent, id).endsWith('finish'))).toHaveLength(1)
})

describe('a few tokens of a prompt are read among others that belong to nobody', () => {
  /** A loop over a model that takes 64 tokens or more in a fifth of the time for each, which the loop has seen. */
  function startTiled(cells: number) {
    const model = new FakeModel({ batchSize: 128, cells })
    const now = () => model.batches.reduce((sum, tokens) => sum + (tokens < 64 ? 5 * tokens : tokens), 0)
    const started = startLoop(model, { contextLength: 130, patience: 500, now })
    for (const [id, prompt] of ['a'.repeat(128), 'b'.repeat(40)].entries()) {
      started.loop.start(id, asks(prompt))
      finish(started.step)
    }
    return { model, ...started }
  }

  test('where that is faster, to the same end', () => {
    const { model, loop, sent, step } = startTiled(10_000)
    loop.start(2, asks('c'.repeat(40)))
    loop.start(3, asks('d'.repeat(40) + 'e'.repeat(12)))
    finish(step)
    for (const [id, prompt] of [
      [2, 'c'.repeat(40)],
      [3, 'd'.repeat(40) + 'e'.repeat(12)],
    ] as const)
      expect(answerOf(sent, id)).toBe(alone(asks(prompt)))
    loop.start(4, asks('f'.repeat(40)))
    loop.start(5, asks('g'.repeat(10)))
    finish(step)
    expect(model.batches.slice(-1)).toEqual([64])
    expect(answerOf(sent, 5)).toBe(alone(asks('g'.repeat(10))))
  })

  test('but where there are cells for them without anybody having to give up theirs', () => {
    const { model, loop, sent, step } = startTiled(130)
    const long = { ...aTask, prompt: ['d'.repeat(80)], answerLimit: 10 }
    loop.start(2, long)
    step()
    step()
    loop.start(3, asks('c'.repeat(40)))
    finish(step)
    expect(model.batches).toContain(40)
    expect(cachedOf(sent, 2)).toEqual([0])
    expect(answerOf(sent, 2)).toBe(alone(long, {}, 130))
    expect(answerOf(sent, 3)).toBe(alone(asks('c'.repeat(40))))
  })
})

test('a prompt is due as soon as what of it is not there yet', () => {
  const model = new FakeModel()
  const { loop, sent, step } = startLoop(model, { now: () => timeOf(model) })
  loop.start(1, asks('a'.repeat(40)))
  finish(step)
  loop.start(2, asks('a'.repeat(40) + 'b'.repeat(18)))
  loop.start(3, asks('c'.repeat(20)))
  for (let steps = 0; steps < 2; steps++) step()
  expect(answerOf(sent, 2)).toMatch(/finish$/)
})

test('what a sequence repeats is said in fewer steps, to the same end', () => {
  const repeats = { ...aTask, prompt: ['abcdefghiabcdefghi'] }
  const model = new FakeModel({ echoes: true })
  const { loop, sent, step } = startLoop(model)
  loop.start(1, repeats)
  finish(step)
  const said = alone(repeats, { echoes: true })
  expect(answerOf(sent, 1)).toBe(said)
  expect(model.batches.length).toBeLessThan(said.length / 2)
})

test('a few answers are decoded in turn where that is faster, each to its own end', () => {
  const model = new FakeModel()
  const { loop, sent, step } = startLoop(model, { now: () => timeOf(model) })
  const prompts = ['hello', 'other', 'third']
  for (const [id, prompt] of prompts.entries()) loop.start(id, asks(prompt, { answerLimit: 40 }))
  const saidOf = () => prompts.map((_, id) => answerOf(sent, id))
  while (!saidOf().some((said) => said.endsWith('finish'))) {
    const lengths = saidOf().map((said) => said.length)
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(' prompt'.length + 2)
    step()
  }
  finish(step)
  for (const [id, prompt] of prompts.entries())
    expect(answerOf(sent, id)).toBe(alone(asks(prompt, { answerLimit: 40 })))
  const steps = model.batches.filter((tokens) => tokens <= 3)
  expect(steps.filter((tokens) => tokens === 1).length).toBeGreaterThan(steps.length * 0.9)
})

test('an answer that is aborted says no more and gives up its cells and its slot', () => {
  const { loop, sent, step } = startLoop(new FakeModel(), { sequences: 1 })
  loop.start(1, aTask)
  loop.start(2, { ...aTask, prompt: ['other'] })
  loop.start(3, { ...aTask, prompt: ['third'] })
  step()
  loop.abort(1)
  loop.abort(2)
  loop.abort(99)
  const before = eventsOf(sent, 1).length
  finish(step)
  expect(eventsOf(sent, 1)).toHaveLength(before)
  expect(eventsOf(sent, 2)).toHaveLength(0)
  expect(answerOf(sent, 3)).toBe(alone({ ...aTask, prompt: ['third'] }))
})

test('a step that nobody waits for any more does nothing', () => {
  const model = new FakeModel()
  const { loop, step } = startLoop(model)
  loop.start(1, aTask)
  loop.abort(1)
  expect(step()).toBe(true)
  expect(step()).toBe(false)
  expect(model.batches).toEqual([])
})

test('an idle loop asks for no turn', () => {
  const { loop, step } = startLoop(new FakeModel())
  expect(step()).toBe(false)
  loop.start(1, aTask)
  finish(step)
  expect(step()).toBe(false)
})

test('a prompt that leaves no room for a token is refused, one that leaves room for one gets it', () => {
  const { loop, sent, step } = startLoop(new FakeModel())
  loop.start(1, { ...aTask, prompt: ['a'.repeat(contextLength)] })
  expect(sent).toEqual([
    { type: 'too-long', id: 1, tokens: contextLength, window: contextLength, leastRoom: 1 },
  ])
  loop.start(2, { ...aTask, prompt: ['a'.repeat(contextLength - 1)] })
  finish(step)
  expect(eventsOf(sent, 2).at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'length' })
  expect(answerOf(sent, 2)).toHaveLength(' prompt finish'.length + 1)
})

test('a thought over its budget is closed by force, and the answer follows', () => {
  const { loop, sent, step } = startLoop(new FakeModel())
  const thought = { from: 'prompt', budget: 3, open: '<t>', close: '</t>', enders: [] } as const
  loop.start(1, { ...aTask, thought, answerLimit: 4 })
  finish(step)
  expect(answerOf(sent, 1)).toMatch(/^ prompt<t>[a-z]{3}\n<\/t>\n\n[a-z]{4} finish$/)
})

/** The `cached` of an answer's choices. */
function cachedOf(sent: readonly FromProcess[], id: number): number[] {
  return eventsOf(sent, id).flatMap((event) => (event.type === 'prompt' ? [event.cached] : []))
}

function asks(prompt: string, changed: Partial<Task> = {}): Task {
  return { ...aTask, prompt: [prompt], answerLimit: 1, ...changed }
}

describe('what a sequence has left is not read again', () => {
  test('by the next turn of its conversation', () => {
    const model = new FakeModel()
    const { loop, sent, step } = startLoop(model)
    loop.start(1, { ...aTask, answerLimit: 5 })
    finish(step)
    const said = answerOf(sent, 1).replaceAll(/^ prompt| finish$/g, '')
    expect(said).toHaveLength(5)
    loop.start(2, asks(`hello${said} and more`))
    finish(step)
    // The last token was said and never read.
    expect(cachedOf(sent, 2)).toEqual(['hello'.length + 4])
    expect(answerOf(sent, 2)).toBe(alone(asks(`hello${said} and more`)))
  })

  test('by one that begins alike, and both remain', () => {
    const { loop, sent, step } = startLoop(new FakeModel())
    for (const [id, prompt] of ['common one', 'common two', 'common one!', 'common two!'].entries()) {
      loop.start(id, asks(prompt))
      finish(step)
    }
    expect([0, 1, 2, 3].map((id) => cachedOf(sent, id)[0])).toEqual([0, 7, 10, 10])
  })

  test('by the same prompt, but for its last token', () => {
    const { loop, sent, step } = startLoop(new FakeModel())
    loop.start(1, asks('the same'))
    finish(step)
    loop.start(2, asks('the same'))
    finish(step)
    expect(cachedOf(sent, 2)).toEqual(['the same'.length - 1])
    expect(answerOf(sent, 2)).toBe(answerOf(sent, 1))
  })

  test('where it was aborted in the middle of its prompt', () => {
    const { loop, sent, step } = startLoop(new FakeModel())
    loop.start(1, asks('a'.repeat(50)))
    step()
    loop.abort(1)
    finish(step)
    loop.start(2, asks('a'.repeat(50)))
    finish(step)
    expect(cachedOf(sent, 2)).toEqual([16])
  })

  test('while it is still running', () => {
    const { loop, sent, step } = startLoop(new FakeModel())
    loop.start(1, { ...aTask, answerLimit: 30 })
    step()
    loop.start(2, asks('hello you'))
    finish(step)
    expect(cachedOf(sent, 2)).toEqual([5])
  })

  test('but a model that cannot forget its last tokens goes on only where they all are there', () => {
    const { loop, sent, step } = startLoop(new FakeModel({ cuts: false }))
    for (const [id, prompt] of ['common', 'common one', 'common two'].entries()) {
      loop.start(id, asks(prompt))
      finish(step)
      expect(answerOf(sent, id)).toBe(alone(asks(prompt)))
    }
    expect([0, 1, 2].map((id) => cachedOf(sent, id)[0])).toEqual([0, 6, 0])
  })

  test('until others have said so much over it that to read it again is cheaper', () => {
    const { loop, sent, step } = startLoop(new FakeModel({ tokensWorthKeeping: 10 }))
    for (const [id, answerLimit] of [20, 1, 20].entries()) {
      loop.start(id * 2, asks('kept'))
      finish(step)
      loop.start(id * 2 + 1, asks('others', { answerLimit, choices: 4 }))
      finish(step)
    }
    expect([0, 2, 4].map((id) => cachedOf(sent, id)[0])).toEqual([0, 0, 3])
  })

  test('and what goes to the shelf in the meantime comes back from there', () => {
    const { loop, sent, step } = startLoop(new FakeModel(), { shelfBytes: 1000 })
    loop.start(1, asks('kept'))
    finish(step)
    loop.start(2, asks('others', { answerLimit: 50 }))
    finish(step)
    loop.start(3, asks('kept again'))
    finish(step)
    expect(cachedOf(sent, 3)).toEqual([4])
    expect(answerOf(sent, 3)).toBe(alone(asks('kept again')))
  })

  test('and when nothing runs it moves to the shelf, so that whoever comes next has the cache alone', () => {
    const model = new FakeModel()
    const { loop, sent, step } = startLoop(model, { contextLength: 400, shelfBytes: 10_000 })
    const long = 'kept'.repeat(80)
    loop.start(1, asks(long))
    finish(step)
    expect(model.cache.used).toBe(0)
    loop.start(2, asks(`${long} again`))
    finish(step)
    expect(cachedOf(sent, 2)).toEqual([long.length])
  })

  test('but for what the shelf has no room for', () => {
    const model = new FakeModel()
    const { loop, sent, step } = startLoop(model, { shelfBytes: 10 })
    loop.start(1, asks('kept as it is'))
    finish(step)
    loop.start(2, asks('kept as it is!'))
    finish(step)
    expect(cachedOf(sent, 2)).toEqual(['kept as it is'.length])
  })

  test('and what gives up its cells to others goes to the shelf', () => {
    const { loop, sent, step } = startLoop(new FakeModel({ cells: 60 }), { sequences: 1, shelfBytes: 1000 })
    for (const [id, letter] of ['a', 'b', 'a'].entries()) {
      loop.start(id, asks(letter.repeat(50)))
      finish(step)
    }
    expect(cachedOf(sent, 2)).toEqual([49])
  })

  test('and when slots run out the least recently used goes first', () => {
    const { loop, sent, step } = startLoop(new FakeModel({ slots: 3 }), { sequences: 1 })
    for (const [id, prompt] of [
      'a long one',
      'b long one',
      'a long one',
      'c long one',
      'd long one',
    ].entries()) {
      loop.start(id, asks(prompt))
      finish(step)
    }
    for (const [id, prompt] of ['a long one', 'b long one'].entries()) {
      loop.start(10 + id, asks(prompt))
      finish(step)
    }
    expect([2, 10, 11].map((id) => cachedOf(sent, id)[0])).toEqual([9, 9, 0])
  })

  test('and when cells run out it is given up from its end', () => {
    const { loop, sent, step } = startLoop(new FakeModel({ cells: 80 }), { sequences: 1 })
    for (const [id, letter] of ['a', 'b', 'a'].entries()) {
      loop.start(id, asks(letter.repeat(50)))
      finish(step)
    }
    expect([0, 1, 2].map((id) => cachedOf(sent, id)[0])).toEqual([0, 0, 18])
  })
})

describe('what is being read is read once', () => {
  test('for the choices of one request, which count it as read', () => {
    const model = new FakeModel()
    const { loop, sent, step } = startLoop(model)
    loop.start(1, asks('a'.repeat(30), { choices: 3 }))
    finish(step)
    expect(model.batches).toEqual([16, 14])
    for (const choice of [0, 1, 2]) expect(answerOf(sent, 1, choice)).toMatch(/^ prompt.? finish$/)
    expect(cachedOf(sent, 1)).toEqual([0, 0, 0])
  })

  test('for choices that find no slot at first', () => {
    const { loop, sent, step } = startLoop(new FakeModel(), { sequences: 2 })
    loop.start(1, asks('a'.repeat(30), { choices: 5 }))
    finish(step)
    expect(cachedOf(sent, 1)).toEqual([0, 0, 0, 0, 0])
  })

  test('for equal requests, of which the later ones read nothing', () => {
    const model = new FakeModel()
    const { loop, sent, step } = startLoop(model)
    loop.start(1, asks('a'.repeat(30)))
    step()
    loop.start(2, asks('a'.repeat(30)))
    finish(step)
    expect(model.batches).toEqual([16, 14])
    expect(cachedOf(sent, 2)).toEqual([30])
    expect(answerOf(sent, 2)).toBe(answerOf(sent, 1))
  })

  test('for requests that begin alike', () => {
    const model = new FakeModel()
    const { loop, sent, step } = startLoop(model)
    const prompts = ['one', 'two', 'three'].map((end) => 'common '.repeat(6) + end)
    for (const [id, prompt] of prompts.entries()) loop.start(id, asks(prompt))
    finish(step)
    expect([0, 1, 2].map((id) => cachedOf(sent, id)[0])).toEqual([0, 42, 43])
    for (const [id, prompt] of prompts.entries()) expect(answerOf(sent, id)).toBe(alone(asks(prompt)))
  })

  test('also when the one that reads it leaves', () => {
    const { loop, sent, step } = startLoop(new FakeModel())
    for (const id of [1, 2, 3]) loop.start(id, asks('a'.repeat(50)))
    step()
    loop.abort(1)
    finish(step)
    expect(cachedOf(sent, 2)).toEqual([16])
    expect(cachedOf(sent, 3)).toEqual([50])
    for (const id of [2, 3]) expect(answerOf(sent, id)).toBe(alone(asks('a'.repeat(50))))
  })
})

test('whatever came before, answers are the same, and no cell and no slot is lost', () => {
  const parts = fc.array(fc.constantFrom('a', 'b', 'cccccccccccccccccccc'), { minLength: 1, maxLength: 3 })
  const acts = fc.array(
    fc.oneof(
      fc.record({
        act: fc.constant('start' as const),
        prompt: parts.map((each) => [each.join('')]),
        choices: fc.integer({ min: 1, max: 4 }),
        answerLimit: fc.constantFrom(1, 5, 30),
      }),
      fc.record({ act: fc.constant('abort' as const), id: fc.nat(30) }),
      fc.record({ act: fc.constant('step' as const), times: fc.integer({ min: 1, max: 20 }) }),
    ),
    { minLength: 5, maxLength: 30 },
  )
  const models = fc.record({
    cells: fc.integer({ min: contextLength, max: 200 }),
    slots: fc.integer({ min: 3, max: 8 }),
    cuts: fc.boolean(),
    tokensWorthKeeping: fc.constantFrom(5, 1000),
    echoes: fc.boolean(),
    shelfBytes: fc.constantFrom(0, 40, 1000),
  })
  fc.assert(
    fc.property(acts, models, (history, { shelfBytes, ...options }) => {
      const model = new FakeModel(options)
      const { loop, sent, step } = startLoop(model, { sequences: 3, shelfBytes, now: () => timeOf(model) })
      const asked: Task[] = []
      const aborted = new Set<number>()
      for (const act of history) {
        if (act.act === 'start') {
          const { prompt, choices, answerLimit } = act
          const task = { ...aTask, prompt, choices, answerLimit }
          loop.start(asked.push(task) - 1, task)
        } else if (act.act === 'step') for (let times = 0; times < act.times; times++) step()
        else if (act.id < asked.length) {
          loop.abort(act.id)
          aborted.add(act.id)
        }
      }
      finish(step)
      for (const [id, task] of asked.entries())
        for (let choice = 0; choice < task.choices; choice++) {
          const whole = alone({ ...task, choices: 1 }, { echoes: options.echoes })
          const said = answerOf(sent, id, choice)
          expect(said).toBe(aborted.has(id) ? whole.slice(0, said.length) : whole)
        }
      const filling = asks('f'.repeat(contextLength - 2))
      for (let id = 1000; id < 1003; id++) loop.start(id, asks(`${id}`.repeat(5)))
      loop.start(2000, filling)
      finish(step)
      expect(answerOf(sent, 2000)).toBe(alone(filling, { echoes: options.echoes }))
    }),
    { numRuns: runs(200) },
  )
})
