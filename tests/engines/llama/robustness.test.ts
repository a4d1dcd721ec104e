import { untuned } from '../../../src/chat/tuning.ts'
import { truncateSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/chat/engine.ts'
import { checkLoad } from '../../../src/engines/llama/describe.ts'
import type { EngineLogLine, LlamaOptions } from '../../../src/engines/llama/llama-engine.ts'
import { llamaEngine } from '../../../src/engines/llama/llama-engine.ts'
import { never, textOf } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { aPrompt } from '../../contract/prompts.ts'
import { tinyModel, writeRandomModel } from '../../models/random-model.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'

const file = writeTinyModel()
const endless = { ...aPrompt, answerLimit: 400 }
let engine: Engine

afterEach(() => engine.close())

/** An engine, and the process ids and reasons it logs. */
function start(changed: Partial<LlamaOptions> = {}): EngineLogLine[] {
  const log: EngineLogLine[] = []
  engine = llamaEngine(tinyOptions(file, { log: (line) => log.push(line), ...changed }))
  return log
}

function killLast(log: readonly EngineLogLine[]): void {
  const started = log.findLast((line) => line.event === 'started')
  if (started?.event === 'started') process.kill(started.pid, 'SIGKILL')
}

describe('when the process is killed', () => {
  test('in the middle of an answer, that answer is lost, and the next one is given by a new process', async () => {
    const log = start()
    const answer = engine.answer(endless, never)[Symbol.asyncIterator]()
    await answer.next()
    await answer.next()
    killLast(log)
    const rest = async (): Promise<void> => {
      while ((await answer.next()).done !== true);
    }
    await expect(rest()).rejects.toMatchObject({ kind: 'engine-lost' })
    expect(textOf(await collect(engine.answer(aPrompt, never)))).not.toBe('')
    expect(log.map((line) => line.event)).toEqual(['started', 'exited', 'restarting', 'started'])
  })

  test('an answer that has said nothing is given whole by the next process', async () => {
    const log = start({ sequences: 1 })
    const first = engine.answer(endless, never)[Symbol.asyncIterator]()
    await first.next()
    const waiting = collect(engine.answer(aPrompt, never))
    killLast(log)
    expect((await waiting).at(-1)).toMatchObject({ type: 'finish' })
  })
})

test('the log of a failure holds what llama.cpp said, and never what a caller wrote', async () => {
  const secret = 'a secret of the caller'
  const log = start()
  await collect(engine.answer({ ...aPrompt, messages: [{ role: 'system', text: secret }] }, never))
  killLast(log)
  await collect(engine.answer(aPrompt, never))
  expect(JSON.stringify(log)).not.toContain('secret')
})

describe('a model file that llama.cpp cannot load', () => {
  test('is given up after three tries, with llama.cpp’s reason, and answers are refused', async () => {
    const bad = writeTinyModel()
    const options = tinyOptions(bad)
    writeRandomModel(bad, tinyModel, { 'tokenizer.ggml.model': { type: 'string', value: 'no-such' } })
    engine = llamaEngine(options)
    await expect(collect(engine.answer(aPrompt, never))).rejects.toMatchObject({ kind: 'overloaded' })
    expect(engine.state()).toMatchObject({ status: 'failed', reason: expect.stringContaining('no-such') })
  })

  test('is refused at once where its header shows it', () => {
    start()
    const cut = writeTinyModel()
    truncateSync(cut, 100_000)
    expect(() => llamaEngine({ ...tinyOptions(file), file: cut })).toThrow('cut short')
    writeFileSync(cut, 'GGML, an older thing')
    expect(() => llamaEngine({ ...tinyOptions(file), file: cut })).toThrow('wrong magic number')
    writeRandomModel(cut, tinyModel, { 'qwen3.attention.head_count': { type: 'u32', value: 0 } })
    expect(() => llamaEngine({ ...tinyOptions(file), file: cut })).toThrow('head_count is 0')
  })

  test('is told apart from a good one by a dry load', async () => {
    start()
    expect((await checkLoad(file, untuned)).backends).toHaveLength(1)
    const bad = writeTinyModel()
    writeFileSync(bad, 'nothing')
    await expect(checkLoad(bad, untuned)).rejects.toThrow('cannot be loaded')
  })
})
