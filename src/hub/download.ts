import { createHash } from 'node:crypto'
import { appendFileSync, closeSync, createReadStream, openSync } from 'node:fs'
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { Agent, type Dispatcher, interceptors, stream } from 'undici'
import { Failure } from '../chat/failure.ts'
import { showBytes } from '../chat/show-bytes.ts'
import { refusalOf } from './hub.ts'

export interface Download {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Where the file goes; it stands there only when it is whole and right. What there is of it waits in `file.part`. */
  readonly file: string
  /** What the hub said of it. */
  readonly bytes: number
  readonly sha256: string
}

export interface DownloadParts {
  readonly signal: AbortSignal
  readonly progress: (step: 'loading' | 'checking', bytes: number) => void
  /** Resolves after that many milliseconds. */
  readonly wait: (ms: number) => Promise<void>
  /** The most milliseconds between two pieces of a body before the connection is taken for dead. */
  readonly patience: number
}

/** Tries without a single byte gained before it gives up. */
const mostTries = 6
/** What must be left on the disk besides the file, in bytes. */
const spare = 64 * 2 ** 20
/** Hubs send the bytes from elsewhere; a token goes to the hub alone. */
const agent = new Agent().compose(interceptors.redirect({ maxRedirections: 5 }))

/**
 * Fetches a file: goes on where an earlier try ended, tries again where the connection breaks, and checks the digest.
 * Throws a `Failure` that says what is wrong with the hub's answer or with the disk, or the signal's reason. What was
 * loaded stays for the next try unless it is known to be wrong.
 */
export async function download(wanted: Download, parts: DownloadParts): Promise<void> {
  const part = `${wanted.file}.part`
  await mkdir(dirname(part), { recursive: true })
  for (let tries = 0; ;) {
    const have = await startOf(part, wanted.bytes)
    if (have === wanted.bytes) break
    await checkRoom(wanted, have)
    const broken = await load(wanted, part, have, parts)
    if (broken === null) continue
    if (broken instanceof Failure) throw broken
    tries = (await startOf(part, wanted.bytes)) > have ? 1 : tries + 1
    if (tries >= mostTries)
      throw new Failure('engine-lost', `${wanted.url} broke off ${mostTries} times; run it again to go on.`, {
        cause: broken,
      })
    await parts.wait(1000 * 2 ** (tries - 1))
    parts.signal.throwIfAborted()
  }
  await check(wanted, part, parts)
  await rename(part, wanted.file)
}

/** How many bytes of the file there are already; more than it has are none of it. */
async function startOf(part: string, bytes: number): Promise<number> {
  const have = await stat(part).then(
    ({ size }) => size,
    () => 0,
  )
  if (have <= bytes) return have
  await rm(part)
  return 0
}

async function checkRoom({ file, bytes }: Download, have: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(file))
  const room = bavail * bsize
  const needed = bytes - have + spare
  if (room < needed)
    throw new Failure(
      'internal',
      `${dirname(file)} has ${showBytes(room)} free and ${showBytes(needed)} are needed.`,
    )
}

/** Null when the body ended, a `Failure` where another try cannot help, else what broke it. */
async function load(
  { url, headers, bytes }: Download,
  part: string,
  have: number,
  { signal, progress, patience }: DownloadParts,
): Promise<unknown> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error(`nothing came for ${patience} ms`)), patience)
  const range: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {}
  let loaded = have
  try {
    await stream(
      url,
      {
        method: 'GET',
        // A body that is packed on its way has another length than the file.
        headers: { ...headers, 'accept-encoding': 'identity', ...range },
        signal: AbortSignal.any([signal, silence.signal]),
        dispatcher: agent,
      },
      ({ statusCode: status, headers: answered }) => {
        const refused = refusal(status, answered, url, have, bytes)
        if (refused !== null) throw refused
        // A server that knows no ranges begins anew.
        if (status !== 206) loaded = 0
        const file = written(part, () => openSync(part, loaded === 0 ? 'w' : 'a'))
        return new Writable({
          // Written before the next piece is read, since whoever cuts a connection drops what waits behind it.
          write(piece: Buffer, _, done) {
            timer.refresh()
            if (loaded + piece.length > bytes)
              throw new Failure('engine-lost', `${url} sends more than the ${bytes} bytes announced.`)
            written(part, () => appendFileSync(file, piece))
            loaded += piece.length
            progress('loading', loaded)
            done()
          },
          destroy(error, done) {
            closeSync(file)
            done(error)
          },
        })
      },
    )
    return loaded === bytes ? null : new Error(`the body ended after ${loaded} of ${bytes} bytes`)
  } catch (error) {
    signal.throwIfAborted()
    return error
  } finally {
    clearTimeout(timer)
  }
}

function written<T>(part: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw new Failure('internal', `${part} cannot be written.`, { cause: error })
  }
}

/** Why an answer is of no use: a `Failure` where another try cannot help. Null where it is the bytes asked for. */
function refusal(
  status: number,
  headers: Dispatcher.StreamFactoryData['headers'],
  url: string,
  have: number,
  bytes: number,
): Error | null {
  const ok = status === 200 || status === 206
  const total = Number(
    status === 206
      ? /^bytes \d+-\d+\/(\d+)$/.exec(String(headers['content-range']))?.[1]
      : (headers['content-length'] ?? bytes),
  )
  if (ok && total === bytes) return null
  if (ok) return new Failure('engine-lost', `${url} has ${total} bytes, and the hub announced ${bytes}.`)
  const mayPass = status === 408 || status === 416 || status === 429 || status >= 500
  return mayPass
    ? new Error(`it answered ${status} for bytes from ${have} on`)
    : new Failure('engine-lost', refusalOf(status, url))
}

/** Reads the file back from the disk: that is what the model will be loaded from. */
async function check({ sha256, url, bytes }: Download, part: string, parts: DownloadParts): Promise<void> {
  const hash = createHash('sha256')
  let read = 0
  for await (const piece of createReadStream(part, { signal: parts.signal })) {
    hash.update(piece)
    read += piece.length
    parts.progress('checking', read)
  }
  if (hash.digest('hex') !== sha256) {
    await rm(part)
    throw new Failure(
      'engine-lost',
      `${url} is not what the hub announced: its SHA-256 differs. It was deleted.`,
    )
  }
  if (read !== bytes) throw new Failure('internal', `${part} changed while it was read.`)
  const handle = await open(part)
  await handle.sync()
  await handle.close()
}
