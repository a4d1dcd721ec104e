import { type ChildProcess, fork } from 'node:child_process'
import { Failure } from '../../../chat/failure.ts'
import type { PdfSaid, PdfTask } from './process.ts'

export interface PdfLimits {
  readonly mostPages: number
  /** Pixels of the longer side of a page. */
  readonly side: number
  /** Bytes that all pictures may have together. */
  readonly mostBytes: number
  /** Milliseconds for all of it. */
  readonly longest: number
}

export const pdfLimits: PdfLimits = { mostPages: 16, side: 1536, mostBytes: 48 * 2 ** 20, longest: 30_000 }

/** The built package runs JavaScript, the repository TypeScript. */
const entry = new URL(`./process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** So many PDFs are rendered at the same time; others wait. */
const mostAtOnce = 2
/** Pages of WebAssembly's memory that one may take, of 64 KiB each: 512 MiB. */
const mostMemory = 8192

let running = 0
const waiting: (() => void)[] = []

/**
 * The pages of a PDF, in order, as `data:` URLs of pictures. Throws `invalid-request` for one that is broken, locked, too
 * long or takes too much of anything. Nothing of it is loaded until it is first asked for, and nothing stays.
 */
export async function renderPdf(
  bytes: Uint8Array,
  limits: PdfLimits,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    signal.throwIfAborted()
    return await inProcess(bytes, limits, signal)
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}

/** Of the server's environment, which may hold keys, it inherits nothing. */
function inProcess(
  bytes: Uint8Array,
  { mostPages, side, mostBytes, longest }: PdfLimits,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const child = fork(entry, {
    serialization: 'advanced',
    execArgv: [`--wasm-max-mem-pages=${mostMemory}`, '--max-old-space-size=256'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const late = AbortSignal.any([signal, AbortSignal.timeout(longest)])
  return new Promise<readonly string[]>((resolve, reject) => {
    const pages: string[] = []
    let size = 0
    const leave = () => reject(signal.aborted ? signal.reason : refused('it takes too long'))
    late.addEventListener('abort', leave, { once: true })
    child.on('message', (said: PdfSaid) => {
      if (said.type === 'done') resolve(pages)
      else if (said.type === 'refused') reject(refused(said.why))
      else {
        size += said.png.length
        if (size > mostBytes) reject(refused('its pages are too large'))
        pages.push(`data:image/png;base64,${Buffer.from(said.png).toString('base64')}`)
      }
    })
    // One that takes more memory than it may is ended by its own.
    child.once('exit', () => reject(refused('it is broken, or takes too much memory')))
    child.once('error', reject)
    if (late.aborted) leave()
    else child.send({ bytes, mostPages, side } satisfies PdfTask, () => {})
  }).finally(() => end(child))
}

function end(child: ChildProcess): void {
  child.removeAllListeners()
  // An error that comes now is of no interest.
  child.on('error', () => {})
  child.kill('SIGKILL')
}

function refused(why: string): Failure {
  return new Failure('invalid-request', `The PDF cannot be read: ${why}.`, { field: 'messages' })
}
