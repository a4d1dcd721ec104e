import { setTimeout as sleep } from 'node:timers/promises'
import type { Admission, AnswerRecord } from '../../chat/answer-record.ts'
import type { Database } from '../../storage/database.ts'
import { insertRequests } from '../../storage/requests.ts'
import type { Journal } from './journal.ts'
import { doneLine, openLine } from './line.ts'

/**
 * One row in the database for each admitted request, exactly once. Nobody waits for it: what is new is written to the
 * journal, a file, within `tick`, and from memory to the database soon after. Whatever the database does not take is
 * stored from the journal when it takes rows again; a row that arrives twice is stored once.
 *
 * A process that is killed loses what came in since the last tick. The next one to start stores what was journaled, and
 * closes what was open as abandoned.
 */
export interface Ledger {
  open(admission: Admission): void
  /** Called once for each that was opened. */
  done(record: AnswerRecord): void
  state(): LedgerState
  /** Stores what it can within a few seconds; the rest stays in the journal. */
  close(): Promise<void>
}

export interface LedgerState {
  /** `behind`: the database, or the disk beside it, does not take rows, and they wait. `losing`: there is no more room. */
  readonly status: 'ok' | 'behind' | 'losing'
  /** Bytes of rows that wait on disk. */
  readonly waitingBytes: number
  /** Rows that were lost since the start. */
  readonly lost: number
}

export interface LedgerParts {
  readonly database: Database
  readonly journal: ReturnType<typeof Journal.open>
  /** The most that may wait on disk, in bytes. */
  readonly room: number
  /** Told when rows begin to wait or to be lost, and why, and when all is well again. */
  readonly changed: (state: LedgerState, cause: unknown) => void
}

/** Milliseconds that a row may be in memory alone, and those until it is sent to the database: larger batches cost less. */
const tick = 50
const batch = 250
/** Milliseconds until a database that took no rows is asked again. */
const pause = 1000
/** Milliseconds that `close` waits for the database. */
const patience = 5000
const rowsAtOnce = 500
/** Rows that wait in memory; more wait in the journal alone. */
const mostInMemory = 10_000
/** The size from which a file of the journal is replaced, if nothing in it waits; and the size at which it is sealed. */
const turnAt = 1 << 20
const sealAt = 8 << 20

export function openLedger({ database, journal: opened, room, changed }: LedgerParts): Ledger {
  const { journal } = opened
  const open = new Map<string, Admission>()
  /** Ids of those that the journal does not know yet. */
  let unwritten = new Set<string>()
  /** Lines for the journal and for the database. */
  let toWrite: string[] = [...opened.abandoned]
  const toStore: string[] = [...opened.abandoned]
  /** Whether the file that is written to holds lines that are to be stored from it. */
  let needed = false
  let lost = 0
  let closed = false
  let status: LedgerState['status'] = 'ok'
  let [storeFails, writeFails] = [false, false]
  let ticking: NodeJS.Timeout | undefined
  let batching: NodeJS.Timeout | undefined
  let retrying: NodeJS.Timeout | undefined
  let storing: Promise<void> | undefined
  /** All use of the journal, one after the other. */
  let journaling: Promise<unknown> = Promise.resolve()

  function inJournal<T>(use: () => Promise<T>): Promise<T> {
    const used = journaling.then(use)
    journaling = used.catch(() => {})
    return used
  }

  function report(next: LedgerState['status'], cause?: unknown): void {
    if (next === status) return
    status = next
    changed(state(), cause)
  }

  /** Rows that were lost are spoken of until all is well again. */
  function judge(cause?: unknown): void {
    if (!storeFails && !writeFails) report('ok')
    else if (status === 'ok') report('behind', cause)
  }

  function state(): LedgerState {
    return { status, waitingBytes: status === 'ok' ? 0 : journal.size, lost }
  }

  function wake(): void {
    if (closed) return
    ticking ??= setTimeout(() => {
      ticking = undefined
      void write()
    }, tick)
    batching ??= setTimeout(() => {
      batching = undefined
      void store()
    }, batch)
  }

  /** Writes to the journal what it does not know. */
  function write(): Promise<void> {
    return inJournal(async () => {
      const opened = [...unwritten].flatMap((id) => open.get(id) ?? [])
      const lines = [...opened.map(openLine), ...toWrite]
      unwritten = new Set()
      toWrite = []
      try {
        if (journal.size > room) throw new Error(`The journal is larger than ${room} bytes.`)
        if (lines.length > 0) await journal.append(lines)
      } catch (error) {
        for (const { traceId } of opened) unwritten.add(traceId)
        // They may still be stored from memory, and are wanted here as long as they are not.
        toWrite = [...lines.slice(opened.length), ...toWrite].slice(-(toStore.length + rowsAtOnce))
        writeFails = true
        judge(error)
        dropOver(error)
        return
      }
      writeFails = false
      judge()
      if (storeFails || toStore.length > mostInMemory) leaveToJournal()
      if (journal.bytes > sealAt) {
        needed ||= toStore.length > 0 || storing !== undefined
        // Where it cannot, this file grows on.
        await turn().catch(() => {})
      }
    })
  }

  /** Frees the memory of all rows that the journal has: all but the newest. */
  function leaveToJournal(): void {
    const known = toStore.length - toWrite.length
    if (known <= 0) return
    toStore.splice(0, known)
    needed = true
  }

  /** With neither database nor journal, the newest rows go. */
  function dropOver(cause: unknown): void {
    const over = Math.min(toWrite.length, toStore.length) - mostInMemory
    if (!storeFails || over <= 0) return
    toWrite.splice(-over)
    toStore.splice(-over)
    lost += over
    report('losing', cause)
  }

  /** Goes on to another file, which begins with what is open. Throws where the disk does not take it. */
  async function turn(): Promise<void> {
    await journal.turn([...open.values()].map(openLine), needed)
    needed = false
  }

  function store(): Promise<void> {
    if (retrying !== undefined) return Promise.resolve()
    storing ??= storeAll()
      .then(() => {
        storeFails = false
        judge()
        // What came in during the last of it may have been left to the journal.
        if (needed) wake()
      })
      .catch((error: unknown) => {
        storeFails = true
        if (closed) return
        judge(error)
        retrying = setTimeout(() => {
          retrying = undefined
          void store()
        }, pause)
        wake()
      })
      .finally(() => (storing = undefined))
    return storing
  }

  async function storeAll(): Promise<void> {
    while (toStore.length > 0) {
      const rows = toStore.splice(0, rowsAtOnce)
      try {
        await insertRequests(database, rows)
      } catch (error) {
        toStore.unshift(...rows)
        throw error
      }
    }
    if (needed || journal.sealed > 0) await storeFromJournal()
    else if (journal.bytes > turnAt) {
      await inJournal(async () => {
        if (toStore.length === 0) await turn()
      })
    }
  }

  async function storeFromJournal(): Promise<void> {
    if (needed) await inJournal(turn)
    while (journal.sealed > 0) {
      const rows = [...(await journal.readOldest())]
      while (rows.length > 0) await insertRequests(database, rows.splice(0, rowsAtOnce))
      await journal.removeOldest()
    }
  }

  wake()
  return {
    open(admission) {
      open.set(admission.traceId, admission)
      unwritten.add(admission.traceId)
      wake()
    },
    done(record) {
      open.delete(record.traceId)
      unwritten.delete(record.traceId)
      const line = doneLine(record)
      toWrite.push(line)
      toStore.push(line)
      wake()
    },
    state,
    async close() {
      closed = true
      clearTimeout(ticking)
      clearTimeout(batching)
      clearTimeout(retrying)
      retrying = undefined
      await write()
      const stored = async () => {
        await storing
        await store()
        return !storeFails
      }
      if (!(await Promise.race([stored(), sleep(patience, false, { ref: false })]))) needed = true
      await inJournal(() => journal.close(needed || open.size > 0))
    },
  }
}
