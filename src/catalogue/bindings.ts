import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { cacheTypes, flashAttentions, untuned } from '../chat/tuning.ts'
import {
  type Binding,
  type KeySource,
  type LlamaBinding,
  type Patience,
  type PoolBinding,
  type Replica,
  serverKinds,
  type UpstreamBinding,
} from './row.ts'

const closed = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const whole = Type.Integer({ minimum: 1 })
const seconds = Type.Number({ exclusiveMinimum: 0, maximum: 86_400 })
const autoOr = <T extends Type.TSchema>(schema: T) => Type.Union([Type.Literal('auto'), schema])

const llama = {
  kind: Type.Literal('llama'),
  file: text,
  template: Type.Optional(text),
  sequences: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
  threads: Type.Optional(autoOr(whole)),
  contextLength: Type.Optional(autoOr(whole)),
  cache: Type.Optional(Type.Union(cacheTypes.map((type) => Type.Literal(type)))),
  promptMemory: Type.Optional(autoOr(Type.Number({ minimum: 0, maximum: 1_000_000 }))),
  patience: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  flashAttention: Type.Optional(Type.Union(flashAttentions.map((one) => Type.Literal(one)))),
  gpuLayers: Type.Optional(autoOr(Type.Integer({ minimum: 0, maximum: 10_000 }))),
  adapters: Type.Optional(
    Type.Array(
      Type.Object({ file: text, scale: Type.Optional(Type.Number({ minimum: -100, maximum: 100 })) }, closed),
      { maxItems: 16 },
    ),
  ),
}

const patience = {
  wholeUpTo: Type.Optional(Type.Integer({ minimum: 0 })),
  firstTokenSeconds: Type.Optional(seconds),
  silenceSeconds: Type.Optional(seconds),
  probeSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
}

const hereOrThere = Type.Union([Type.Literal('auto'), Type.Literal('here'), Type.Literal('there')])

const upstream = {
  kind: Type.Literal('upstream'),
  server: Type.Union(serverKinds.map((kind) => Type.Literal(kind))),
  url: Type.String({ pattern: '^https?://[^/]' }),
  model: Type.Optional(text),
  key: Type.Optional(
    Type.Union([Type.Null(), Type.Object({ env: text }, closed), Type.Object({ file: text }, closed)]),
  ),
  budget: Type.Optional(hereOrThere),
  media: Type.Optional(hereOrThere),
  mediaHosts: Type.Optional(Type.Array(text)),
}

const share = {
  weight: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1000 })),
  most: Type.Optional(whole),
  rank: Type.Optional(Type.Integer({ minimum: 0 })),
  drain: Type.Optional(Type.Boolean()),
}

/** What a row may say of its engine. */
export const bindingSchema = Type.Union([
  Type.Object({ kind: Type.Literal('none') }, closed),
  Type.Object(llama, closed),
  Type.Object({ ...upstream, ...patience }, closed),
  Type.Object(
    {
      kind: Type.Literal('pool'),
      replicas: Type.Array(
        Type.Union([
          Type.Object({ ...llama, ...share }, closed),
          Type.Object({ ...upstream, ...share }, closed),
        ]),
        { minItems: 1 },
      ),
      ...patience,
    },
    closed,
  ),
])

type Said = Static<typeof bindingSchema>
type SaidOf<Kind extends Said['kind']> = Extract<Said, { kind: Kind }>

/** The same with every question answered. `id`: the model's; `folder`: where the files that it names are sought. */
export function readBinding(said: Said, id: string, folder: string): Binding {
  switch (said.kind) {
    case 'none':
      return said
    case 'llama':
      return readLlama(said, folder)
    case 'upstream':
      return { ...readPatience(said), ...readUpstream(said, id, folder) }
    case 'pool':
      return {
        ...readPatience(said),
        kind: 'pool',
        replicas: said.replicas.map((one) => readReplica(one, id, folder)),
      }
  }
}

function readReplica(said: SaidOf<'pool'>['replicas'][number], id: string, folder: string): Replica {
  const { weight = 1, most = 64, rank = 0, drain = false } = said
  const engine = said.kind === 'llama' ? readLlama(said, folder) : readUpstream(said, id, folder)
  return { ...engine, weight, most, rank, drain }
}

function readLlama(said: SaidOf<'llama'>, folder: string): LlamaBinding {
  return {
    kind: 'llama',
    file: resolve(folder, said.file),
    template: said.template ? resolve(folder, said.template) : '',
    sequences: said.sequences ?? 4,
    threads: said.threads ?? 'auto',
    contextLength: said.contextLength ?? 'auto',
    cache: said.cache ?? untuned.cache,
    promptMemory: said.promptMemory ?? untuned.promptMemory,
    patience: said.patience ?? untuned.patience,
    flashAttention: said.flashAttention ?? untuned.flashAttention,
    gpuLayers: said.gpuLayers ?? untuned.gpuLayers,
    adapters: (said.adapters ?? []).map(({ file, scale = 1 }) => ({ file: resolve(folder, file), scale })),
  }
}

/** Prompts of a hundred thousand tokens take minutes to read, and servers that are busy have them wait. */
const patient = { wholeUpTo: 1024, firstTokenSeconds: 300, silenceSeconds: 60, probeSeconds: 10 }

function readPatience(said: SaidOf<'upstream' | 'pool'>): Patience {
  return {
    wholeUpTo: said.wholeUpTo ?? patient.wholeUpTo,
    firstTokenSeconds: said.firstTokenSeconds ?? patient.firstTokenSeconds,
    silenceSeconds: said.silenceSeconds ?? patient.silenceSeconds,
    probeSeconds: said.probeSeconds ?? patient.probeSeconds,
  }
}

type SaidServer = Omit<SaidOf<'upstream'>, keyof Patience>

function readUpstream(said: SaidServer, id: string, folder: string): UpstreamBinding {
  return {
    kind: 'upstream',
    server: said.server,
    url: said.url,
    model: said.model ?? id,
    key: readKey(said.key ?? null, folder),
    budget: said.budget ?? 'auto',
    media: said.media ?? 'auto',
    mediaHosts: said.mediaHosts ?? [],
  }
}

function readKey(key: KeySource, folder: string): KeySource {
  return key !== null && 'file' in key ? { file: resolve(folder, key.file) } : key
}

/** A binding as a row would say it. */
export function sayBinding(binding: Binding): object {
  if (binding.kind === 'pool') return { ...binding, replicas: binding.replicas.map(sayOne) }
  return sayOne(binding)
}

function sayOne(binding: Exclude<Binding, PoolBinding> | Replica): object {
  if (binding.kind !== 'llama' || binding.template !== '') return binding
  const { template: _own, ...rest } = binding
  return rest
}
