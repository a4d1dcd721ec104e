import { Failure } from '../../chat/failure.ts'
import type { Adapter } from '../../chat/tuning.ts'
import { readAdapter } from './adapter-file.ts'
import type { GgufHeader, GgufValue } from './gguf.ts'
import { readGguf } from './gguf.ts'
import { checkTensors, elements } from './tensors.ts'

/** What a GGUF file says of the model inside, read without touching the weights. */
export interface ModelFile {
  readonly architecture: string
  readonly name: string
  /** Tokens that the model was trained to see at once. */
  readonly contextLength: number
  /** The chat template as Jinja source; empty where the file has none. */
  readonly template: string
  readonly layers: number
  readonly parameters: number
  /** Of the file and its adapters. */
  readonly sizeBytes: number
  /** llama.cpp's number for how most weights are stored (`general.file_type`), or null. */
  readonly fileType: number | null
  /** The numbers that one token takes in a KV cache, and the sizes of the heads that they are of: keys', values'. */
  readonly cell: { readonly numbers: number; readonly heads: readonly number[] }
  /** How many tokens the model knows. */
  readonly vocabulary: number
  /** Texts that the tokenizer reads as one special token wherever they stand. */
  readonly specials: readonly string[]
  /** For a model that turns texts into vectors; null for one that writes. */
  readonly embedding: EmbeddingFile | null
  /** Text of the token that begins a sequence, and of the one that ends it; empty where there is none. */
  readonly bos: string
  readonly eos: string
}

export interface EmbeddingFile {
  /** Numbers of a vector. */
  readonly dimensions: number
  /** llama.cpp's number for how a text's vector is made of those of its tokens (`llama_pooling_type`). */
  readonly pooling: number
}

/**
 * Reads and checks the header of a GGUF file, and those of the adapters that are to change it. Throws a `Failure` of kind `internal` that names the file and the reason:
 * unreadable, not GGUF, cut short, or with numbers that would abort llama.cpp instead of being refused by it.
 */
export function readModelFile(path: string, adapters: readonly Adapter[] = []): ModelFile {
  const [header, file] = readModel(path)
  const bytes = adapters.map((adapter) => readAdapter(adapter, path, header))
  return { ...file, sizeBytes: bytes.reduce((sum, each) => sum + each, file.sizeBytes) }
}

function readModel(path: string): [GgufHeader, ModelFile] {
  try {
    const header = readGguf(path)
    checkTensors(header)
    return [header, describeModel(header)]
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('internal', `Model file ${path} cannot be used: ${reason}.`, { cause: error })
  }
}

function describeModel(header: GgufHeader): ModelFile {
  const { values } = header
  const architecture = text(values, 'general.architecture')
  if (architecture === '') throw new TypeError('it does not name its architecture')
  const about = (key: string): GgufValue | undefined => values.get(`${architecture}.${key}`)
  const layers = positive(about('block_count'), 'block_count')
  const vocabulary = readVocabulary(values)
  return {
    architecture,
    name: text(values, 'general.name'),
    contextLength: positive(about('context_length'), 'context_length'),
    template: text(values, 'tokenizer.chat_template'),
    layers,
    parameters: header.tensors.reduce((sum, tensor) => sum + elements(tensor), 0),
    sizeBytes: header.fileBytes,
    fileType: integer(values.get('general.file_type')),
    cell: describeCell(about, layers),
    ...vocabulary,
    embedding: embeddingOf(architecture, about),
  }
}

const poolings = { mean: 1, first: 2, last: 3 } as const

/** Files of encoders that do not say how they pool are averaged, as their makers do. Rerankers pool otherwise. */
function embeddingOf(
  architecture: string,
  about: (key: string) => GgufValue | undefined,
): EmbeddingFile | null {
  const named = integer(about('pooling_type'))
  const pooling = (named ?? 0) > 0 ? named : architecture.includes('bert') ? poolings.mean : null
  if (pooling === null) return null
  if (!Object.values<number>(poolings).includes(pooling))
    throw new TypeError(`it pools in a way (${pooling}) that gives no vectors of texts`)
  const dimensions = about('embedding_length_out') ?? about('embedding_length')
  return { dimensions: positive(dimensions, 'embedding_length'), pooling }
}

/** Where the file gives heads per layer, every layer is taken for the widest. */
function describeCell(about: (key: string) => GgufValue | undefined, layers: number): ModelFile['cell'] {
  const width = positive(about('embedding_length'), 'embedding_length')
  const heads = mostHeads(about('attention.head_count'), 'attention.head_count') ?? 1
  const cached = mostHeads(about('attention.head_count_kv'), 'attention.head_count_kv') ?? heads
  const size = Math.ceil(width / heads)
  const key = integer(about('attention.key_length')) ?? size
  const value = integer(about('attention.value_length')) ?? size
  return { numbers: layers * cached * (key + value), heads: [key, value] }
}

// llama.cpp divides by these without a look.
function mostHeads(value: GgufValue | undefined, key: string): number | null {
  if (value === undefined) return null
  if (typeof value === 'object') return Math.max(1, ...numbers(value.values()))
  return positive(value, key)
}

function* numbers(values: Iterable<unknown>): Iterable<number> {
  for (const value of values) if (typeof value === 'number') yield value
}

type Values = ReadonlyMap<string, GgufValue>

const tokenTypes = { unknown: 2, control: 3, userDefined: 4 } as const
/**
 * llama.cpp makes control tokens of these whatever type the file gives them: it knows them by text, as ends of turns and
 * as parts of fill-in-the-middle (llama-vocab.cpp).
 */
const knownByText =
  /^(<\/s>|\[e~\[|\[(EO[ST]|PAD)\]|[_▁]?<(EOT|MID|PAD|PRE|REPO|SUF|eos|reponame|turn\||end_of_\w+|fim[-_].+|[|｜].+)>)$/

function readVocabulary(values: Values): Pick<ModelFile, 'vocabulary' | 'specials' | 'bos' | 'eos'> {
  const tokens = values.get('tokenizer.ggml.tokens')
  if (typeof tokens !== 'object') throw new TypeError('it holds no vocabulary')
  const types = values.get('tokenizer.ggml.token_type')
  const special = new Set<unknown>(Object.values(tokenTypes))
  const typeOf = typeof types === 'object' ? [...types.values()] : []
  const bosId = integer(values.get('tokenizer.ggml.bos_token_id'))
  const eosId = integer(values.get('tokenizer.ggml.eos_token_id'))
  const specials: string[] = []
  const found = { bos: '', eos: '' }
  let id = 0
  for (const token of tokens.values()) {
    const word = String(token)
    if (word !== '' && (special.has(typeOf[id]) || knownByText.test(word))) specials.push(word)
    if (id === bosId) found.bos = word
    if (id === eosId) found.eos = word
    id++
  }
  return { vocabulary: id, specials, ...found }
}

function text(values: Values, key: string): string {
  const value = values.get(key)
  return typeof value === 'string' ? value : ''
}

function integer(value: GgufValue | undefined): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null
}

function positive(value: GgufValue | undefined, key: string): number {
  const number = integer(value)
  if (number === null || number < 1 || number >= 2 ** 31)
    throw new RangeError(`its ${key} is ${typeof value === 'object' ? 'a list' : value}`)
  return number
}
