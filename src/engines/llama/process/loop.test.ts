import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aTask } from '../../../../tests/engines/llama/a-task.ts'
import type { ChatEvent } from '../../../chat/event.ts'
import type { FromProcess, Task } from '../messages.ts'
import type { LoadedModel, Shown } from './loaded-model.ts'
import { StepLoop } from './loop.ts'

const contextLength = 60
const end = 0

/**
 * A model without weights: its tokens are character codes, and the one it says next depends on all that the slot holds,
 * so that a cell too many, too few or out of place changes the answer. `forced` replaces what it would say.
 */
class FakeModel implements LoadedModel {
  readonly batchSize = 16
  readonly slots = new Map<number, number[]>()
  readonly cells: number
  readonly batches: number[] = []
  #batch: { token: number; position: number; slot: number }[] = []
  #outputs = new Map<number, number>()

  constructor(cells: number) {
    this.cells = cells
  }

  tokenize(text: string): number[] {
    return Array.from(text, (letter) => letter.charCodeAt(0))
  }

  show(token: number): Shown {
    return { bytes: Uint8Array.of(token), text: String.fromCharCode(token) }
  }

  isEnd(token: number): boolean {
    return token === end
  }

  reveal(): void {}

  add(token: number, position: number, slot: number): number {
    return this.#batch.push({ token, position, slot }) - 1
  }

  decode(): 'done' | 'no-room' {
    const batch = this.#batch
    this.#batch = []
    this.#outputs = new Map()
    if (batch.length === 0) throw new Error('an empty batch, which llama.cpp refuses')
    const used = [...this.slots.values()].reduce((sum, held) => sum + held.length, 0)
    if (used + batch.length > this.cells) return 'no-room'
    this.batches.push(batch.length)
    for (const [index, { token, position, slot }] of batch.entries()) {
      const held = this.slots.get(slot) ?? []
      if (position !== held.length) throw new Error(`position ${position} after ${held.length} tokens`)
      this.slots.set(slot, [...held, token])
      this.#outputs.set(index, this.#next([...held, token]))
    }
    return 'done'
  }

  /** A letter; sometimes the end. */
  #next(held: readonly number[]): number {
    const sum = held.reduce((hash, token) => (hash * 31 + token) % 65_521, 7)
    return sum % 37 === 0 ? end : 97 + (sum % 26)
  }

  sampler() {
    const choose = (index: number): number => this.#outputs.get(index) ?? -1
    return { choose, accept() {}, free() {} }
  }

  forget(slot: number): void {
    this.slots.delete(slot)
  }

  share(from: number, to: number): void {
    this.slots.set(to, [...(this.slots.get(from) ?? [])])
  }
}

/** A loop whose steps are taken by hand, and what it has sent. */
function startLoop(model: FakeModel, sequences = 4) {
  const sent: FromProcess[] = []
  let next: (() => void) | null = null
  const loop = new StepLoop(model, {
    contextLength,
    sequences,
    send: (message) => sent.push(message),
    now: () => 0,
    turn: (run) => (next = run),
  })
  const step = (): boolean => {
    const run = next
    next = null
    run?.()
    return run !== null
  }
  return { loop, sent, step }
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

function alone(asked: Task): string {
  const { loop, sent, step } = startLoop(new FakeModel(10_000))
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
      const model = new FakeModel(cells)
      const { loop, sent, step } = startLoop(model)
      for (const [id, text] of texts.entries()) loop.start(id, { ...aTask, prompt: [text] })
      finish(step)
      for (const [id, text] of texts.entries())
        expect(answerOf(sent, id)).toBe(alone({ ...aTask, prompt: [text] }))
      expect(model.slots.size).toBe(0)
    }),
  )
})

test('choices of one request read its prompt once', () => {
  const model = new FakeModel(10_000)
  const { loop, sent, step } = startLoop(model)
  loop.start(1, { ...aTask, prompt: ['a'.repeat(30)], choices: 3, answerLimit: 1 })
  finish(step)
  expect(model.batches).toEqual([16, 14])
  for (const choice of [0, 1, 2]) expect(answerOf(sent, 1, choice)).toMatch(/^ prompt.? finish$/)
})

test('more choices than there are slots follow as others leave', () => {
  const { loop, sent, step } = startLoop(new FakeModel(10_000), 2)
  loop.start(1, { ...aTask, choices: 5 })
  finish(step)
  for (const choice of [0, 1, 2, 3, 4]) expect(answerOf(sent, 1, choice)).toBe(alone(aTask))
})

test('a running answer says a token in every step while a long prompt is read', () => {
  const model = new FakeModel(10_000)
  const { loop, sent, step } = startLoop(model)
  loop.start(1, aTask)
  step()
  loop.start(2, { ...aTask, prompt: ['b'.repeat(50)] })
  for (let steps = 2; steps <= 4; steps++) {
    step()
    expect(answerOf(sent, 1)).toHaveLength(' prompt'.length + steps)
  }
})

test('an answer that is aborted says no more and gives up its cells and its slot', () => {
  const model = new FakeModel(10_000)
  const { loop, sent, step } = startLoop(model, 1)
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
  expect(model.slots.size).toBe(0)
})

test('a step that nobody waits for any more does nothing', () => {
  const model = new FakeModel(10_000)
  const { loop, step } = startLoop(model)
  loop.start(1, aTask)
  loop.abort(1)
  expect(step()).toBe(true)
  expect(step()).toBe(false)
  expect(model.batches).toEqual([])
})

test('an idle loop asks for no turn', () => {
  const { loop, step } = startLoop(new FakeModel(10_000))
  expect(step()).toBe(false)
  loop.start(1, aTask)
  finish(step)
  expect(step()).toBe(false)
})

test('a prompt that leaves no room for a token is refused, one that leaves room for one gets it', () => {
  const { loop, sent, step } = startLoop(new FakeModel(10_000))
  loop.start(1, { ...aTask, prompt: ['a'.repeat(contextLength)] })
  expect(sent).toEqual([{ type: 'too-long', id: 1, tokens: contextLength }])
  loop.start(2, { ...aTask, prompt: ['a'.repeat(contextLength - 1)] })
  finish(step)
  expect(eventsOf(sent, 2).at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'length' })
  expect(answerOf(sent, 2)).toHaveLength(' prompt finish'.length + 1)
})

test('a thought over its budget is closed by force, and the answer follows', () => {
  const { loop, sent, step } = startLoop(new FakeModel(10_000))
  const thought = { from: 'prompt', budget: 3, open: '<t>', close: '</t>', enders: [] } as const
  loop.start(1, { ...aTask, thought, answerLimit: 4 })
  finish(step)
  expect(answerOf(sent, 1)).toMatch(/^ prompt<t>[a-z]{3}\n<\/t>\n\n[a-z]{4} finish$/)
})
