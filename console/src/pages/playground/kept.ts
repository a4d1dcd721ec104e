import type { Conversation } from './conversation.ts'

/** The conversations that this browser keeps, in its own database and nowhere else. */

/** What is older than so many is forgotten. */
const most = 100

const store = 'conversations'
let opened: Promise<IDBDatabase> | undefined

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('silica', 1)
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'id' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('This browser keeps no conversations.'))
  })
  return opened
}

async function run<T>(mode: IDBTransactionMode, make: (of: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = await database()
  return new Promise((resolve, reject) => {
    const request = make(opening.transaction(store, mode).objectStore(store))
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('This browser kept nothing.'))
  })
}

/** Newest first. */
export async function listKept(): Promise<readonly Conversation[]> {
  const all: Conversation[] = await run('readonly', (of) => of.getAll())
  return all.toSorted((one, other) => other.changedAt - one.changedAt)
}

export async function keep(conversation: Conversation): Promise<readonly Conversation[]> {
  await run('readwrite', (of) => of.put(conversation))
  const all = await listKept()
  for (const { id } of all.slice(most)) await forget(id)
  return all.slice(0, most)
}

export async function forget(id: string): Promise<void> {
  await run('readwrite', (of) => of.delete(id))
}
