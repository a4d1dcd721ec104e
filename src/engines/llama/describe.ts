import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { Failure } from '../../chat/failure.ts'
import { type Tuning, tuningOf } from '../../chat/tuning.ts'
import type { Libraries } from './libraries.ts'
import { findLibraries } from './libraries.ts'
import type { ModelFile } from './model-file.ts'
import { startProcess } from './process-handle.ts'

/** What `silica doctor` tells of the embedded engine. */
export interface EngineDescription {
  readonly libraries: Libraries
  /** Cores that this process may use, containers' limits included. */
  readonly cores: number
}

/** Finds the libraries. Throws a `Failure` that says what to install. */
export function describeEngine(): EngineDescription {
  return { libraries: findLibraries(), cores: physicalCores() }
}

/** Below this many parameters a second thread waits more than it works. */
const worthThreads = 100e6

/**
 * Threads for a model: one for a small model, else one for each core that may be used. llama.cpp's threads wait for each
 * other without sleeping, many times in each step: more threads than idle cores make a model slower by orders of
 * magnitude, so a machine that does other work should be given fewer.
 */
export function defaultThreads(file: ModelFile): number {
  return file.parameters < worthThreads ? 1 : physicalCores()
}

function physicalCores(): number {
  return Math.min(availableParallelism(), coresOfLinux() ?? cpus().length)
}

/** Distinct pairs of socket and core; null where the kernel does not list them. */
function coresOfLinux(): number | null {
  const text = process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  const cores = new Set<string>()
  for (const processor of text.split('\n\n')) {
    const core = /^core id\s*: (\d+)$/m.exec(processor)?.[1]
    const socket = /^physical id\s*: (\d+)$/m.exec(processor)?.[1]
    if (core !== undefined && socket !== undefined) cores.add(`${socket}/${core}`)
  }
  return cores.size === 0 ? null : cores.size
}

/** What a process said while it loaded a model and ended. */
export interface LoadCheck {
  /** ggml's libraries that were chosen for this machine, such as `libggml-cpu-zen4.so`. */
  readonly backends: readonly string[]
  /** What llama.cpp says of the processor. */
  readonly system: string
  readonly ms: number
}

/** Loads a model, as it is to be run, in a process of its own and ends it. Throws a `Failure` that says why it cannot be loaded. */
export function checkLoad(file: string, tuning: Tuning): Promise<LoadCheck> {
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<LoadCheck>()
  let check: LoadCheck | null = null
  let refusal = ''
  const child = startProcess({
    message(message) {
      const ms = Math.round(performance.now() - began)
      if (message.type === 'ready') check = { backends: message.backends, system: message.system, ms }
      if (message.type === 'load-failed') refusal = message.reason
      void child.stop()
    },
    exit(how, lines) {
      if (check !== null) resolve(check)
      else
        reject(
          new Failure('internal', `Model file ${file} cannot be loaded: ${refusal || how}`, { cause: lines }),
        )
    },
  })
  child.send({
    type: 'load',
    options: {
      file,
      contextLength: 64,
      sequences: 1,
      cells: 64,
      shelfBytes: 0,
      threads: 1,
      ...tuningOf(tuning),
    },
  })
  return promise
}
