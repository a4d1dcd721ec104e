import { fork } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import type { FromProcess, ToProcess } from './messages.ts'

/** A model's process as its supervisor sees it. */
export interface ProcessHandle {
  readonly pid: number
  /** Does nothing once the process is gone; its exit tells so. */
  send(message: ToProcess): void
  /** Has the process end, by force where it does not do so by itself. Resolves when it is gone. */
  stop(): Promise<void>
  /** Ends the process by force, also one that hangs or is stopped. Its exit tells when it is gone. */
  kill(): void
}

export interface ProcessListener {
  message(message: FromProcess): void
  /** Comes once, and nothing after it. `lines` are the last ones of the process's standard error. */
  exit(how: string, lines: readonly string[]): void
}

/** The built package runs JavaScript, the repository TypeScript. */
const entry = new URL(`./process/main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

const keptLines = 40
const graceMs = 2000

/** What the libraries, and the drivers of graphics cards under them, read of the environment. */
const ofLibraries = /^((GGML|CUDA|NVIDIA|HIP|HSA|ROCR|VK)_.*|LD_LIBRARY_PATH|HOME|TMPDIR)$/

/**
 * Starts the process of one model. Of the server's environment, which may hold keys, it inherits only what concerns the
 * libraries. Its heap holds prompts and little else, so it is kept small; libuv's threads would only compete with
 * llama.cpp's.
 */
export function startProcess(listener: ProcessListener): ProcessHandle {
  const compiled = getCompileCacheDir()
  const child = fork(entry, {
    serialization: 'advanced',
    execArgv: ['--max-semi-space-size=2'],
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => ofLibraries.test(name))),
      ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }),
      UV_THREADPOOL_SIZE: '1',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const lines: string[] = []
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    lines.push(...text.split('\n').filter((line) => line.trim() !== ''))
    lines.splice(0, lines.length - keptLines)
  })
  const gone = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      child.removeAllListeners('message')
      listener.exit(how, lines)
      resolve()
    }
    // The reason stands in the last lines, which may come after the exit. `close` would wait for them, but does not come
    // at all after a `disconnect`.
    child.once('exit', (code, signal) => {
      const how = signal ?? `code ${String(code)}`
      if (child.stderr === null || child.stderr.closed) end(how)
      else child.stderr.once('close', () => end(how))
    })
    child.on('error', (error) => {
      if (child.pid === undefined) end(error.message)
    })
  })
  child.on('message', (message: FromProcess) => listener.message(message))
  return {
    pid: child.pid ?? 0,
    send(message) {
      if (child.connected) child.send(message, () => {})
    },
    async stop() {
      if (child.connected) child.disconnect()
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await gone
      clearTimeout(force)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
