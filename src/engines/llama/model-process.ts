import type { EngineState } from '../../chat/engine.ts'
import type { ChatEvent } from '../../chat/event.ts'
import { Failure, toFailure } from '../../chat/failure.ts'
import type { AnswererLoadOptions, EmbedderLoadOptions, FromProcess, Question, Task } from './messages.ts'
import { overflow } from './overflow.ts'
import { PendingQuestions } from './pending-questions.ts'
import type { ProcessHandle, ProcessListener } from './process-handle.ts'
import type { Claim } from './shares.ts'
import { lastOfMost, Shares } from './shares.ts'
import { Watchdog } from './watchdog.ts'

/** What the supervisor has to tell an operator. Never holds text of a request. */
export type EngineLogLine =
  | { readonly event: 'started'; readonly model: string; readonly pid: number; readonly ms: number }
  | { readonly event: 'exited'; readonly model: string; readonly pid: number; readonly reason: string }
  | { readonly event: 'restarting'; readonly model: string; readonly inMs: number }
  | { readonly event: 'failed'; readonly model: string; readonly reason: string }

export interface SupervisorOptions {
  readonly name: string
  readonly load: AnswererLoadOptions | EmbedderLoadOptions
  /** Most choices that wait for others to end. */
  readonly queue: number
  /** Milliseconds after which a request that still waits is refused. */
  readonly longestWait: number
  /** Milliseconds without a word of a process that has work to do, after which it is ended and started anew. */
  readonly longestSilence: number
  readonly log: (line: EngineLogLine) => void
  start(listener: ProcessListener): ProcessHandle
  now(): number
  /** Runs something later; gives what calls it off. */
  after(ms: number, run: () => void): () => void
}

interface Claimed extends Claim {
  readonly request: Request
}

export interface EmbeddedTexts {
  readonly vectors: readonly Float32Array[]
  /** Of all texts together. */
  readonly tokens: number
}

/** Where one answer goes. After `end` or `fail` nothing follows. */
export interface AnswerSink {
  event(event: ChatEvent): void
  end(): void
  fail(failure: Failure): void
}

interface Request {
  readonly id: number
  readonly task: Task
  readonly sink: AnswerSink
  /** Told whenever it is sent to a process. */
  readonly sending: () => void
  /** Choices that have not finished. */
  open: number
  sent: boolean
  /** Whether anything of its answer has come. */
  heard: boolean
  /** Whether a process has died under it already. */
  suspect: boolean
  /** Calls off that it is refused for having waited too long. */
  callOff(): void
}

const overloaded = 'Model service overloaded. Please try again later.'
const firstDelayMs = 100
const longestDelayMs = 5000
const healthyMs = 30_000
const mostFailedStarts = 3

/**
 * Keeps the process of one model alive and deals requests to it: at most `sequences` choices at once. The others wait here
 * for a while, and go in the order of `Shares`. A process that falls silent over its work is ended. When the process dies,
 * answers that have said something fail with `engine-lost`; the others are asked again of the next process, once, so that
 * a request which kills processes does not do so for ever. When it cannot load the model three times in a row it is not
 * started again.
 */
export class ModelProcess {
  readonly #options: SupervisorOptions
  /** Running and waiting, in order of arrival. */
  readonly #requests = new Map<number, Request>()
  readonly #shares = new Shares()
  readonly #questions = new PendingQuestions()
  readonly #watchdog: Watchdog
  #process: ProcessHandle | null = null
  #status: 'starting' | 'ready' | 'failed' | 'closed' = 'starting'
  /** Why it is not ready, for the operator. */
  #reason = ''
  /** Why the process is about to end: it could not load the model, or has fallen silent. */
  #complaint = ''
  #lastId = 0
  #failedStarts = 0
  #delayMs = firstDelayMs
  #startedAt = 0
  #callOff = (): void => {}

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#watchdog = new Watchdog({
      silence: options.longestSilence,
      isWorking: () => this.#load().running + this.#questions.size > 0,
      after: (ms, run) => options.after(ms, run),
      alarm: () => this.#endSilent(),
    })
    this.#start()
  }

  /** Takes a request in. Gives what ends it when nobody wants its answer any more. Throws `overloaded`. */
  ask(task: Task, sink: AnswerSink, sending = (): void => {}): () => void {
    this.#refuseForGood()
    const claims = this.#claims()
    this.#makeRoom(claims, task)
    this.#shares.arrive(task.caller, claims)
    const id = ++this.#lastId
    const callOff = (): void => {}
    const open = task.choices
    const request = { id, task, sink, sending, open, sent: false, heard: false, suspect: false, callOff }
    this.#requests.set(id, request)
    this.#limitWait(request)
    this.#deal()
    return () => this.#drop(request)
  }

  /** The tokens of a prompt in pieces. Does not wait for answers; fails with the process that it was sent to. */
  async count(prompt: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    signal.throwIfAborted()
    this.#refuseForGood()
    const id = ++this.#lastId
    const told = this.#question({ type: 'count', id, prompt }, signal)
    const callOff = this.#options.after(this.#options.longestWait, () =>
      this.#questions.reject(id, new Failure('overloaded', overloaded, { cause: this.#reason })),
    )
    const answer = await told.finally(callOff)
    return answer.type === 'counted' ? answer.tokens : []
  }

  /** The vectors of some texts, as llama.cpp gives them. Throws `overloaded`, as the queue is full, and `engine-lost`. */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts> {
    signal.throwIfAborted()
    this.#refuseForGood()
    if (this.#questions.size > this.#options.queue) throw new Failure('overloaded', overloaded)
    const answer = await this.#question({ type: 'embed', id: ++this.#lastId, texts }, signal)
    return answer.type === 'embedded' ? answer : { vectors: [], tokens: 0 }
  }

  #question(question: Question, signal: AbortSignal): Promise<FromProcess> {
    const answer = this.#questions.add(question, signal, () => {
      // A process that is not ready has not been asked.
      if (this.#status === 'ready') this.#process?.send({ type: 'abort', id: question.id })
    })
    if (this.#status === 'ready') this.#send(question)
    return answer
  }

  /**
   * Where too much would wait, whoever has the most waiting loses their last, so that nobody fills the queue for others.
   * That may be the one who comes. What comes alone is always taken.
   */
  #makeRoom(claims: readonly Claimed[], { caller, choices }: Task): void {
    const room = this.#options.load.sequences + this.#options.queue
    const waiting = claims.filter(({ request }) => !request.sent)
    const own = choices + placesOf(waiting.filter((claim) => claim.caller === caller))
    const refused: number[] = []
    for (let taken = placesOf(claims); taken > 0 && taken + choices > room;) {
      const last = lastOfMost(waiting, own)
      if (last === null) throw new Failure('overloaded', overloaded)
      waiting.splice(waiting.indexOf(last), 1)
      refused.push(last.request.id)
      taken -= last.places
    }
    for (const id of refused) this.#fail(id, new Failure('overloaded', overloaded))
  }

  #refuseForGood(): void {
    if (this.#status === 'failed' || this.#status === 'closed')
      throw new Failure('overloaded', overloaded, { cause: this.#reason })
  }

  #send(message: Question): void {
    this.#process?.send(message)
    this.#watchdog.start()
  }

  state(): EngineState {
    const status = this.#status === 'closed' ? 'failed' : this.#status
    const { running, waiting } = this.#load()
    return { status, reason: this.#reason, running: running + this.#questions.size, waiting }
  }

  async close(): Promise<void> {
    this.#callOff()
    this.#giveUp('closed', 'The model was closed.')
    await this.#process?.stop()
  }

  #load(): { running: number; waiting: number } {
    return { running: placesOf(this.#claims(true)), waiting: placesOf(this.#claims(false)) }
  }

  /** What callers have here, in order of arrival: of the process, or waiting for it, or both. */
  #claims(sent?: boolean): Claimed[] {
    const all = Array.from(this.#requests.values(), (request) => {
      return { request, caller: request.task.caller, places: request.open }
    })
    return sent === undefined ? all : all.filter(({ request }) => request.sent === sent)
  }

  #deal(): void {
    if (this.#status !== 'ready') return
    for (;;) {
      const placed = this.#claims(true)
      const next = this.#shares.next(this.#claims(false), placed)
      // It is waited for, also by smaller ones that would find room: they would come before it for ever.
      if (next === null || !this.#hasRoom(next, placed)) return
      const { request } = next
      request.sent = true
      request.callOff()
      request.sending()
      this.#process?.send({ type: 'answer', id: request.id, task: request.task })
      this.#watchdog.start()
    }
  }

  /**
   * A request with more choices than there are sequences is sent alone, and would keep others out until its last ones
   * run: beside it a request of each other caller is sent, as long as there are not too many, and the process shares its
   * sequences out among them.
   */
  #hasRoom({ caller, places }: Claim, placed: readonly Claim[]): boolean {
    const { sequences } = this.#options.load
    const running = placesOf(placed)
    if (running === 0 || running + places <= sequences) return true
    return running > sequences && placed.length < sequences && placed.every((one) => one.caller !== caller)
  }

  #limitWait(request: Request): void {
    const { longestWait } = this.#options
    request.callOff = this.#options.after(longestWait, () => {
      const cause = `The request waited ${longestWait / 1000} s. ${this.#reason}`.trim()
      this.#fail(request.id, new Failure('overloaded', overloaded, { cause }))
      // It may have been a large one that held up smaller ones.
      this.#deal()
    })
  }

  #drop(request: Request): void {
    if (!this.#requests.delete(request.id)) return
    request.callOff()
    if (request.sent) this.#process?.send({ type: 'abort', id: request.id })
    this.#deal()
  }

  #start(): void {
    this.#status = 'starting'
    this.#complaint = ''
    this.#startedAt = this.#options.now()
    this.#process = this.#options.start({
      message: (message) => this.#hear(message),
      exit: (how, lines) => this.#exited(how, lines),
    })
    this.#process.send({ type: 'load', options: this.#options.load })
  }

  #hear(message: FromProcess): void {
    this.#watchdog.heard()
    switch (message.type) {
      case 'ready':
        return this.#ready()
      case 'load-failed':
        this.#complaint = message.reason
        return
      case 'too-long':
        this.#fail(message.id, overflow(message.tokens, message.leastRoom, message.window))
        this.#questions.reject(message.id, overflow(message.tokens, 0, message.window, 'input'))
        return this.#deal()
      case 'refused':
        this.#fail(message.id, toFailure(new Error(message.reason)))
        return this.#deal()
      case 'counted':
      case 'embedded':
        return this.#questions.resolve(message.id, message)
      case 'alive':
        return
      case 'said':
        for (const { id, event } of message.said) this.#say(id, event)
        return this.#deal()
    }
  }

  #ready(): void {
    if (this.#status === 'closed') return
    const now = this.#options.now()
    const { name, log } = this.#options
    log({
      event: 'started',
      model: name,
      pid: this.#process?.pid ?? 0,
      ms: Math.round(now - this.#startedAt),
    })
    this.#status = 'ready'
    this.#reason = ''
    this.#failedStarts = 0
    this.#startedAt = now
    for (const question of this.#questions.all()) this.#send(question)
    this.#deal()
  }

  #say(id: number, event: ChatEvent): void {
    const request = this.#requests.get(id)
    if (request === undefined) return
    request.heard = true
    this.#shares.note(request.task.caller, tokensOf(event))
    if (event.type === 'finish') request.open -= 1
    if (request.open === 0) this.#requests.delete(id)
    request.sink.event(event)
    if (request.open === 0) request.sink.end()
  }

  #fail(id: number, failure: Failure): void {
    const request = this.#requests.get(id)
    if (request === undefined) return
    this.#requests.delete(id)
    request.callOff()
    request.sink.fail(failure)
  }

  #exited(how: string, lines: readonly string[]): void {
    const wasReady = this.#status === 'ready'
    const reason = [this.#complaint, `The model's process ended (${how}).`, ...complaints(lines)]
      .join(' ')
      .trim()
    const { name, log } = this.#options
    log({ event: 'exited', model: name, pid: this.#process?.pid ?? 0, reason })
    this.#process = null
    this.#watchdog.stop()
    if (this.#status === 'closed') return
    if (wasReady && this.#options.now() - this.#startedAt >= healthyMs) this.#delayMs = firstDelayMs
    if (!wasReady) this.#failedStarts += 1
    this.#reason = reason
    this.#status = 'starting'
    if (wasReady) this.#questions.rejectAll(lost(reason))
    this.#loseAnswers(reason)
    if (this.#failedStarts < mostFailedStarts) return this.#restart()
    log({ event: 'failed', model: name, reason })
    this.#giveUp('failed', reason)
  }

  #loseAnswers(reason: string): void {
    for (const request of this.#requests.values()) {
      if (!request.sent) continue
      if (request.heard || request.suspect) {
        this.#fail(request.id, lost(reason))
        continue
      }
      Object.assign(request, { sent: false, suspect: true })
      this.#limitWait(request)
    }
  }

  #endSilent(): void {
    this.#complaint = `It took no step for ${this.#options.longestSilence / 1000} s.`
    this.#process?.kill()
  }

  #restart(): void {
    const inMs = this.#delayMs
    this.#delayMs = Math.min(longestDelayMs, inMs * 2)
    this.#options.log({ event: 'restarting', model: this.#options.name, inMs })
    this.#callOff = this.#options.after(inMs, () => this.#start())
  }

  #giveUp(status: 'failed' | 'closed', reason: string): void {
    this.#status = status
    this.#reason = reason
    const failure = new Failure('overloaded', overloaded, { cause: reason })
    this.#questions.rejectAll(failure)
    for (const id of this.#requests.keys()) this.#fail(id, failure)
  }
}

function placesOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { places }) => sum + places, 0)
}

/** What an event says that its caller was given, a prompt of several choices once. */
function tokensOf(event: ChatEvent): number {
  if (event.type === 'text') return event.tokens
  return event.type === 'prompt' && event.choice === 0 ? event.tokens - event.cached : 0
}

function lost(reason: string): Failure {
  const text = "The model's process ended before the answer was complete. Please try again."
  return new Failure('engine-lost', text, { cause: reason })
}

/**
 * The last lines in which llama.cpp says what is wrong, among the many in which it says what is right. A full cache is no
 * fault: the step loop makes room and tries again.
 */
function complaints(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => /error|fail|cannot|invalid|unable|assert|missing|unknown/i.test(line))
    .filter((line) => !line.includes('failed to find a memory slot'))
    .slice(-3)
}
