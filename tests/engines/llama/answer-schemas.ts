import fc from 'fast-check'
import type { Engine } from '../../../src/chat/engine.ts'
import { Failure } from '../../../src/chat/failure.ts'
import type { JsonObject } from '../../../src/chat/json.ts'
import type { Prompt } from '../../../src/chat/request.ts'
import { textOf } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { asks } from '../../contract/prompts.ts'
import { schemaCases } from './schema-cases.ts'
import { validates } from './validates.ts'

/** What became of the answers to generated schemas. */
export interface SchemaReport {
  /** Answers that ended by themselves, all of them valid but for those in `invalid`. */
  readonly finished: number
  /** Answers that the limit cut. */
  readonly cut: number
  /** The messages of those that the engine refused. */
  readonly refused: readonly string[]
  /** Schema and answer. */
  readonly invalid: readonly string[]
}

/** A chat template that tells the model nothing: whatever holds, the grammar holds alone. */
export const blindTemplate = '{{ "<|im_start|>user\nAnswer.<|im_end|>\n<|im_start|>assistant\n" }}'

/** Answers `count` generated schemas at a temperature of 2, each with a limit of `answerLimit` tokens. */
export async function answerSchemas(
  engine: Engine,
  {
    count,
    seed,
    answerLimit,
  }: { readonly count: number; readonly seed: number; readonly answerLimit: number },
): Promise<SchemaReport> {
  const cases = fc.sample(schemaCases, { numRuns: count, seed })
  const ends: End[] = []
  // No more at once than an engine runs: the others would wait, and be refused for it.
  const rest = cases.entries()
  const work = async (): Promise<void> => {
    for (const [at, { schema }] of rest) ends.push(await answer(engine, schema, answerLimit, at))
  }
  await Promise.all(Array.from({ length: 16 }, work))
  const texts = (kind: string): string[] => ends.flatMap((end) => (end.kind === kind ? [end.text] : []))
  return {
    finished: texts('valid').length + texts('invalid').length,
    cut: texts('cut').length,
    refused: texts('refused'),
    invalid: texts('invalid'),
  }
}

interface End {
  readonly kind: 'valid' | 'invalid' | 'cut' | 'refused'
  readonly text: string
}

async function answer(engine: Engine, schema: JsonObject, answerLimit: number, seed: number): Promise<End> {
  const asked = asks('Answer.')
  const prompt: Prompt = {
    ...asked,
    output: { kind: 'schema', schema },
    answerLimit,
    sampling: { ...asked.sampling, temperature: 2, seed },
  }
  try {
    const events = await collect(engine.answer(prompt, new AbortController().signal))
    const text = textOf(events)
    const end = events.at(-1)
    if (end?.type === 'finish' && end.reason === 'length') return { kind: 'cut', text }
    return validates(schema, text)
      ? { kind: 'valid', text }
      : { kind: 'invalid', text: `${JSON.stringify(schema)} ${JSON.stringify(text)}` }
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'invalid-request') throw error
    return { kind: 'refused', text: error.message }
  }
}
