import { accessSync, constants, existsSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { dirname } from 'node:path'
import type { LlamaBinding, UpstreamBinding } from './catalogue/row.ts'
import type { Model } from './chat/model.ts'
import { checkCache } from './engines/llama/cache-types.ts'
import { checkLoad, describeEngine } from './engines/llama/describe.ts'
import { readModelFile } from './engines/llama/model-file.ts'
import { planMemory, totalOf } from './engines/llama/memory-plan.ts'
import { probeUpstream } from './engines/upstream/probe.ts'
import { memoryFor, readCatalogue, readKey } from './models.ts'
import { showBytes } from './chat/show-bytes.ts'
import type { Settings } from './settings.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly about: string
  /** Whether Silica can run with it. */
  readonly fine: boolean
  /** What was found, or what is wrong. */
  readonly text: string
}

/**
 * Looks at everything that Silica needs of this machine, and makes or changes nothing. Each model is loaded once, in a
 * process of its own. Never throws.
 */
export async function diagnose(settings: Settings): Promise<readonly Finding[]> {
  const system = [
    fine('Node', process.version),
    fine('system', `${process.platform} ${process.arch}, kernel ${release()}`),
    fine(
      'memory',
      `${showBytes(process.availableMemory())} free of ${showBytes(totalmem())}; models may take ${showBytes(memoryFor(settings))}`,
    ),
    await look('llama.cpp', () => {
      const { libraries } = describeEngine()
      return `${libraries.release}, from ${libraries.package} ${libraries.version}`
    }),
    await look('processor', () => `${cpus()[0]?.model ?? 'unknown'}, ${describeEngine().cores} cores to use`),
    await look('data', () => {
      accessSync(nearestFolder(settings.dataFolder), constants.W_OK | constants.X_OK)
      return settings.dataFolder
    }),
    ...(settings.database === '' ? [] : [await look('database', () => probeDatabase(settings))]),
    ...(settings.redis === '' ? [] : [await look('redis', () => probeLimits(settings))]),
  ]
  const models: Finding[] = []
  const seen = new Set<string>()
  // One source at a time: a wrong one does not hide the others.
  for (const source of [...settings.models.map((one) => [one]), []]) {
    try {
      for (const { model, engine } of readCatalogue({ ...settings, models: source, standIn: '' })) {
        if (engine.kind === 'none' || seen.has(model.id)) continue
        seen.add(model.id)
        for (const part of engine.kind === 'pool' ? engine.replicas : [engine])
          models.push(await look(model.id, () => tryEngine(model, part, settings)))
      }
    } catch (error) {
      models.push(await look('models', () => Promise.reject(error)))
    }
  }
  return [...system, ...models]
}

async function probeDatabase({ database }: Settings): Promise<string> {
  const { probePostgres } = await import('./storage/probe.ts')
  return probePostgres(database)
}

async function probeLimits({ redis, limits }: Settings): Promise<string> {
  const { probeRedis } = await import('./storage/probe.ts')
  const policy = limits.redisGone === 'share' ? `1 / ${limits.servers} of each limit` : 'refuse with 503'
  return `${await probeRedis(redis, () => performance.now())}; without it: ${policy}`
}

function tryEngine(
  model: Model,
  engine: LlamaBinding | UpstreamBinding,
  settings: Settings,
): Promise<string> {
  return engine.kind === 'llama' ? tryModel(model, engine) : tryServer(model, engine, settings)
}

/** Milliseconds that a server may take to read a few words and say one. */
const longestAnswer = 30_000

async function tryServer(model: Model, server: UpstreamBinding, { environment }: Settings): Promise<string> {
  const key = readKey(model.id, server.key, environment)
  const signal = AbortSignal.timeout(longestAnswer)
  const clock = () => performance.timeOrigin + performance.now()
  const said = await probeUpstream(model, { ...server, key, clock }, () => performance.now(), signal)
  return `${server.server} at ${server.url}: ${said}`
}

async function tryModel({ id, contextLength }: Model, bound: LlamaBinding): Promise<string> {
  const { file, sequences, cache: type } = bound
  const facts = readModelFile(file, bound.adapters)
  checkCache(id, facts, bound)
  const { backends, ms } = await checkLoad(file, bound)
  const plan = planMemory(facts, { ...bound, contextLength })
  const [all, weights, cache, shelf] = [totalOf(plan), plan.weights, plan.cache, plan.shelf].map(showBytes)
  return (
    `${facts.architecture}, ${Math.round(facts.parameters / 1e6)} million parameters; ` +
    `takes ${all}: weights ${weights}, KV cache ${cache} in ${type} for ${plan.cells} tokens of up to ${sequences} answers, ` +
    `each in a window of ${contextLength}, ${shelf} for earlier prompts; loaded in ${ms} ms with ${backends.join(', ')}`
  )
}

function fine(about: string, text: string): Finding {
  return { about, fine: true, text }
}

async function look(about: string, check: () => string | Promise<string>): Promise<Finding> {
  try {
    return fine(about, await check())
  } catch (error) {
    return { about, fine: false, text: error instanceof Error ? error.message : String(error) }
  }
}

/** The folder, or the one in which it would be made. */
function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder))
}
