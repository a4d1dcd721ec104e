import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Accounts, openAccounts } from './accounts/accounts.ts'
import { openCatalogue } from './catalogue/catalogue.ts'
import { readRows } from './catalogue/read-rows.ts'
import { rowOfFile } from './catalogue/row-of-file.ts'
import type { Row } from './catalogue/row.ts'
import type { Engine, EngineState } from './chat/engine.ts'
import { Failure } from './chat/failure.ts'
import { complete } from './complete.ts'
import { defaultThreads } from './engines/llama/describe.ts'
import { llamaEngine } from './engines/llama/llama-engine.ts'
import { readModelFile } from './engines/llama/model-file.ts'
import { openServer } from './http/server.ts'
import type { ModelSource, Settings } from './settings.ts'
import { openDatabase } from './storage/database.ts'

/** What Silica takes from the world around it. */
export interface World {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (count: number) => Uint8Array
  readonly log: Log
}

/** One line for the operator. `facts` hold no key and nothing that a caller or a model said. */
export interface Log {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** The whole program, built and not yet listening. */
export interface Silica {
  readonly accounts: Accounts
  readonly rows: readonly Row[]
  states(): ReadonlyMap<string, EngineState>
  /** Throws what the system throws where the address cannot be had. */
  listen(): Promise<{ readonly url: string; readonly port: number }>
  /** Refuses new requests, waits for the running ones, then closes everything. */
  drain(): Promise<void>
  /** Cuts what is running and closes everything. */
  close(): Promise<void>
}

/** The widest window that a bare GGUF gets unless told otherwise: wider ones cost memory that most chats never use. */
const widestByDefault = 16_384

/** Builds everything. Throws a `Failure` that says what is wrong with the data folder, the catalogue or a model's file. */
export async function openSilica(settings: Settings, world: World): Promise<Silica> {
  const rows = readCatalogue(settings)
  const catalogue = openCatalogue(rows)
  const newId = idMaker(world)
  const { accounts, database } = await openDataFolder(settings, world)
  const engines = new Map<string, Engine>()
  try {
    for (const row of rows) engines.set(row.model.id, openEngine(row, settings, world.log))
  } catch (error) {
    await Promise.all([...engines.values()].map((engine) => engine.close()))
    await database.close()
    throw error
  }
  const journey = { gate: accounts, engineOf: ({ id }: Row['model']) => engineOf(engines, id), newId }
  const states = () => new Map([...engines].map(([id, engine]) => [id, engine.state()]))
  const server = openServer({
    identify: (authorization) => accounts.identify(authorization),
    find: (id) => catalogue.find(id)?.model,
    compat: settings.compat,
    models: () => rows.map((row) => row.model),
    states,
    complete: (...request) => complete(journey, ...request),
    newId,
    clock: world.clock,
    failed: (traceId, failure) => logFailure(world.log, traceId, failure),
  })
  const closeRest = async () => {
    await Promise.all([...engines.values()].map((engine) => engine.close()))
    await database.close()
  }
  return {
    accounts,
    rows,
    states,
    async listen() {
      const port = await server.listen(settings.host, settings.port)
      const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
      return { url: `http://${host}:${port}`, port }
    },
    async drain() {
      await server.drain()
      await closeRest()
    },
    async close() {
      await server.close()
      await closeRest()
    },
  }
}

/** Every model that is to be served, read and checked, but not loaded. */
export function readCatalogue(settings: Settings): readonly Row[] {
  return settings.models.flatMap((source) => rowsOf(source, settings))
}

function rowsOf(source: ModelSource, { contextLength, sequences, threads }: Settings): readonly Row[] {
  if (source.kind === 'rows') {
    const text = readFileSync(source.file, 'utf8')
    return readRows({ name: source.file, text, folder: dirname(source.file) }).map((row) => ({
      ...row,
      engine: {
        ...row.engine,
        sequences: sequences === 'auto' ? row.engine.sequences : sequences,
        threads: threads === 'auto' ? row.engine.threads : threads,
      },
    }))
  }
  const { name, file } = source
  const facts = readModelFile(file)
  return [
    rowOfFile(name, {
      file,
      template: facts.template,
      contextLength:
        contextLength === 'auto' ? Math.min(facts.contextLength, widestByDefault) : contextLength,
      sequences: sequences === 'auto' ? 4 : sequences,
      threads,
    }),
  ]
}

function openEngine({ model, engine }: Row, settings: Settings, log: Log): Engine {
  const file = readModelFile(engine.file)
  return llamaEngine({
    name: model.id,
    file: engine.file,
    template: file.template,
    contextLength: model.contextLength,
    sequences: engine.sequences,
    threads: engine.threads === 'auto' ? defaultThreads(file) : engine.threads,
    queue: settings.queue,
    log: (line) => log.info(line, 'engine'),
  })
}

/** Makes the data folder where it is missing and opens what it holds. Whoever calls closes the database. */
export async function openDataFolder({ dataFolder, apiKeys }: Settings, { clock, randomBytes, log }: World) {
  try {
    makeFolder(dataFolder)
  } catch (error) {
    throw new Failure('internal', `The data folder ${dataFolder} cannot be made.`, { cause: error })
  }
  const database = await openDatabase(join(dataFolder, 'silica.db'))
  const record: Parameters<typeof openAccounts>[0]['record'] = (line) => log.info(line, 'answer')
  return { database, accounts: openAccounts({ database, clock, randomBytes, extraKeys: apiKeys, record }) }
}

/** As `mkdir -p`. Node's own never ends where a folder cannot be made inside one that exists, as in `/proc`. */
function makeFolder(path: string): void {
  const exists = () => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (exists()) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it in the meantime.
    if (!exists()) throw error
  }
}

function engineOf(engines: ReadonlyMap<string, Engine>, id: string): Engine {
  const engine = engines.get(id)
  if (engine === undefined) throw new Error(`${id} is in the catalogue and has no engine`)
  return engine
}

/** Ids as the service makes them: 48 bits of milliseconds, 80 random bits, as 32 hexadecimal digits. */
function idMaker({ clock, randomBytes }: World): () => string {
  return () => clock().toString(16).padStart(12, '0') + Buffer.from(randomBytes(10)).toString('hex')
}

/** A caller's mistake is no concern of the operator's; what the server could not do is. */
function logFailure(log: Log, traceId: string, { kind, cause }: Failure): void {
  if (kind === 'internal' || kind === 'engine-lost')
    log.error({ traceId, failure: kind, err: cause }, 'failed')
  else log.info({ traceId, failure: kind }, 'refused')
}
