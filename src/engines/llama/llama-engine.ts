import type { Engine } from '../../chat/engine.ts'
import { Failure } from '../../chat/failure.ts'
import { unnoted } from '../../chat/notes.ts'
import type { Prompt, TokenBias } from '../../chat/request.ts'
import { type Tuning, tuningOf } from '../../chat/tuning.ts'
import { checkCache } from './cache-types.ts'
import { streamEvents } from './event-stream.ts'
import { answerGrammar } from './grammar/answer-grammar.ts'
import { callTokens } from './grammar/call-syntaxes.ts'
import { writeGbnf } from './grammar/write-gbnf.ts'
import { planMemory, shelfBytes } from './memory-plan.ts'
import type { AnswererLoadOptions, EmbedderLoadOptions, Task } from './messages.ts'
import type { ModelFile } from './model-file.ts'
import { readModelFile } from './model-file.ts'
import type { EngineLogLine } from './model-process.ts'
import { ModelProcess } from './model-process.ts'
import { startProcess } from './process-handle.ts'
import type { PromptText } from './prompt-text.ts'
import { createPromptWriter } from './prompt-text.ts'

export type { EngineLogLine } from './model-process.ts'

export interface LlamaOptions extends Tuning {
  /** The model's id, for messages. */
  readonly name: string
  /** Path of the GGUF file. */
  readonly file: string
  /** The model's chat template as Jinja source. */
  readonly template: string
  /** Tokens that prompt, thought and answer of one choice may fill together. */
  readonly contextLength: number
  /** Most choices running at once. */
  readonly sequences: number
  readonly threads: number
  /** Most choices waiting for others to end; for one more, the last of whoever has the most of them is refused. */
  readonly queue: number
  readonly log: (line: EngineLogLine) => void
}

/**
 * The embedded engine: llama.cpp in a process of its own, started at once and again whenever it dies. Answers wait until
 * it is ready. Gives raw text: marks of thought and calls stand in it as the model wrote them.
 * Throws a `Failure` of kind `internal` when the file or the template cannot be used.
 */
export function llamaEngine(options: LlamaOptions): Engine {
  const file = readModelFile(options.file, options.adapters)
  return llamaEngineWithCells(options, file, planMemory(file, options).cells)
}

/** Milliseconds that a request may wait for others to end. */
const longestWait = 60_000
/** Milliseconds without a sign of life, several times what the slowest step takes. */
const longestSilence = 120_000

/** As `llamaEngine`, with the size of the KV cache given. */
export function llamaEngineWithCells(options: LlamaOptions, file: ModelFile, cells: number): Engine {
  const write = createPromptWriter(file, options.template)
  const { contextLength, sequences, threads } = options
  checkCache(options.name, file, options)
  const load = {
    file: options.file,
    contextLength,
    sequences,
    cells,
    shelfBytes: shelfBytes(file, options, cells),
    threads,
    ...tuningOf(options),
  }
  const model = openProcess(options, load)
  return {
    answer: (prompt, signal, notes = unnoted) => ({
      [Symbol.asyncIterator]: () =>
        streamEvents(
          (sink) => model.ask(toTask(prompt, write(prompt), file), sink, () => notes.started()),
          signal,
        ),
    }),
    async count(prompt, signal) {
      const ids = await model.count(write(prompt).pieces, signal)
      return { count: ids.length, ids }
    },
    embed: () => Promise.reject(new Failure('internal', 'This model makes no vectors.')),
    state: () => model.state(),
    close: () => model.close(),
  }
}

function toTask(prompt: Prompt, { pieces, thought }: PromptText, file: ModelFile): Task {
  checkBias(prompt.bias, file)
  const { caller, model, leastRoom, choices, sampling, bias, answerLimit, logprobs, begun } = prompt
  const grammar = answerGrammar(prompt)
  return {
    caller,
    prompt: pieces,
    window: model.contextLength,
    leastRoom,
    choices,
    sampling,
    bias,
    answerLimit,
    logprobs,
    thought,
    grammar: grammar && { rules: writeGbnf(grammar), begun: begun.text },
    marks: marksOf(prompt),
  }
}

function checkBias(bias: readonly TokenBias[], { vocabulary }: ModelFile): void {
  const unknown = bias.find(({ token }) => token >= vocabulary)
  if (unknown === undefined) return
  throw new Failure(
    'invalid-request',
    `The parameter is invalid: logit_bias.${unknown.token} is no token of this model, which has ${vocabulary}: 0 to ${vocabulary - 1}.`,
    { field: 'logit_bias' },
  )
}

/** What both kinds of engine are told of their process. */
export function openProcess(
  { name, queue, log }: Pick<LlamaOptions, 'name' | 'queue' | 'log'>,
  load: AnswererLoadOptions | EmbedderLoadOptions,
): ModelProcess {
  return new ModelProcess({
    name,
    load,
    queue,
    longestWait,
    longestSilence,
    log,
    start: startProcess,
    now: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  })
}

/** The texts of an answer that may be control tokens of the model. */
function marksOf({ model: { dialect }, tools }: Prompt): readonly string[] {
  const hasCalls = dialect.calls !== 'native' && tools.mode !== 'none'
  return hasCalls ? [...dialect.wrappers, ...callTokens[dialect.calls]] : dialect.wrappers
}
