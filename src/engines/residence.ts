import type { Engine } from '../chat/engine.ts'
import { Failure } from '../chat/failure.ts'
import { showBytes } from '../chat/show-bytes.ts'

/** Engines that are opened when somebody asks and closed when their memory is wanted, or when nobody has asked for long. */
export interface Residence {
  /** `open` may be called again after every close. `bytes`: what the engine takes while it is open. */
  host(name: string, bytes: number, open: () => Engine): Engine
}

export interface ResidenceOptions {
  /** What all open engines may take together. */
  readonly bytes: number
  /** Milliseconds after its last answer until an engine is closed; 0: only when its memory is wanted. */
  readonly idle: number
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => () => void
}

interface Guest {
  readonly name: string
  readonly bytes: number
  readonly open: () => Engine
  /** Null while nobody wants it open; a promise also while room is made for it. */
  engine: Promise<Engine> | null
  /** The same, once it is there. */
  opened: Engine | null
  /** While it is closed; its memory is taken until then. */
  leaving: Promise<void> | null
  answers: number
  lastUsed: number
  cancelIdle: () => void
}

/**
 * Whoever has not been asked for longest leaves first, and nobody leaves while it answers. Where that makes too little
 * room an answer throws `overloaded`, and `internal` where an engine alone takes more than all may.
 */
export function openResidence(options: ResidenceOptions): Residence {
  const guests = new Set<Guest>()

  async function enter(guest: Guest): Promise<Engine> {
    if (guest.bytes > options.bytes) throw tooLarge(guest, options.bytes)
    await guest.leaving
    for (;;) {
      const others = [...guests].filter(
        (other) => other !== guest && (other.engine ?? other.leaving) !== null,
      )
      const taken = others.reduce((sum, { bytes }) => sum + bytes, 0)
      if (taken + guest.bytes <= options.bytes) break
      const going = others.find(({ leaving }) => leaving !== null)
      const [idle] = others.filter(({ answers }) => answers === 0).sort((a, b) => a.lastUsed - b.lastUsed)
      if (going === undefined && idle === undefined) throw noRoom(guest, taken, options.bytes)
      await (going?.leaving ?? (idle && leave(idle)))
    }
    guest.opened = guest.open()
    return guest.opened
  }

  function leave(guest: Guest): Promise<void> {
    guest.cancelIdle()
    guest.leaving ??= close(guest.engine).then(() => {
      guest.leaving = null
    })
    guest.engine = null
    guest.opened = null
    return guest.leaving
  }

  function take(guest: Guest): Promise<Engine> {
    guest.answers++
    guest.cancelIdle()
    const engine = (guest.engine ??= enter(guest))
    return engine.catch((error: unknown) => {
      // Another one may have tried again in the meantime.
      if (guest.engine === engine) guest.engine = null
      throw error
    })
  }

  function release(guest: Guest): void {
    guest.answers--
    guest.lastUsed = options.now()
    if (guest.answers > 0 || options.idle === 0) return
    guest.cancelIdle = options.after(options.idle, () => void leave(guest))
  }

  async function using<T>(guest: Guest, ask: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await ask(await take(guest))
    } finally {
      release(guest)
    }
  }

  return {
    host(name, bytes, open) {
      const guest: Guest = {
        name,
        bytes,
        open,
        engine: null,
        opened: null,
        leaving: null,
        answers: 0,
        lastUsed: options.now(),
        cancelIdle: () => {},
      }
      guests.add(guest)
      return {
        answer: (prompt, signal, notes) => ({
          [Symbol.asyncIterator]: () =>
            heldOpen(
              async () => (await take(guest)).answer(prompt, signal, notes)[Symbol.asyncIterator](),
              () => release(guest),
            ),
        }),
        count: (prompt, signal) => using(guest, (engine) => engine.count(prompt, signal)),
        embed: (request, signal, notes) => using(guest, (engine) => engine.embed(request, signal, notes)),
        state: () =>
          guest.opened?.state() ?? { status: 'resting', reason: '', running: 0, waiting: guest.answers },
        async close() {
          guests.delete(guest)
          await leave(guest)
        },
      }
    },
  }
}

async function close(engine: Promise<Engine> | null): Promise<void> {
  const opened = await engine?.catch(() => null)
  await opened?.close()
}

/** An iterator that begins when it is first read, and calls `end` once when it is over, however that comes. */
function heldOpen<T>(begin: () => Promise<AsyncIterator<T, void>>, end: () => void): AsyncIterator<T, void> {
  let inner: Promise<AsyncIterator<T, void>> | null = null
  let over = false
  const finish = () => {
    if (!over && inner !== null) end()
    over = true
  }
  return {
    async next() {
      if (over) return { done: true, value: undefined }
      try {
        const result = await (await (inner ??= begin())).next()
        if (result.done) finish()
        return result
      } catch (error) {
        finish()
        throw error
      }
    },
    async return() {
      try {
        const begun = await inner?.catch(() => null)
        await begun?.return?.()
      } finally {
        finish()
      }
      return { done: true, value: undefined }
    },
  }
}

function tooLarge({ name, bytes }: Guest, all: number): Failure {
  return new Failure(
    'internal',
    `${name} takes ${showBytes(bytes)} of memory, and all models together may take ${showBytes(all)}.`,
  )
}

function noRoom({ name, bytes }: Guest, taken: number, all: number): Failure {
  return new Failure(
    'overloaded',
    `${name} needs ${showBytes(bytes)} of memory, and ${showBytes(taken)} of ${showBytes(all)} are taken by models that are answering. Please try again later.`,
  )
}
