import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Failure } from '../chat/failure.ts'
import { describe, show } from '../schema/find-fault.ts'
import { readYaml } from '../schema/read-yaml.ts'
import { limitsSchema, noLimits, readLimits } from './read-limits.ts'
import { namedTraces, standardTraces, tracesBelow } from './read-traces.ts'
import {
  announcementReaders,
  compats,
  logLevels,
  metricsReaders,
  type ModelSource,
  type Settings,
} from '../settings.ts'
import { readWebhooks, webhooksSchema } from './read-webhooks.ts'

const autoOr = (maximum: number) => Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum })])

/** What may be chosen, by the names of `silica.yaml`. */
const fields = {
  host: Type.String({ minLength: 1 }),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  data: Type.String({ minLength: 1 }),
  database: Type.String({ minLength: 1 }),
  redis: Type.String({ minLength: 1 }),
  traces: Type.String({ minLength: 1 }),
  recordDays: Type.Integer({ minimum: 1, maximum: 36_500 }),
  records: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
  bodyDays: Type.Integer({ minimum: 1, maximum: 36_500 }),
  bodyBytes: Type.Integer({ minimum: 1024, maximum: 16_777_216 }),
  models: Type.Array(Type.String({ minLength: 1 })),
  standIn: Type.String({ minLength: 1 }),
  memory: Type.Union([Type.Literal('auto'), Type.Number({ minimum: 0.1, maximum: 1_000_000 })]),
  idleMinutes: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  queue: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  sequences: autoOr(256),
  threads: autoOr(1024),
  contextLength: autoOr(16_777_216),
  compat: Type.Union(compats.map((compat) => Type.Literal(compat))),
  metrics: Type.Union(metricsReaders.map((readers) => Type.Literal(readers))),
  announcements: Type.Union(announcementReaders.map((readers) => Type.Literal(readers))),
  logLevel: Type.Union(logLevels.map((level) => Type.Literal(level))),
}
const closed = { additionalProperties: false }
const schema = Type.Partial(Type.Object(fields), closed)
type Chosen = Static<typeof schema>
/** `rows` is checked where rows are read, each time the file changes. */
const fileSchema = Type.Partial(
  Type.Object({
    ...fields,
    limits: limitsSchema,
    webhooks: webhooksSchema,
    rows: Type.Array(Type.Object({ id: Type.String() })),
  }),
  closed,
)

/** Every choice, with its flag and its environment variable. */
const places = [
  { field: 'host', flag: 'host', variable: 'SILICA_HOST' },
  { field: 'port', flag: 'port', variable: 'SILICA_PORT' },
  { field: 'data', flag: 'data', variable: 'SILICA_DATA' },
  // These may hold a password, and everybody on a machine sees what command lines say: there are no such flags.
  { field: 'database', flag: '', variable: 'SILICA_DATABASE' },
  { field: 'redis', flag: '', variable: 'SILICA_REDIS' },
  { field: 'traces', flag: '', variable: 'SILICA_TRACES' },
  { field: 'recordDays', flag: 'record-days', variable: 'SILICA_RECORD_DAYS' },
  { field: 'records', flag: 'records', variable: 'SILICA_RECORDS' },
  { field: 'bodyDays', flag: '', variable: 'SILICA_BODY_DAYS' },
  { field: 'bodyBytes', flag: '', variable: 'SILICA_BODY_BYTES' },
  { field: 'models', flag: 'model', variable: 'SILICA_MODELS' },
  { field: 'standIn', flag: 'stand-in', variable: 'SILICA_STAND_IN' },
  { field: 'memory', flag: 'memory', variable: 'SILICA_MEMORY' },
  { field: 'idleMinutes', flag: 'idle', variable: 'SILICA_IDLE' },
  { field: 'queue', flag: 'queue', variable: 'SILICA_QUEUE' },
  { field: 'sequences', flag: 'sequences', variable: 'SILICA_SEQUENCES' },
  { field: 'threads', flag: 'threads', variable: 'SILICA_THREADS' },
  { field: 'contextLength', flag: 'context', variable: 'SILICA_CONTEXT' },
  { field: 'compat', flag: 'compat', variable: 'SILICA_COMPAT' },
  { field: 'metrics', flag: '', variable: 'SILICA_METRICS' },
  { field: 'announcements', flag: '', variable: 'SILICA_ANNOUNCEMENTS' },
  { field: 'logLevel', flag: 'log', variable: 'SILICA_LOG_LEVEL' },
] as const

type Place = (typeof places)[number]

type Text = string | readonly string[] | undefined

export interface Surroundings {
  /** What the command line gave, by flag in camel case; a list for `model`. */
  readonly flags: Readonly<Record<string, Text>>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly currentFolder: string
  readonly homeFolder: string
  /** The folder with the rows of the bundled models. */
  readonly bundledModels: string
  /** The folder of the built console. */
  readonly consoleFolder: string
  /** The folder of the guides. */
  readonly guidesFolder: string
  readonly version: string
}

/**
 * Answers every question: by the command line, else by the environment, else by `silica.yaml`, else by a default.
 * Throws `invalid-request` that names the flag, the variable or the line at fault.
 */
export function readSettings(around: Surroundings): Settings {
  const { flags, environment, currentFolder, homeFolder } = around
  // An empty variable is one that a compose file left open.
  const variable = (name: string) => environment[name] || undefined
  const fromEnvironment = readTexts((place) => [place.variable, variable(place.variable)])
  const fromFlags = readTexts((place) => [`--${place.flag}`, flags[camelCase(place.flag)]])
  const file = configFile(flags['config'] ?? variable('SILICA_CONFIG'), around)
  const answered: Settings = {
    host: '127.0.0.1',
    port: 8000,
    dataFolder: join(dataHome(variable('XDG_DATA_HOME'), homeFolder), 'silica'),
    database: '',
    redis: '',
    limits: noLimits,
    traces: standardTraces(variable),
    recordDays: 90,
    records: 10_000_000,
    bodyDays: 7,
    bodyBytes: 65_536,
    models: [],
    bundledRows: rowFiles(around.bundledModels),
    announces: true,
    consoleFolder: around.consoleFolder,
    guidesFolder: around.guidesFolder,
    version: around.version,
    standIn: '',
    memory: 'auto',
    idleMinutes: 0,
    queue: 256,
    sequences: 'auto',
    threads: 'auto',
    contextLength: 'auto',
    compat: 'served',
    logLevel: 'info',
    metrics: 'admin',
    announcements: 'keys',
    webhooks: [],
    apiKeys: keysIn('SILICA_API_KEY', variable),
    adminKeys: keysIn('SILICA_ADMIN_KEY', variable),
    environment,
    secret: variable('SILICA_SECRET') ?? '',
    ...(file === null ? {} : readFile(file, homeFolder)),
    ...answersOf(fromEnvironment, currentFolder, homeFolder),
    ...answersOf(fromFlags, currentFolder, homeFolder),
  }
  const answers = { ...answered, traces: namedTraces(answered.traces, variable) }
  if (file === null) return answers
  return { ...answers, models: [...answers.models, { kind: 'rows', file, field: 'rows' }] }
}

/** `silica.yaml`: the one that was named, or the one in the current folder where there is one. */
function configFile(named: Text, { currentFolder, homeFolder }: Surroundings): string | null {
  const file = resolvePath(named === undefined ? 'silica.yaml' : String(named), currentFolder, homeFolder)
  return named === undefined && !existsSync(file) ? null : file
}

function readFile(file: string, homeFolder: string): Partial<Settings> {
  const { value, refuse } = readYaml(fileSchema, file, readFileSync(file, 'utf8'))
  const { rows: _, limits = {}, webhooks = [], ...chosen } = value
  return {
    ...answersOf(chosen, dirname(file), homeFolder),
    limits: readLimits(limits, refuse),
    webhooks: readWebhooks(webhooks, dirname(file), refuse),
  }
}

/** Choices that came as texts. `find` gives the name of a place, as people know it, and what stands there. */
function readTexts(find: (place: Place) => readonly [name: string, text: Text]): Chosen {
  const entries = places.flatMap((place) => {
    const [name, text] = find(place)
    if (text === undefined) return []
    const field = fields[place.field]
    const value = place.field === 'models' ? listOf(text) : numberOr(String(text))
    if (Value.Check(field, value)) return [[place.field, value]]
    throw new Failure('invalid-request', `${name} must be ${describe(field)}, not ${show(String(text))}.`)
  })
  return Value.Parse(schema, Object.fromEntries(entries))
}

/** As the parser of the command line names a flag. */
function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function listOf(text: string | readonly string[]): readonly string[] {
  return typeof text === 'string' ? text.split(',') : text
}

function numberOr(text: string): string | number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

/** The same choices in the words of `Settings`, with absolute paths. */
function answersOf(
  { data, database, traces, models, ...same }: Chosen,
  folder: string,
  homeFolder: string,
): Partial<Settings> {
  return {
    ...same,
    ...(data === undefined ? {} : { dataFolder: resolvePath(data, folder, homeFolder) }),
    ...(database === undefined ? {} : { database: checkDatabase(database) }),
    ...(traces === undefined ? {} : { traces: tracesBelow('traces', traces) }),
    ...(models === undefined ? {} : { models: models.map((model) => sourceOf(model, folder, homeFolder)) }),
  }
}

/** `name=path.gguf`, `path.gguf` which is named after its file, or `path.yaml` with rows. */
function sourceOf(model: string, folder: string, homeFolder: string): ModelSource {
  const equals = model.indexOf('=')
  const file = resolvePath(model.slice(equals + 1), folder, homeFolder)
  if (/\.ya?ml$/.test(file) && equals === -1) return { kind: 'rows', file, field: '' }
  const name = equals === -1 ? basename(file, '.gguf') : model.slice(0, equals)
  if (/^[A-Za-z0-9._:/-]+$/.test(name)) return { kind: 'gguf', name, file }
  throw new Failure(
    'invalid-request',
    `A model cannot be named '${name}'. Name it so: --model my-model=${file}`,
  )
}

function rowFiles(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  return files.sort().map((file) => join(folder, file))
}

function resolvePath(path: string, folder: string, homeFolder: string): string {
  return resolve(folder, path.replace(/^~(?=\/|$)/, homeFolder))
}

/** The XDG specification has relative paths ignored. */
function dataHome(variable: string | undefined, homeFolder: string): string {
  return variable !== undefined && isAbsolute(variable) ? variable : join(homeFolder, '.local/share')
}

function keysIn(name: string, variable: (name: string) => string | undefined): readonly string[] {
  const key = variable(name)
  if (key === undefined) return []
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return [key]
  throw new Failure('invalid-request', `${name} must be at most 512 visible ASCII characters without spaces.`)
}

/** Never repeats what it refuses, which may hold a password. */
function checkDatabase(url: string): string {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return url
  throw new Failure(
    'invalid-request',
    'The database must be an address such as postgres://user:password@host:5432/name.',
  )
}
