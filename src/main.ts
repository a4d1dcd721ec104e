import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Accounts, openAccounts } from './accounts/accounts.ts'
import { openDirectory } from './accounts/directory.ts'
import { type Bodies, openBodies } from './accounts/ledger/bodies.ts'
import { Journal } from './accounts/ledger/journal.ts'
import { type Ledger, type LedgerState, openLedger } from './accounts/ledger/ledger.ts'
import { openRecords } from './accounts/ledger/records.ts'
import { forgetOld } from './accounts/ledger/retention.ts'
import type { Limiter } from './accounts/limits/limiter.ts'
import { openLimits } from './accounts/limits/limits.ts'
import { memoryLimiter } from './accounts/limits/memory-limiter.ts'
import { shareWhileGone } from './accounts/limits/share-while-gone.ts'
import { secretOf, serverSecret } from './accounts/server-secret.ts'
import type { Row } from './catalogue/row.ts'
import type { AnnouncementFilter } from './chat/announcement.ts'
import type { AnswerRecord } from './chat/answer-record.ts'
import type { EngineState } from './chat/engine.ts'
import { Failure, toFailure } from './chat/failure.ts'
import type { Life } from './chat/life.ts'
import type { RedisState } from './chat/limits.ts'
import type { Model } from './chat/model.ts'
import { complete, count, embed } from './complete.ts'
import { openMetrics } from './http/metrics/metrics.ts'
import { openServer } from './http/server.ts'
import { type Lifecycle, openLifecycle } from './lifecycle/lifecycle.ts'
import { openLives, type RowFacts } from './lifecycle/lives.ts'
import { openDeliveries, type Webhook } from './lifecycle/webhooks.ts'
import { type Models, openModels, readCatalogue, readKey, rowFiles } from './models.ts'
import type { Settings } from './settings.ts'
import { listAnnouncements } from './storage/announcements.ts'
import type { Exporter } from './telemetry/exporter.ts'
import { adoptSecret } from './storage/adopt-secret.ts'
import { type Database, openDatabase } from './storage/database.ts'
import { writeAbilities } from './wire/abilities.ts'
import { writeEvent } from './wire/announcements.ts'

/** What Silica takes from the world around it. */
export interface World {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Milliseconds of a clock that nobody sets. */
  readonly steady: () => number
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void
  /** Seconds of processor time and bytes of memory that this process has used, or has. */
  readonly used: () => { readonly cpu: number; readonly memory: number }
  readonly randomBytes: (count: number) => Uint8Array
  readonly log: Log
  /** Calls `changed` after any of the files has; gives what ends that. */
  readonly watch: (files: readonly string[], changed: () => void) => () => void
}

/** One line for the operator. `facts` hold no key and nothing that a caller or a model said. */
export interface Log {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** How long a request waits for Redis at most, in milliseconds. */
const redisPatience = 250

/** The whole program, built and not yet listening. */
export interface Silica {
  readonly accounts: Accounts
  /** What can be asked for: the operator's own first, and last what another model stands in for. */
  rows(): readonly Row[]
  states(): ReadonlyMap<string, EngineState>
  /** Throws what the system throws where the address cannot be had. */
  listen(): Promise<{ readonly url: string; readonly port: number }>
  /** Refuses new requests, waits for the running ones, then closes everything. */
  drain(): Promise<void>
  /** Cuts what is running and closes everything. */
  close(): Promise<void>
}

/** Builds everything. Throws a `Failure` that says what is wrong with the data folder, the catalogue or a model's file. */
export async function openSilica(settings: Settings, world: World): Promise<Silica> {
  const { log } = world
  const newId = idMaker(world)
  const webhooks = webhooksOf(settings)
  const folder = await openDataFolder(settings, world)
  const { database } = folder
  const newSpanId = hexMaker(8, world.randomBytes)
  const exporter = await openTraces(settings, world, newSpanId)
  let limiter: Limiting | undefined
  let ledger: Ledger | undefined
  let bodies: Bodies
  let accounts: Accounts
  let models: Models
  let lifecycle: Lifecycle
  const metrics = openMetrics({
    states: () => models.states(),
    records: () => ledger?.state() ?? { waitingBytes: 0, lost: 0 },
    redis: () => limiter?.redis() ?? 'none',
    spansDropped: () => exporter?.dropped() ?? 0,
    used: world.used,
  })
  try {
    limiter = await openLimiter(settings, world)
    ledger = openLedger({
      database,
      journal: Journal.open(join(settings.dataFolder, 'ledger'), newId()),
      room: journalRoom,
      changed: (state, cause) => logLedger(log, state, cause),
    })
    bodies = openBodies({
      database,
      most: settings.bodyBytes,
      after: world.after,
      lost: (count, err) => log.warn({ count, err }, 'bodies were lost'),
    })
    accounts = await openAccounts({
      ...folder,
      limits: openLimits({
        ...settings.limits,
        limiter: limiter.limiter,
        decided: (model, decision) => metrics.decided(model, decision),
      }),
      clock: world.clock,
      randomBytes: world.randomBytes,
      apiKeys: settings.apiKeys,
      adminKeys: settings.adminKeys,
      ledger,
      bodies,
      record(record) {
        log.info(lineOf(record), 'answer')
        metrics.answered(record)
        exporter?.answered(record)
      },
      newSpanId: exporter === null ? null : newSpanId,
    })
    const { clock } = world
    models = openModels(settings, {
      clock,
      random: Math.random,
      newId,
      log: (line) => log.info(line, 'engine'),
    })
    lifecycle = await openLifecycle({
      database,
      clock,
      after: world.after,
      newId,
      rows: settings.announces ? () => factsOf(models.rows()) : null,
      isKnown: (id) => models.rows().some(({ model }) => model.id === id),
      webhooks,
      write: writeEvent,
      failed: (cause, what) => log.warn({ err: cause }, what),
    }).catch(async (error: unknown) => {
      await models.close()
      throw error
    })
  } catch (error) {
    await limiter?.limiter.close()
    await ledger?.close()
    await database.close()
    throw error
  }
  const offered = () =>
    served(models.rows()).filter(({ model }) => lifecycle.find(model.id).state !== 'offline')
  const journey = { gate: accounts, engineOf: (model: Model) => models.engineOf(model), newId }
  const server = openServer({
    identify: (authorization) => accounts.identify(authorization),
    identifyAdmin: (authorization) => accounts.identifyAdmin(authorization),
    metricsReaders: settings.metrics,
    metrics: () => metrics.write(),
    announcementReaders: settings.announcements,
    find(id) {
      const model = models.find(id)
      if (model !== undefined) refuseOffline(lifecycle.find(id))
      return model
    },
    lifeOf: (id) => lifecycle.find(id),
    compat: settings.compat,
    models: () => offered().map(({ model }) => model),
    states: () => models.states(),
    ledger: () => ledger.state(),
    redis: () => limiter.redis(),
    admin: {
      identify: (authorization) => accounts.identifyAdmin(authorization),
      sessions: accounts.sessions,
      directory: accounts.directory,
      records: openRecords(database),
      models: { rows: () => models.rows(), lives: lifecycle },
      engines: {
        all: () => models.engines(),
        drain: (id, wanted) => models.drain(id, wanted),
        clock: world.clock,
      },
      clock: world.clock,
    },
    consoleFolder: settings.consoleFolder,
    guidesFolder: settings.guidesFolder,
    version: settings.version,
    complete: (...request) => complete(journey, ...request),
    embed: (...request) => embed(journey, ...request),
    count: (...request) => count(journey, ...request),
    after: world.after,
    newId,
    clock: world.clock,
    failed(traceId, failure) {
      metrics.failed(failure.kind)
      logFailure(log, traceId, failure)
    },
  })
  const stopWatching = world.watch(rowFiles(settings), () => {
    if (reload(models, log)) lifecycle.catalogueChanged()
  })
  const stopForgetting = forgetRegularly(database, settings, world)
  const closeAll = async () => {
    stopWatching()
    await lifecycle.close()
    await models.close()
    await limiter.limiter.close()
    await ledger.close()
    await bodies.close()
    await exporter?.close()
    await stopForgetting()
    await database.close()
  }
  // Whoever drains may lose patience and close.
  let closing: Promise<void> | undefined
  const closeRest = () => (closing ??= closeAll())
  return {
    accounts,
    rows: offered,
    states: () => models.states(),
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

/** What the log says of a request: its row has the rest. */
function lineOf(record: AnswerRecord): object {
  const { trace, decisions } = record
  // Copied whole and blanked: a copy that leaves fields out is one that V8 keeps as a hash table.
  const facts = { ...record, trace: undefined, decisions: undefined, attempts: undefined, ...decisions }
  return trace === null ? facts : { ...facts, otelTraceId: trace.traceId }
}

/** Deletes old records now and every hour. Gives what ends that, and waits for what is under way. */
function forgetRegularly(database: Database, settings: Settings, { clock, log }: World): () => Promise<void> {
  const ended = new AbortController()
  const retention = { days: settings.recordDays, bodyDays: settings.bodyDays, most: settings.records }
  const forget = () =>
    forgetOld(database, retention, clock(), ended.signal).catch((error: unknown) =>
      log.warn({ err: error }, 'old records could not be deleted'),
    )
  let forgetting = forget()
  const timer = setInterval(() => {
    forgetting = forget()
  }, 3_600_000)
  return () => {
    clearInterval(timer)
    ended.abort()
    return forgetting
  }
}

/** Bytes that records may take in the journal while the database is away: some hundred thousand of them. */
const journalRoom = 256 * 1024 * 1024

/** Those of the rows that can be asked for: what is run here, then what something stands in for. */
function served(rows: readonly Row[]): readonly Row[] {
  const run = rows.filter(({ engine }) => engine.kind !== 'none')
  return [...run, ...rows.filter(({ model }) => model.standIn !== '')]
}

/** What is recorded of the models that are served, and of those whose rows do not leave them online. */
function factsOf(rows: readonly Row[]): readonly RowFacts[] {
  const run = new Set(served(rows))
  return rows
    .filter((row) => run.has(row) || row.life.state !== 'online')
    .map(({ model, life }) => ({ model: model.id, life, abilities: writeAbilities(model) }))
}

function webhooksOf({ webhooks, environment }: Settings): readonly Webhook[] {
  return webhooks.map(({ name, url, secret }) => {
    return { name, url, secret: readKey(`the webhook ${name}`, secret, environment) }
  })
}

function refuseOffline({ state, successor }: Life): void {
  if (state !== 'offline') return
  const instead = successor === '' ? '' : ` Its successor is ${successor}.`
  throw new Failure('model-disabled', `Model disabled.${instead}`, { field: 'model' })
}

/** Takes the catalogue as it now stands in its files; a wrong one is refused whole, and the old one stays. */
function reload(models: Models, log: Log): boolean {
  try {
    models.reload()
    log.info({ models: served(models.rows()).map(({ model }) => model.id) }, 'catalogue read anew')
    return true
  } catch (error) {
    const { message } = toFailure(error)
    log.error({ reason: message }, 'catalogue refused, the old one stays')
    return false
  }
}

/** Makes the data folder where it is missing and opens what it holds. Whoever calls closes the database. */
async function openDataFolder({ dataFolder, ...settings }: Settings, { randomBytes }: World) {
  try {
    makeFolder(dataFolder)
  } catch (error) {
    throw new Failure('internal', `The data folder ${dataFolder} cannot be made.`, { cause: error })
  }
  const database = await openDatabase(settings.database || join(dataFolder, 'silica.db'))
  try {
    const secret = serverSecret(settings.secret || secretOf(join(dataFolder, 'secret'), randomBytes))
    await adoptSecret(database, secret)
    return { database, secret }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** The accounts and keys without a server around them. Whoever calls closes the database. */
export async function openDirectoryAlone(settings: Settings, world: World) {
  const folder = await openDataFolder(settings, world)
  const { clock, randomBytes } = world
  const directory = await openDirectory({ ...folder, clock, randomBytes, changed: () => {} })
  return { directory, database: folder.database }
}

interface Limiting {
  readonly limiter: Limiter
  readonly redis: () => RedisState
}

/** Counts in Redis where the settings name one, else in this process. */
async function openLimiter({ redis: address, limits }: Settings, world: World): Promise<Limiting> {
  const own = memoryLimiter(world.steady)
  if (address === '') return { limiter: own, redis: () => 'none' }
  // Its client takes memory and time to load, and most do without.
  const { openRedis } = await import('./storage/redis.ts')
  const { redisLimiter } = await import('./accounts/limits/redis-limiter.ts')
  const redis = openRedis({
    address,
    patience: redisPatience,
    after: world.after,
    changed: (up, reason) =>
      up
        ? world.log.info({}, 'redis answers')
        : world.log.error({ reason, policy: limits.redisGone }, 'redis is gone'),
  })
  const shared = redisLimiter({
    redis,
    steady: world.steady,
    restarted: limits.redisRestarted,
    time: "redis.call('TIME')",
  })
  return {
    limiter: limits.redisGone === 'share' ? shareWhileGone(shared, own, limits.servers) : shared,
    redis: () => (redis.isUp() ? 'up' : 'down'),
  }
}

/** Null where nothing is traced. */
async function openTraces(
  { traces }: Settings,
  { after, log }: World,
  newSpanId: () => string,
): Promise<Exporter | null> {
  if (traces === null) return null
  const { openExporter } = await import('./telemetry/exporter.ts')
  return openExporter({
    ...traces,
    newSpanId,
    after,
    changed: (up, reason) =>
      up
        ? log.info({}, 'the collector takes traces')
        : log.warn({ reason }, 'the collector takes no traces; they wait, and are dropped when too many do'),
  })
}

/** The records of requests without a server around them. Whoever calls closes the database. */
export async function openRecordsAlone(settings: Settings, world: World) {
  const { database } = await openDataFolder(settings, world)
  return { records: openRecords(database), database }
}

/** What the database knows of models, without a server around it. Whoever calls closes the database. */
export async function openLivesAlone(settings: Settings, world: World) {
  const rows = readCatalogue(settings)
  const { database } = await openDataFolder(settings, world)
  const { clock } = world
  return {
    lives: openLives({
      database,
      clock,
      newId: idMaker(world),
      isKnown: (id) => rows.some(({ model }) => model.id === id),
    }),
    announcements: (filter: AnnouncementFilter, limit: number) => listAnnouncements(database, filter, limit),
    deliveries: openDeliveries(database, clock),
    database,
  }
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

/** Ids as the service makes them: 48 bits of milliseconds, 80 random bits, as 32 hexadecimal digits. */
export function idMaker({ clock, randomBytes }: Pick<World, 'clock' | 'randomBytes'>): () => string {
  const random = hexMaker(10, randomBytes)
  return () => clock().toString(16).padStart(12, '0') + random()
}

/** So many random bytes at a time as hexadecimal digits. They are drawn for many at once, which costs a tenth. */
function hexMaker(bytes: number, randomBytes: World['randomBytes']): () => string {
  const digits = 2 * bytes
  let [drawn, used] = ['', 0]
  return () => {
    if (used === drawn.length) [drawn, used] = [Buffer.from(randomBytes(100 * bytes)).toString('hex'), 0]
    used += digits
    return drawn.slice(used - digits, used)
  }
}

function logLedger(log: Log, { status, waitingBytes, lost }: LedgerState, cause: unknown): void {
  if (status === 'ok') log.info({ lost }, 'the records of requests are stored again')
  else if (status === 'behind')
    log.warn({ waitingBytes, err: cause }, 'records of requests wait for the database')
  else log.error({ waitingBytes, lost, err: cause }, 'records of requests are lost')
}

/** A caller's mistake is no concern of the operator's; what the server could not do is. */
function logFailure(log: Log, traceId: string, { kind, cause }: Failure): void {
  if (kind === 'internal' || kind === 'engine-lost')
    log.error({ traceId, failure: kind, err: cause }, 'failed')
  else log.info({ traceId, failure: kind }, 'refused')
}
