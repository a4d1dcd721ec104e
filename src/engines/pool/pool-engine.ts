import type { EmbeddingRequest, Embeddings } from '../../chat/embedding.ts'
import type { Engine, EngineState, PromptTokens } from '../../chat/engine.ts'
import type { Batch, ChatEvent } from '../../chat/event.ts'
import { Failure, type FailureKind, toFailure } from '../../chat/failure.ts'
import { type AttemptNotes, type Notes, unnoted } from '../../chat/notes.ts'
import type { ReplicaState } from '../../chat/replica-state.ts'
import type { Prompt } from '../../chat/request.ts'
import { addUsage, noUsage } from '../../chat/usage.ts'
import { interleave } from '../interleave.ts'
import { choose, prefixesOf } from './choose.ts'
import { type Patience, waitFor } from './wait-for.ts'
import { keepProbing } from './probing.ts'
import { openReplica, type Replica, type ReplicaOptions, type TurnEnd, wordsOf } from './replica.ts'
import { pause, type Time } from './time.ts'
import { type Track, track } from './track.ts'

export interface PoolOptions {
  /** The model's id. */
  readonly name: string
  readonly replicas: readonly ReplicaOptions[]
  readonly patience: Patience
  /** Tokens: an answer that is read at its end, and may have no more, is asked for as a whole. */
  readonly wholeUpTo: number
  /** Whether an answer waits for a replica that has too much to do, or is refused as that replica refuses it. */
  readonly waits: boolean
  readonly time: Time
  readonly log: (line: PoolLogLine | HealthLogLine) => void
}

export interface PoolEngine extends Engine {
  /** How each of its engines stands, in the order of the options. */
  replicas(): readonly ReplicaState[]
}

/** An attempt that failed. Holds nothing that anybody said. */
export interface PoolLogLine {
  readonly model: string
  readonly replica: string
  readonly failure: FailureKind
  readonly cause: string
  /** What becomes of the answer: asked for anew, gone on with elsewhere, or given up. */
  readonly answer: 'asked for again' | 'goes on' | 'ends'
}

/** A replica that its probes have found dead, or alive again. */
export interface HealthLogLine {
  readonly model: string
  readonly replica: string
  readonly health: 'up' | 'down'
  readonly cause: string
}

/** Attempts in a row that may say nothing. */
const mostAttempts = 8
/** Milliseconds before a replica that failed is asked again, doubled each time; half of it is chance. */
const firstPause = 250
/** Milliseconds that a token of a whole answer may take. */
const slowestToken = 250
/** Milliseconds that an answer may wait in all for a replica that is in order. */
const longestWait = 30_000

/**
 * One model run by several engines. An answer that fails before anything was said of it is asked for again, elsewhere if
 * there is an elsewhere. One that fails later goes on elsewhere with the same text, and its caller sees one whole answer:
 * nothing twice, nothing missing, each token counted once. Where no engine can go on, it ends with the failure.
 * What cannot succeed is not tried again. Thought is given apart from text, whatever the engines do.
 */
export function poolEngine({
  name,
  patience,
  wholeUpTo,
  waits,
  time,
  log,
  ...options
}: PoolOptions): PoolEngine {
  const replicas = options.replicas.map((replica) => openReplica(replica, time))
  const closing = new AbortController()
  let pausing = 0
  for (const replica of replicas) {
    const changed = (failure: Failure | null) =>
      log({
        model: name,
        replica: replica.name,
        health: failure === null ? 'up' : 'down',
        cause: wordsOf(failure?.cause),
      })
    if (replica.probeEvery > 0) void keepProbing(replica, time, changed, closing.signal)
  }

  function answer(prompt: Prompt, signal: AbortSignal, notes: Notes = unnoted): AsyncIterable<Batch> {
    const isLong = prompt.reading === 'at its end' && prompt.answerLimit > wholeUpTo
    const asked: Prompt = isLong ? { ...prompt, reading: 'folded' } : prompt
    const tracks = Array.from({ length: prompt.choices }, (_, choice) => track(choice, asked, 'begins'))
    return follow({ prompt: asked, tracks, signal, notes }, null)
  }

  /** Asks one replica after the other until all tracks are whole. `lost`: what broke off, and where. */
  async function* follow(order: Order, lost: Lost | null): AsyncGenerator<Batch, void> {
    const { prompt, tracks, signal, notes } = order
    signal.throwIfAborted()
    const avoid = new Set<Replica>(lost === null ? [] : [lost.replica])
    /** Without those that cannot do what is asked. */
    let able = replicas
    const deadline = time.now() + longestWait
    const prefixes = replicas.length > 1 ? prefixesOf(prompt) : []
    for (let attempt = 1; ; attempt++) {
      const replica = await next({ able, prefixes, avoid, attempt, deadline, signal }).catch(
        (error: unknown) => {
          throwIfLeft(signal)
          // Whoever asks for an answer is told why it ended, not why it could not go on.
          throw lost?.failure ?? error
        },
      )
      const noted = notes.asked(replica.name)
      const turn = takeTurn(replica, order, prefixes, noted)
      const waiting = waitFor(patienceWith(prompt), time, signal)
      try {
        for await (const batch of replica.engine.answer(prompt, waiting.signal, noted)) {
          waiting.heard()
          const said = turn.take(batch)
          if (said.length > 0) yield said
          waiting.goesOn()
        }
        if (!tracks.every((one) => one.hasFinished())) throw brokenOff()
        return
      } catch (error) {
        throwIfLeft(signal)
        const failure = toFailure(error)
        waiting.over()
        turn.end(isCurable(failure) || failure.kind === 'internal' ? failure : 'left')
        const spoken = tracks.some((one) => one.hasSpoken())
        // What one server refuses another may still do, where it is the server's fault or a way to go on is sought.
        if (!isCurable(failure)) able = able.filter((other) => other !== replica)
        const curable = isCurable(failure) || lost !== null || failure.kind === 'internal'
        const hopeless = attempt >= mostAttempts || able.length === 0 || !curable
        note(replica, failure, spoken ? 'goes on' : hopeless ? 'ends' : 'asked for again', noted)
        if (spoken) return yield* goOn(order, { replica, failure })
        if (hopeless) throw lost?.failure ?? failure
        avoid.add(replica)
      } finally {
        waiting.over()
        turn.end('left')
        noted.ended('left', '', '')
      }
    }
  }

  /** What comes whole comes when its last token is there. */
  function patienceWith({ reading, answerLimit }: Prompt): Patience {
    const { firstEvent, nextEvent } = patience
    return { firstEvent: firstEvent + (reading === 'at its end' ? answerLimit * slowestToken : 0), nextEvent }
  }

  /** Why nobody waits for an answer any more, or no engine works on it. */
  function throwIfLeft(signal: AbortSignal): void {
    signal.throwIfAborted()
    if (closing.signal.aborted) throw stopping()
  }

  /** A replica's turn at the choices of an order. */
  function takeTurn(
    replica: Replica,
    { prompt, tracks }: Order,
    prefixes: readonly string[],
    noted: AttemptNotes,
  ) {
    const turn = replica.take(prompt.choices, prefixes)
    let usage = noUsage
    let state: 'waits' | 'begun' | 'over' = 'waits'

    /** Only the first end counts. */
    function end(outcome: TurnEnd): void {
      if (state !== 'over') turn.end(outcome, usage)
      state = 'over'
    }

    /** What is passed on of a batch. */
    function take(batch: Batch): Batch {
      if (state === 'waits') {
        turn.began()
        state = 'begun'
      }
      const said: ChatEvent[] = []
      for (const event of batch) {
        if (event.type === 'prompt' || event.type === 'uncounted') usage = addUsage(usage, event)
        tracks[event.choice]?.take(event, said)
      }
      // Its reader leaves with the last event, so that nothing may be left to do after it.
      if (tracks.every((one) => one.hasFinished())) {
        end('whole')
        noted.ended('whole', '', '')
      }
      return said
    }
    return { take, end }
  }

  /** Each choice that has not finished goes on by itself. */
  async function* goOn({ tracks, signal, notes }: Order, lost: Lost): AsyncGenerator<Batch, void> {
    if (!isCurable(lost.failure)) throw lost.failure
    const left = new AbortController()
    const leaving = AbortSignal.any([signal, left.signal])
    const unfinished = tracks.filter((one) => !one.hasFinished())
    const streams = unfinished.map((one) => {
      const rest = one.rest()
      if (rest === 'lost') throw lost.failure
      if (rest === 'over') return over(one.choice)
      return follow({ prompt: rest.prompt, tracks: [rest.track], signal: leaving, notes }, lost)
    })
    yield* interleave(streams, () => left.abort())
  }

  /** Whether the same engine may do better a moment later. */
  function isCurable({ kind }: Failure): boolean {
    return kind === 'engine-lost' || (waits && kind === 'overloaded')
  }

  /** The next replica to ask, after a pause where all that are in order have just failed. */
  async function next({ able, prefixes, avoid, attempt, deadline, signal }: Search): Promise<Replica> {
    for (;;) {
      const found = choose(able, prefixes, avoid, time.random)
      if (found !== null) return found
      avoid.clear()
      const asked = able.filter((replica) => !replica.isDraining())
      if (asked.length === 0) throw busy(null)
      const opens = Math.min(...asked.map((replica) => replica.closedFor()))
      const ms = opens > 0 ? opens : firstPause * 2 ** (attempt - 1) * (0.5 + time.random() / 2)
      if (time.now() + ms > deadline) throw busy(ms)
      pausing += 1
      await pause(ms, time, AbortSignal.any([signal, closing.signal])).finally(() => (pausing -= 1))
    }
  }

  function note(
    replica: Replica,
    { kind, cause }: Failure,
    answer: PoolLogLine['answer'],
    noted: AttemptNotes,
  ): void {
    const words = wordsOf(cause)
    noted.ended(kind, words, answer)
    log({ model: name, replica: replica.name, failure: kind, cause: words, answer })
  }

  /** Asked for again elsewhere where that may help, as an answer that has said nothing. */
  async function embed(
    request: EmbeddingRequest,
    signal: AbortSignal,
    notes: Notes = unnoted,
  ): Promise<Embeddings> {
    const avoid = new Set<Replica>()
    let able = replicas
    const deadline = time.now() + longestWait
    for (let attempt = 1; ; attempt++) {
      const replica = await next({ able, prefixes: [], avoid, attempt, deadline, signal }).catch(
        (error: unknown) => {
          throwIfLeft(signal)
          throw error
        },
      )
      const noted = notes.asked(replica.name)
      const turn = replica.take(1, [])
      const waiting = waitFor(patience, time, signal)
      try {
        const embeddings = await replica.engine.embed(request, waiting.signal, noted)
        turn.began()
        turn.end('whole', { ...noUsage, promptTokens: embeddings.tokens })
        noted.ended('whole', '', '')
        return embeddings
      } catch (error) {
        const failure = toFailure(error)
        const curable = isCurable(failure) || failure.kind === 'internal'
        turn.end(signal.aborted || closing.signal.aborted || !curable ? 'left' : failure, noUsage)
        throwIfLeft(signal)
        if (!isCurable(failure)) able = able.filter((other) => other !== replica)
        const hopeless = attempt >= mostAttempts || able.length === 0 || !curable
        note(replica, failure, hopeless ? 'ends' : 'asked for again', noted)
        if (hopeless) throw failure
        avoid.add(replica)
      } finally {
        waiting.over()
        noted.ended('left', '', '')
      }
    }
  }

  /** Any of them can tell; one that cannot tells nothing of the others. */
  async function count(prompt: Prompt, signal: AbortSignal): Promise<PromptTokens> {
    let failure: unknown = busy(null)
    for (const { engine } of replicas.toSorted((a, b) => a.closedFor() - b.closedFor())) {
      try {
        return await engine.count(prompt, signal)
      } catch (error) {
        signal.throwIfAborted()
        failure = error
      }
    }
    throw failure
  }

  return {
    answer,
    count,
    embed,
    state: () => stateOf(replicas, pausing),
    replicas: () => replicas.map((replica) => replica.report()),
    async close() {
      closing.abort()
      await Promise.all(replicas.map(({ engine }) => engine.close()))
    },
  }
}

/** Some choices of an answer that one replica is to give. */
interface Order {
  readonly prompt: Prompt
  /** By the number that the replica gives the choice. */
  readonly tracks: readonly Track[]
  readonly signal: AbortSignal
  readonly notes: Notes
}

/** What the next replica is sought by. `avoid`: those that have just failed. */
interface Search {
  readonly able: readonly Replica[]
  readonly prefixes: readonly string[]
  readonly avoid: Set<Replica>
  readonly attempt: number
  /** When to give up. */
  readonly deadline: number
  readonly signal: AbortSignal
}

interface Lost {
  readonly replica: Replica
  readonly failure: Failure
}

/** A choice whose limit was reached with the last token before it broke off. */
async function* over(choice: number): AsyncGenerator<Batch, void> {
  yield [{ type: 'finish', choice, reason: 'length' }]
}

function brokenOff(): Failure {
  return new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.')
}

function stopping(): Failure {
  return new Failure('overloaded', 'The server is stopping. Please try again later.')
}

function busy(retryAfter: number | null): Failure {
  return new Failure('overloaded', 'Model service overloaded. Please try again later.', { retryAfter })
}

/** Ready as soon as one of them is; failed when all have. */
function stateOf(replicas: readonly Replica[], pausing: number): EngineState {
  const states = replicas.map(({ engine }) => engine.state())
  const sum = (of: (state: EngineState) => number) => states.reduce((total, state) => total + of(state), 0)
  const best = (['ready', 'resting', 'starting', 'failed'] as const).find((status) =>
    states.some((state) => state.status === status),
  )
  return {
    status: best ?? 'failed',
    reason: best === 'failed' ? states.map(({ reason }) => reason).join(' ') : '',
    running: sum(({ running }) => running),
    waiting: sum(({ waiting }) => waiting) + pausing,
  }
}
