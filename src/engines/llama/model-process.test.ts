import { untuned } from '../../chat/tuning.ts'
import { expect, test } from 'vitest'
import { aTask } from '../../../tests/engines/llama/a-task.ts'
import type { ChatEvent } from '../../chat/event.ts'
import { Failure } from '../../chat/failure.ts'
import type { ToProcess } from './messages.ts'
import type { EngineLogLine } from './model-process.ts'
import { ModelProcess } from './model-process.ts'
import type { ProcessListener } from './process-handle.ts'

const text: ChatEvent = { type: 'text', choice: 0, text: 'a', tokens: 1 }
const finished: ChatEvent = { type: 'finish', choice: 0, reason: 'stop' }

/** A supervisor over processes that only note what they are told, with a clock that is moved by hand. */
function supervise(queue = 10) {
  const children: { listener: ProcessListener; told: ToProcess[] }[] = []
  const log: EngineLogLine[] = []
  const timers = new Set<{ at: number; run: () => void }>()
  let now = 0
  const model = new ModelProcess({
    name: 'm',
    load: { file: 'f', contextLength: 10, sequences: 2, cells: 10, shelfBytes: 0, threads: 1, ...untuned },
    queue,
    longestWait: 60_000,
    longestSilence: 120_000,
    log: (line) => log.push(line),
    start(listener) {
      const told: ToProcess[] = []
      children.push({ listener, told })
      return {
        pid: children.length,
        send: (message) => told.push(message),
        stop: () => Promise.resolve(),
        kill: () => listener.exit('SIGKILL', []),
      }
    },
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  })
  const child = (): ProcessListener => {
    const last = children.at(-1)
    if (last === undefined) throw new Error('no process was started')
    return last.listener
  }
  return {
    model,
    log,
    starts: () => children.length,
    ready: () => child().message({ type: 'ready', backends: [], system: '' }),
    die: (...lines: string[]) => child().exit('SIGKILL', lines),
    refuse: () => child().message({ type: 'load-failed', reason: 'no.' }),
    say: (id: number, ...events: ChatEvent[]) =>
      child().message({ type: 'said', said: events.map((event) => ({ id, event })) }),
    tooLong: (id: number, tokens: number, leastRoom: number) =>
      child().message({ type: 'too-long', id, tokens, leastRoom, window: 10 }),
    counted: (id: number, tokens: readonly number[]) => child().message({ type: 'counted', id, tokens }),
    alive: () => child().message({ type: 'alive' }),
    told: () => (children.at(-1)?.told ?? []).filter((message) => message.type !== 'load'),
    pass: (ms: number) => {
      now += ms
      for (const timer of Array.from(timers)) if (timer.at <= now && timers.delete(timer)) timer.run()
    },
  }
}

function ids(told: readonly ToProcess[]): (number | null)[] {
  return told.map((message) => (message.type === 'answer' ? message.id : null))
}

function sink() {
  const heard: string[] = []
  let failure: Failure | null = null
  return {
    heard,
    failure: () => failure,
    event: (event: ChatEvent) => void heard.push(event.type),
    end: () => void heard.push('end'),
    fail(error: Failure) {
      heard.push(error.kind)
      failure = error
    },
  }
}

test('requests wait until the model is loaded, then go to it in order', () => {
  const { model, ready, told } = supervise()
  model.ask(aTask, sink())
  model.ask(aTask, sink())
  expect(model.state()).toEqual({ status: 'starting', reason: '', running: 0, waiting: 2 })
  ready()
  expect(told().map((message) => message.type === 'answer' && message.id)).toEqual([1, 2])
  expect(model.state()).toEqual({ status: 'ready', reason: '', running: 2, waiting: 0 })
})

test('no more choices run at once than there are sequences', () => {
  const { model, ready, told, say } = supervise()
  ready()
  model.ask(aTask, sink())
  model.ask({ ...aTask, choices: 2 }, sink())
  model.ask(aTask, sink())
  expect(told()).toHaveLength(1)
  say(1, text, finished)
  expect(told()).toHaveLength(2)
  expect(model.state()).toMatchObject({ running: 2, waiting: 1 })
})

test('a request with more choices than sequences runs alone', () => {
  const { model, ready, told } = supervise(0)
  ready()
  model.ask({ ...aTask, choices: 5 }, sink())
  expect(told()).toHaveLength(1)
})

test('a full queue refuses, and says so in the words of the service', () => {
  const { model } = supervise(1)
  for (let count = 0; count < 3; count++) model.ask(aTask, sink())
  expect(() => model.ask(aTask, sink())).toThrow(
    new Failure('overloaded', 'Model service overloaded. Please try again later.'),
  )
})

test('the others of one caller are not before the first of another', () => {
  const { model, ready, told, say } = supervise()
  ready()
  for (let count = 0; count < 6; count++) model.ask({ ...aTask, caller: 'many' }, sink())
  model.ask({ ...aTask, caller: 'one' }, sink())
  say(1, text, finished)
  expect(ids(told())).toEqual([1, 2, 7])
})

test('among callers who have nothing running, whoever was given less is next', () => {
  const { model, ready, told, say } = supervise()
  ready()
  const ask = (caller: string) => model.ask({ ...aTask, choices: 2, caller }, sink())
  for (const caller of ['a', 'b', 'a', 'b']) ask(caller)
  say(1, { ...text, tokens: 100 }, finished, { ...finished, choice: 1 })
  say(2, { ...text, tokens: 50 }, finished, { ...finished, choice: 1 })
  expect(ids(told())).toEqual([1, 2, 4])
})

test('a full queue takes one in for the last of a caller who has more waiting', () => {
  const { model, ready } = supervise(2)
  ready()
  const many = Array.from({ length: 4 }, () => sink())
  for (const each of many) model.ask({ ...aTask, caller: 'many' }, each)
  const one = sink()
  model.ask({ ...aTask, caller: 'one' }, one)
  expect(many.map(({ heard }) => heard)).toEqual([[], [], [], ['overloaded']])
  for (const caller of ['many', 'one', 'third'])
    expect(() => model.ask({ ...aTask, caller }, sink())).toThrow('Model service overloaded')
  expect(model.state()).toMatchObject({ running: 2, waiting: 2 })
})

test('a request of more choices than there are sequences keeps no other caller out', () => {
  const { model, ready, told } = supervise(20)
  ready()
  model.ask({ ...aTask, caller: 'many', choices: 9 }, sink())
  model.ask({ ...aTask, caller: 'many' }, sink())
  model.ask({ ...aTask, caller: 'one' }, sink())
  model.ask({ ...aTask, caller: 'one' }, sink())
  expect(ids(told())).toEqual([1, 3])
})

test('one who leaves the queue makes room in it, and is never asked of the process', () => {
  const { model, ready, told } = supervise(0)
  const leave = model.ask(aTask, sink())
  model.ask(aTask, sink())
  leave()
  model.ask(aTask, sink())
  ready()
  expect(told().map((message) => message.type === 'answer' && message.id)).toEqual([2, 3])
})

test('an answer that is left is aborted once, and nothing of it is passed on', () => {
  const { model, ready, told, say } = supervise()
  const reader = sink()
  const leave = model.ask(aTask, reader)
  ready()
  leave()
  leave()
  say(1, text)
  expect(told().map((message) => message.type)).toEqual(['answer', 'abort'])
  expect(reader.heard).toEqual([])
  expect(model.state()).toMatchObject({ running: 0, waiting: 0 })
})

test('counts are sent when there is a process, wait for no answer, and fail with the process', async () => {
  const { model, ready, told, counted, die } = supervise()
  const never = new AbortController().signal
  model.ask(aTask, sink())
  const counts = [model.count(['a'], never), model.count(['b', 'c'], never)]
  expect(told()).toEqual([])
  ready()
  expect(told()).toEqual([
    { type: 'count', id: 2, prompt: ['a'] },
    { type: 'count', id: 3, prompt: ['b', 'c'] },
    { type: 'answer', id: 1, task: aTask },
  ])
  counted(2, [5, 6])
  await expect(counts[0]).resolves.toEqual([5, 6])
  die()
  await expect(counts[1]).rejects.toMatchObject({ kind: 'engine-lost' })
})

test('a count that is left, or waits for long, is over', async () => {
  const { model, ready, told, pass } = supervise()
  const gone = new AbortController()
  const counts = [model.count(['a'], gone.signal), model.count(['b'], new AbortController().signal)]
  gone.abort('left')
  await expect(counts[0]).rejects.toBe('left')
  pass(60_000)
  await expect(counts[1]).rejects.toMatchObject({ kind: 'overloaded' })
  ready()
  expect(told()).toEqual([])
  await expect(model.count(['c'], gone.signal)).rejects.toBe('left')
  await model.close()
  const late = model.count(['d'], new AbortController().signal)
  await expect(late).rejects.toMatchObject({ kind: 'overloaded' })
})

test('a prompt that is too long, alone or with its answer, is refused in the words of the service', () => {
  const { model, ready, tooLong } = supervise()
  const [first, second] = [sink(), sink()]
  model.ask(aTask, first)
  model.ask(aTask, second)
  ready()
  tooLong(1, 12, 1)
  tooLong(2, 8, 3)
  expect(first.failure()).toMatchObject({
    kind: 'context-overflow',
    field: 'messages',
    message: 'number of input tokens (12) has exceeded max_seq_len (10) limit.',
  })
  expect(second.failure()).toMatchObject({
    kind: 'context-overflow',
    field: 'max_tokens',
    message: 'max_total_tokens (11) must be less than or equal to max_seq_len (10)',
  })
})

test('who has waited for a minute is refused, and no longer in the way of others', () => {
  const { model, ready, pass, told } = supervise()
  const [large, small] = [sink(), sink()]
  ready()
  model.ask(aTask, sink())
  model.ask({ ...aTask, choices: 2 }, large)
  pass(30_000)
  model.ask(aTask, small)
  pass(30_000)
  expect(large.failure()).toMatchObject({ kind: 'overloaded', cause: 'The request waited 60 s.' })
  expect(told().map((message) => message.type === 'answer' && message.id)).toEqual([1, 3])
  pass(60_000)
  expect(small.heard).toEqual([])
})

test('a process that says nothing of its work for two minutes is ended, and the next one asked', () => {
  const { model, ready, say, alive, pass, told, log, starts } = supervise()
  const [begun, silent] = [sink(), sink()]
  ready()
  model.ask(aTask, begun)
  say(1, text)
  model.ask(aTask, silent)
  for (let quarters = 0; quarters < 3; quarters++) pass(30_000)
  alive()
  for (let quarters = 0; quarters < 3; quarters++) pass(30_000)
  expect(begun.heard).toEqual(['text'])
  pass(30_000)
  expect(begun.heard).toEqual(['text', 'engine-lost'])
  expect(log.find((line) => line.event === 'exited')).toMatchObject({
    reason: expect.stringContaining('It took no step for 120 s.'),
  })
  pass(100)
  ready()
  expect(starts()).toBe(2)
  expect(told().map((message) => message.type === 'answer' && message.id)).toEqual([2])
})

test('a process without work may be silent for ever', () => {
  const { model, ready, say, pass, starts } = supervise()
  ready()
  model.ask(aTask, sink())
  say(1, text, finished)
  for (let quarters = 0; quarters < 20; quarters++) pass(30_000)
  expect(starts()).toBe(1)
})

test('when the process dies, answers that have begun are lost and the others are asked again', () => {
  const { model, ready, die, pass, say, told } = supervise()
  const [begun, silent, waiting] = [sink(), sink(), sink()]
  for (const each of [begun, silent, waiting]) model.ask(aTask, each)
  ready()
  say(1, text)
  die()
  expect(begun.heard).toEqual(['text', 'engine-lost'])
  expect(model.state()).toMatchObject({ status: 'starting', running: 0, waiting: 2 })
  pass(100)
  ready()
  expect(told().map((message) => message.type === 'answer' && message.id)).toEqual([2, 3])
  say(2, text, finished)
  expect(silent.heard).toEqual(['text', 'finish', 'end'])
})

test('a request under which a second process dies is not asked a third time', () => {
  const { model, ready, die, pass, told } = supervise()
  const reader = sink()
  model.ask(aTask, reader)
  ready()
  die()
  pass(100)
  ready()
  die()
  expect(reader.heard).toEqual(['engine-lost'])
  pass(1000)
  ready()
  expect(told()).toEqual([])
})

test('it is started again ever more slowly, and quickly again after half a minute of health', () => {
  const { ready, die, pass, starts, log } = supervise()
  for (let deaths = 0; deaths < 8; deaths++) {
    ready()
    die()
    pass(5000)
  }
  const delays = log.flatMap((line) => (line.event === 'restarting' ? [line.inMs] : []))
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
  ready()
  pass(30_000)
  die()
  expect(log.at(-1)).toMatchObject({ event: 'restarting', inMs: 100 })
  expect(starts()).toBe(9)
})

test('a model that cannot be loaded three times is given up, with the reason for the operator', () => {
  const { model, refuse, die, pass, starts } = supervise()
  const reader = sink()
  model.ask(aTask, reader)
  for (let tries = 0; tries < 3; tries++) {
    refuse()
    die('loaded CPU backend', 'error loading model: tensor blk.0 is missing')
    pass(5000)
  }
  expect(starts()).toBe(3)
  expect(model.state().status).toBe('failed')
  expect(model.state().reason).toContain('tensor blk.0 is missing')
  expect(reader.failure()).toMatchObject({ kind: 'overloaded', cause: model.state().reason })
  expect(() => model.ask(aTask, sink())).toThrow('Model service overloaded')
})

test('once closed it fails what is left, and does not start again', async () => {
  const { model, ready, die, pass, starts } = supervise()
  const reader = sink()
  model.ask(aTask, reader)
  ready()
  await model.close()
  die()
  pass(60_000)
  expect(reader.heard).toEqual(['overloaded'])
  expect(starts()).toBe(1)
  expect(() => model.ask(aTask, sink())).toThrow('Model service overloaded')
})
