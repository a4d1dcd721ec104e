import { randomBytes } from 'node:crypto'
import { Failure } from '../chat/failure.ts'
import { measure, type Measurement } from '../measure.ts'
import { openModels } from '../models.ts'
import type { Settings } from '../settings.ts'
import { table } from './terminal.ts'

export interface BenchOptions {
  /** Empty for the first model. */
  readonly id: string
  readonly asJson: boolean
  /** For each number of answers at the same time. */
  readonly seconds: number
}

/** Measures a model and prints what came of it. */
export async function bench(settings: Settings, { id, asJson, seconds }: BenchOptions): Promise<void> {
  if (!(seconds > 0 && seconds <= 3600))
    throw new Failure('invalid-request', '--seconds must be a number above 0 and at most 3600.')
  const models = openModels(settings, {
    clock: Date.now,
    random: Math.random,
    newId: () => randomBytes(16).toString('hex'),
    log: () => {},
  })
  try {
    const run = models.rows().filter(({ engine }) => engine.kind !== 'none')
    const row = id === '' ? run[0] : run.find(({ model }) => model.id === id)
    if (row === undefined) {
      const ids = run.map(({ model }) => model.id).join(', ')
      throw new Failure('unknown-model', `'${id}' is not run here: it must be one of ${ids}.`)
    }
    const result = await measure(
      models.engineOf(row.model),
      row.model,
      { sequences: [1, 4, 8, 16], seconds, promptWords: 512 },
      () => performance.now(),
    )
    console.log(asJson ? JSON.stringify(result) : inWords(result))
  } finally {
    await models.close()
  }
}

function inWords({ model, promptTokens, prefill, firstToken, decode }: Measurement): string {
  const { cold, warm, cachedTokens } = firstToken
  return table([
    ['MEASURED', 'OF', model],
    ['prefill', `${promptTokens} tokens`, `${prefill} tokens/s`],
    ['first token', 'new prompt', `${cold.toFixed(1)} ms`],
    ['first token', `${cachedTokens} tokens cached`, `${warm.toFixed(1)} ms`],
    ...decode.map(({ sequences, tokensPerSecond }) => [
      'decode',
      sequences === 1 ? '1 answer' : `${sequences} answers at once`,
      `${tokensPerSecond} tokens/s`,
    ]),
  ])
}
