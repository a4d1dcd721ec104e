import type { EmbeddingRequest, Embeddings } from './chat/embedding.ts'
import type { Engine, PromptTokens } from './chat/engine.ts'
import type { Batch, FinishReason } from './chat/event.ts'
import { toFailure } from './chat/failure.ts'
import { type Arrival, type Caller, checkModel, type Gate, type Outcome, type Ticket } from './chat/gate.ts'
import type { Standing } from './chat/limits.ts'
import type { Model } from './chat/model.ts'
import { plainPrompt } from './chat/plain-prompt.ts'
import type { ChatRequest, Prompt } from './chat/request.ts'
import { through, type Through } from './chat/through.ts'
import { addUsage, noUsage } from './chat/usage.ts'
import { decode } from './decode/decode.ts'

/** What the journey of a request passes through. */
export interface Journey {
  readonly gate: Gate
  readonly engineOf: (model: Model) => Engine
  readonly newId: () => string
}

export interface Answer {
  readonly batches: AsyncIterable<Batch>
  /** How the caller's limits stood when the request was let in. */
  readonly standings: readonly Standing[]
}

/**
 * The journey of one request: admit, answer, decode, settle. Resolves when the first events are in hand, so that whatever
 * fails before it can still be an HTTP status; rejects with a `Failure` or with the signal's reason.
 * Whoever takes the batches must read them to the end or return their iterator: that settles the ticket and frees the
 * engine.
 */
export async function complete(
  journey: Journey,
  caller: Caller,
  request: ChatRequest,
  arrival: Arrival,
  signal: AbortSignal,
): Promise<Answer> {
  // Before the ticket: whatever is thrown between the two would leave it unsettled.
  const engine = journey.engineOf(request.model)
  const ticket = await journey.gate.admit(caller, request, arrival)
  const said = engine.answer(promptOf(request, caller), signal, ticket.notes)
  const batches = await started(settled(decode(said, request, journey.newId), ticket, signal))
  return { batches, standings: ticket.standings }
}

/** Stop texts, and a second call where there may be one alone, end an answer before its engine does. */
function promptOf(request: ChatRequest, { accountId }: Caller): Prompt {
  const isCut = request.stop.length > 0 || (request.tools.mode !== 'none' && !request.parallelCalls)
  const reading = request.reply.kind === 'whole' && !isCut ? 'at its end' : 'as it comes'
  return { ...request, caller: accountId, reading }
}

/** Vectors, and how the caller's limits stood when the request was let in. */
export interface EmbeddingsAnswer {
  readonly embeddings: Embeddings
  readonly standings: readonly Standing[]
}

/** The journey of a request for vectors: admitted as one that has nothing generated. Throws as `complete` does. */
export async function embed(
  journey: Journey,
  caller: Caller,
  request: EmbeddingRequest,
  arrival: Arrival,
  signal: AbortSignal,
): Promise<EmbeddingsAnswer> {
  const engine = journey.engineOf(request.model)
  const ticket = await journey.gate.admit(caller, asChatRequest(request), arrival)
  let usage = noUsage
  let outcome: Outcome = { kind: 'abandoned' }
  try {
    const embeddings = await engine.embed(request, signal, ticket.notes)
    usage = { ...noUsage, promptTokens: embeddings.tokens }
    ticket.counted(embeddings.tokens)
    outcome = { kind: 'finished', reasons: [] }
    return { embeddings, standings: ticket.standings }
  } catch (error) {
    if (!signal.aborted) outcome = { kind: 'failed', failure: toFailure(error) }
    throw error
  } finally {
    ticket.settle(outcome, usage)
  }
}

/** As a gate looks at it. */
function asChatRequest({ model, texts }: EmbeddingRequest): ChatRequest {
  return {
    ...plainPrompt(model, '', 0),
    messages: texts.map((text) => ({ role: 'user', parts: [{ type: 'text', text }] })),
    stop: [],
    reply: { kind: 'whole' },
  }
}

/** The tokens of the request's prompt. Nothing is generated, and nothing is counted against the account. */
export async function count(
  { engineOf }: Journey,
  caller: Caller,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<PromptTokens> {
  checkModel(caller, request.model)
  return engineOf(request.model).count(promptOf(request, caller), signal)
}

/** The same batches, and the ticket settled once however they end. */
function settled(batches: AsyncIterable<Batch>, ticket: Ticket, signal: AbortSignal): Through<Batch> {
  let usage = noUsage
  const reasons: FinishReason[] = []
  let counted = false
  return through(batches, {
    take(batch) {
      const before = usage.completionTokens
      for (const event of batch) {
        usage = addUsage(usage, event)
        if (!counted) ticket.counted(usage.promptTokens)
        counted = true
        ticket.said(event)
        if (event.type === 'finish') reasons[event.choice] = event.reason
      }
      if (before === 0 && usage.completionTokens > 0) ticket.began()
      return batch
    },
    isWhole: () => false,
    over(how) {
      if (how.kind === 'ended') ticket.settle({ kind: 'finished', reasons }, usage)
      else if (how.kind === 'left' || signal.aborted) ticket.settle({ kind: 'abandoned' }, usage)
      else ticket.settle({ kind: 'failed', failure: toFailure(how.error) }, usage)
    },
  })
}

/** The same batches with the first one already made. */
async function started(batches: Through<Batch>): Promise<AsyncIterable<Batch>> {
  const first = await batches.next()
  let taken = false
  const iterator: AsyncIterator<Batch, void> = {
    next() {
      if (taken) return batches.next()
      taken = true
      return Promise.resolve(first)
    },
    return: () => batches.return(),
  }
  return { [Symbol.asyncIterator]: () => iterator }
}
