import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname } from 'node:path'
import { openCatalogue } from './catalogue/catalogue.ts'
import { type RowFile, readRows } from './catalogue/read-rows.ts'
import { rowOfFile } from './catalogue/row-of-file.ts'
import type {
  Binding,
  KeySource,
  LlamaBinding,
  PoolBinding,
  Replica,
  Row,
  UpstreamBinding,
} from './catalogue/row.ts'
import type { Engine, EngineState } from './chat/engine.ts'
import type { EngineReport, ReplicaState } from './chat/replica-state.ts'
import { Failure, notFound } from './chat/failure.ts'
import { onlineLife } from './chat/life.ts'
import type { Limit, Model } from './chat/model.ts'
import { tuningOf, untuned } from './chat/tuning.ts'
import { showBytes } from './chat/show-bytes.ts'
import { checkCache } from './engines/llama/cache-types.ts'
import { defaultThreads } from './engines/llama/describe.ts'
import { llamaEmbedder } from './engines/llama/llama-embedder.ts'
import { llamaEngine } from './engines/llama/llama-engine.ts'
import {
  type MemoryPlan,
  planEmbedder,
  planMemory,
  totalOf,
  widestWindow,
} from './engines/llama/memory-plan.ts'
import { type EmbeddingFile, type ModelFile, readModelFile } from './engines/llama/model-file.ts'
import { createPromptWriter } from './engines/llama/prompt-text.ts'
import { type PoolEngine, poolEngine } from './engines/pool/pool-engine.ts'
import { openResidence } from './engines/residence.ts'
import { fetcherFor } from './engines/upstream/fetch-media.ts'
import { upstreamEngine } from './engines/upstream/upstream-engine.ts'
import { readPulled } from './hub/pulled.ts'
import { type ModelSource, pulledList, type Settings } from './settings.ts'

/** Every model of the catalogue, and the engines of those that are run. */
export interface Models {
  /** As the catalogue was last read. */
  rows(): readonly Row[]
  /** Throws `model-disabled` for a model that nothing runs. */
  find(id: string): Model | undefined
  engineOf(model: Model): Engine
  /** By the model's id. */
  states(): ReadonlyMap<string, EngineState>
  /** Every model that is run here, with each of its engines. */
  engines(): readonly EngineReport[]
  /**
   * Has a replica be asked for nothing new, or again for what comes; what it has begun it ends in any case. Holds until
   * the server stops, whatever the row says. Throws `not-found`.
   */
  drain(id: string, wanted: boolean): ReplicaState
  /**
   * Reads the catalogue anew. Engines whose binding is the same go on; one that is no longer wanted answers what it has
   * begun before it is closed. Throws a `Failure`, and changes nothing, where anything in the catalogue is wrong.
   */
  reload(): void
  close(): Promise<void>
}

/** The share of the machine's memory that models may take unless told otherwise. */
const shareOfMemory = 0.8

/** The widest window that a model gets unless told otherwise: wider ones cost memory that most chats never use. */
const widestByDefault = 16_384

/** Below this many tokens a window is of no use; a model that lacks the memory for it is refused. */
const narrowest = 512

/** The widest window of a model that turns texts into vectors, which is read at once and has memory for all of it. */
const widestOfVectors = 2048

/** A day, for engines that are watched by somebody else. */
const untiring = { wholeUpTo: 0, firstTokenSeconds: 86_400, silenceSeconds: 86_400, probeSeconds: 0 }

interface Running {
  /** Tells whether a row still wants this very engine. */
  readonly binding: string
  readonly engine: PoolEngine
}

/** What engines take from the world around them. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** A number in [0, 1). */
  readonly random: () => number
  readonly newId: () => string
  /** One line for the operator, without a key or anything that was said. */
  readonly log: (line: object) => void
}

/** Reads the catalogue and opens its engines. Throws a `Failure` that says what is wrong with it. */
export function openModels(settings: Settings, { clock, random, newId, log }: Surroundings): Models {
  let rows: readonly Row[] = []
  let running: ReadonlyMap<string, Running> = new Map()
  /** By the ids of replicas: what the rows say, and what was said since. */
  let drainedByRow: ReadonlySet<string> = new Set()
  const drained = new Map<string, boolean>()
  const leaving = new Map<Engine, NodeJS.Timeout>()
  const time = {
    now: () => performance.now(),
    after: (ms: number, run: () => void) => {
      const timer = setTimeout(run, ms).unref()
      return () => clearTimeout(timer)
    },
    random,
  }
  const residence = openResidence({
    bytes: memoryFor(settings),
    idle: settings.idleMinutes * 60_000,
    now: time.now,
    after: time.after,
  })

  function reload(): void {
    const read = readCatalogue(settings)
    const opened = openEngines(read, running)
    const kept = new Set([...opened.values()].map(({ engine }) => engine))
    for (const { engine } of running.values()) if (!kept.has(engine)) leave(engine)
    rows = read
    running = opened
    drainedByRow = drainedOf(read)
  }

  function openEngines(read: readonly Row[], before: typeof running): typeof running {
    const fresh: Engine[] = []
    try {
      return new Map(
        read.flatMap(({ model, engine: bound }): [string, Running][] => {
          if (bound.kind === 'none') return []
          const binding = bindingOf(bound, model)
          const known = before.get(model.id)
          if (known?.binding === binding) return [[model.id, known]]
          const engine = openPool(model, asPool(bound))
          fresh.push(engine)
          return [[model.id, { binding, engine }]]
        }),
      )
    } catch (error) {
      for (const engine of fresh) void engine.close()
      throw error
    }
  }

  function openPool(model: Model, { replicas, wholeUpTo, waits, ...patience }: Pooled): PoolEngine {
    const ids = replicaIds(model, replicas)
    return poolEngine({
      name: model.id,
      replicas: replicas.map((bound, index) => {
        const { weight, most, rank } = bound
        const id = ids[index] ?? ''
        const share = { id, weight, most, rank, isDraining: () => drained.get(id) ?? drainedByRow.has(id) }
        return bound.kind === 'llama'
          ? { ...share, ...hostLlama(model, bound) }
          : { ...share, ...openUpstream(model, bound), probeEvery: patience.probeSeconds * 1000 }
      }),
      patience: { firstEvent: patience.firstTokenSeconds * 1000, nextEvent: patience.silenceSeconds * 1000 },
      wholeUpTo,
      waits,
      time,
      log,
    })
  }

  function openUpstream({ id }: Model, bound: UpstreamBinding) {
    const { server, url, model, budget } = bound
    const key = readKey(id, bound.key, settings.environment)
    const media = fetcherFor(server, bound.media, bound.mediaHosts)
    const engine = upstreamEngine({ name: id, server, url, model, key, budget, media, newId, clock, log })
    return {
      name: url,
      kind: server,
      memory: 0,
      engine,
      probe: (signal: AbortSignal) => engine.probe(signal),
    }
  }

  /** Loaded when it is asked for; what cannot be used or can never fit is refused now. */
  function hostLlama(model: Model, bound: LlamaBinding) {
    const { id, contextLength } = model
    const { file, sequences, threads } = bound
    const facts = readModelFile(file, bound.adapters)
    if (facts.embedding !== null) return hostEmbedder(model, bound, facts, facts.embedding)
    if (model.embedding !== null) throw unfit(id, 'its file is that of a model that answers')
    const template = bound.template === '' ? facts.template : readText(bound.template)
    checkCache(id, facts, bound)
    const plan = planMemory(facts, { ...bound, contextLength })
    refuseTooLarge(id, plan, contextLength, memoryFor(settings))
    const options = {
      name: id,
      file,
      template,
      contextLength,
      sequences,
      threads: threads === 'auto' ? defaultThreads(facts) : threads,
      queue: settings.queue,
      log,
      ...tuningOf(bound),
    }
    createPromptWriter(facts, template)
    return hosted(id, file, totalOf(plan), () => llamaEngine(options))
  }

  function hostEmbedder(
    { id, contextLength, embedding }: Model,
    bound: LlamaBinding,
    facts: ModelFile,
    own: EmbeddingFile,
  ) {
    if (embedding?.dimensions !== own.dimensions)
      throw unfit(id, `its file makes vectors of ${own.dimensions} numbers, and its row says otherwise`)
    if (bound.promptMemory !== 'auto')
      throw unfit(
        id,
        'its engine has a promptMemory, and a model that makes vectors keeps nothing of earlier texts',
      )
    const { file, threads } = bound
    checkCache(id, facts, bound)
    const plan = planEmbedder(facts, { ...bound, contextLength })
    refuseTooLarge(id, plan, contextLength, memoryFor(settings))
    const options = {
      name: id,
      file,
      contextLength,
      threads: threads === 'auto' ? defaultThreads(facts) : threads,
      queue: settings.queue,
      log,
      ...tuningOf(bound),
    }
    return hosted(id, file, totalOf(plan), () => llamaEmbedder(options, own))
  }

  function hosted(id: string, name: string, memory: number, open: () => Engine) {
    const engine = residence.host(id, memory, open)
    // Its process has a watchdog of its own.
    return { name, kind: 'llama', memory, engine, probe: () => Promise.resolve(), probeEvery: 0 } as const
  }

  /** Closes the engine once it is at rest. Whoever found it a moment ago has begun by the first look. */
  function leave(engine: Engine): void {
    const look = () => {
      const state = engine.state()
      if (state.running + state.waiting > 0) return
      clearInterval(leaving.get(engine))
      leaving.delete(engine)
      void engine.close()
    }
    leaving.set(engine, setInterval(look, 1000).unref())
  }

  const engines = () =>
    [...running].map(([model, { engine }]) => {
      return { model, state: engine.state(), replicas: engine.replicas() }
    })

  reload()
  return {
    rows: () => rows,
    find(id) {
      const row = rows.find(({ model }) => model.id === id)
      if (row && row.engine.kind === 'none' && row.model.standIn === '')
        throw new Failure(
          'model-disabled',
          'Model disabled. It is in the catalogue, and no engine here runs it.',
          {
            field: 'model',
          },
        )
      return row?.model
    },
    engineOf({ id, standIn }) {
      const found = running.get(standIn === '' ? id : standIn)
      // A row that was dropped while its request was read.
      if (found === undefined)
        throw new Failure('overloaded', 'The model has just been taken away. Please try again.')
      return found.engine
    },
    states: () => new Map([...running].map(([id, { engine }]) => [id, engine.state()])),
    engines,
    drain(id, wanted) {
      const find = () => engines().flatMap(({ replicas }) => replicas.filter((one) => one.id === id))
      if (find().length > 0) drained.set(id, wanted)
      const [found] = find()
      if (found === undefined) throw notFound('replica', id)
      return found
    },
    reload,
    async close() {
      for (const timer of leaving.values()) clearInterval(timer)
      const engines = [...[...running.values()].map(({ engine }) => engine), ...leaving.keys()]
      await Promise.all(engines.map((engine) => engine.close()))
    },
  }
}

type Pooled = Omit<PoolBinding, 'kind'> & { readonly waits: boolean }

/** Also what is bound to a single engine: the pool is what tries again and goes on. */
function asPool(bound: Exclude<Binding, { kind: 'none' }>): Pooled {
  const alone = { weight: 1, most: 64, rank: 0, drain: false }
  switch (bound.kind) {
    case 'llama':
      // It has a queue and a watchdog of its own.
      return { ...untiring, replicas: [{ ...bound, ...alone }], waits: false }
    case 'upstream':
      return { ...bound, replicas: [{ ...bound, ...alone }], waits: true }
    case 'pool':
      return { ...bound, waits: true }
  }
}

/** Short names that stay the same as long as an engine has its model and its address. */
function replicaIds({ id }: Model, replicas: readonly Replica[]): readonly string[] {
  const names = replicas.map((one) => (one.kind === 'llama' ? one.file : one.url))
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length
    return hash('sha1', JSON.stringify([id, name, before])).slice(0, 12)
  })
}

function drainedOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap(({ model, engine }) => {
      if (engine.kind !== 'pool') return []
      return replicaIds(model, engine.replicas).filter((_, index) => engine.replicas[index]?.drain)
    }),
  )
}

/** Tells whether an engine is still the one that a row wants; whether it is drained makes no other of it. */
function bindingOf(bound: Binding, { contextLength }: Model): string {
  return JSON.stringify([bound, contextLength], (name, value: unknown) =>
    name === 'drain' ? undefined : value,
  )
}

/** The key that a row names. Throws where it is not to be found, without a word of what is there. */
export function readKey(id: string, key: KeySource, environment: Settings['environment']): string {
  if (key === null) return ''
  const found = 'env' in key ? environment[key.env] : readText(key.file).trim()
  if (found) return found
  const place = 'env' in key ? `the variable ${key.env}` : key.file
  throw new Failure('invalid-request', `The key for ${id} is missing: there is nothing in ${place}.`)
}

/** Bytes that all loaded models may take together. */
export function memoryFor({ memory }: Settings): number {
  if (memory !== 'auto') return memory * 1e9
  // What a container may have, where this is one.
  const limit = process.constrainedMemory()
  return shareOfMemory * (limit > 0 ? Math.min(limit, totalmem()) : totalmem())
}

function unfit(id: string, why: string): Failure {
  return new Failure('invalid-request', `${id} cannot be run: ${why}.`)
}

function refuseTooLarge(id: string, plan: MemoryPlan, window: number, bytes: number): void {
  if (totalOf(plan) <= bytes) return
  const [all, weights, cache, shelf, room] = [totalOf(plan), plan.weights, plan.cache, plan.shelf, bytes].map(
    showBytes,
  )
  throw new Failure(
    'internal',
    `${id} takes ${all} of memory (weights ${weights}, KV cache ${cache} for a window of ${window} tokens, earlier prompts ${shelf}), and models may take ${room}. Give it a smaller contextLength or promptMemory, or raise memory.`,
  )
}

/** The files that `readCatalogue` reads rows from. */
export function rowFiles(settings: Settings): readonly string[] {
  const own = settings.models.flatMap((source) => (source.kind === 'rows' ? [source.file] : []))
  return [...own, pulledList(settings), ...settings.bundledRows]
}

/** Every model of the catalogue, read, checked and bound to its file, but not loaded. */
export function readCatalogue(settings: Settings): readonly Row[] {
  const below = settings.bundledRows.flatMap((file) => readRows(rowFile(file, '')))
  const pulled = readPulled(pulledList(settings))
  const own = [
    ...settings.models.flatMap((source) => rowsOf(source, below)),
    ...pulled.map(({ id, file }) => rowOfGguf(id, file, below)),
  ]
  const rows = openCatalogue(own, below)
    .all()
    .map((row) => withSettings(row, settings))
  return settings.standIn === '' ? rows : withStandIn(rows, settings.standIn)
}

function rowFile(file: string, field: string): RowFile {
  return { name: file, text: readText(file), folder: dirname(file), field }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure('internal', `${file} cannot be read.`, { cause: error })
  }
}

function rowsOf(source: ModelSource, below: readonly Row[]): readonly Row[] {
  if (source.kind === 'rows') return readRows(rowFile(source.file, source.field), below)
  return [rowOfGguf(source.name, source.file, below)]
}

function rowOfGguf(name: string, file: string, below: readonly Row[]): Row {
  const known = below.find(({ model }) => model.id === name)
  const engine = {
    kind: 'llama',
    file,
    template: '',
    sequences: 4,
    threads: 'auto',
    contextLength: 'auto',
    ...untuned,
  } as const
  return known
    ? { ...known, engine }
    : { model: rowOfFile(name, readModelFile(file)), engine, life: onlineLife }
}

/** What the operator says of all models; and no promise that the window a model is run with cannot keep. */
function withSettings(row: Row, settings: Settings): Row {
  const { model, engine } = row
  const windows = embeddedIn(engine).map((bound) => windowOf(bound, settings))
  if (windows.length === 0) return row
  const window = Math.min(model.contextLength, ...windows)
  const bound =
    engine.kind === 'pool'
      ? { ...engine, replicas: engine.replicas.map((one) => boundWith(one, settings)) }
      : boundWith(engine, settings)
  return {
    ...row,
    model: { ...model, contextLength: window, answerLimit: within(model.answerLimit, window) },
    engine: bound,
  }
}

/** What of a binding is run here. */
function embeddedIn(engine: Binding): readonly LlamaBinding[] {
  const parts: readonly (Binding | Replica)[] = engine.kind === 'pool' ? engine.replicas : [engine]
  return parts.flatMap((part) => (part.kind === 'llama' ? [part] : []))
}

function windowOf(bound: LlamaBinding, settings: Settings): number {
  const wanted = bound.contextLength === 'auto' ? settings.contextLength : bound.contextLength
  return wanted === 'auto' ? widestFor(bound, settings) : wanted
}

function boundWith<One extends Binding | Replica>(one: One, { sequences, threads }: Settings): One {
  if (one.kind !== 'llama') return one
  return {
    ...one,
    sequences: sequences === 'auto' ? one.sequences : sequences,
    threads: threads === 'auto' ? one.threads : threads,
  }
}

/** As wide as the file's own, a sensible size and the memory allow. */
function widestFor({ file, cache, adapters }: LlamaBinding, settings: Settings): number {
  const facts = readModelFile(file, adapters)
  if (facts.embedding !== null) return Math.min(facts.contextLength, widestOfVectors)
  const fits = widestWindow(facts, memoryFor(settings), cache)
  return Math.min(facts.contextLength, widestByDefault, Math.max(fits, narrowest))
}

function within({ byDefault, max }: Limit, window: number): Limit {
  return { byDefault: Math.min(byDefault, window), max: Math.min(max, window) }
}

/** Has one model answer for all that nothing runs: by their rules, in its own dialect. */
function withStandIn(rows: readonly Row[], id: string): readonly Row[] {
  const able = rows.filter(({ model, engine }) => model.embedding === null && engine.kind !== 'none')
  const standIn = able.find(({ model }) => model.id === id)?.model
  if (standIn === undefined) {
    const ids = able.map(({ model }) => model.id)
    throw new Failure('invalid-request', `'${id}' cannot stand in: it must be one of ${ids.join(', ')}.`)
  }
  const { dialect, switches } = standIn
  return rows.map((row) =>
    row.engine.kind === 'none' && row.model.embedding === null
      ? { ...row, model: { ...row.model, dialect, switches, standIn: id } }
      : row,
  )
}
