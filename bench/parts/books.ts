import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Accounts, openAccounts } from '../../src/accounts/accounts.ts'
import { Journal } from '../../src/accounts/ledger/journal.ts'
import { type Ledger, openLedger } from '../../src/accounts/ledger/ledger.ts'
import { openLimits } from '../../src/accounts/limits/limits.ts'
import type { Limiter } from '../../src/accounts/limits/limiter.ts'
import { memoryLimiter } from '../../src/accounts/limits/memory-limiter.ts'
import { redisLimiter } from '../../src/accounts/limits/redis-limiter.ts'
import { serverSecret } from '../../src/accounts/server-secret.ts'
import { metrics } from '../../src/chat/limits.ts'
import { after } from '../../src/cli/world.ts'
import { openMetrics } from '../../src/http/metrics/metrics.ts'
import { idMaker } from '../../src/main.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { openRedis } from '../../src/storage/redis.ts'
import { freshDatabase } from '../../tests/storage/fresh-database.ts'

/** Keys, limits that are never reached, and a ledger over a fresh database, as `main.ts` puts them together. */
export interface Books {
  readonly accounts: Accounts
  readonly ledger: Ledger
  /** A key that may ask everything. */
  readonly key: string
  readonly newId: () => string
  /** Rows of the ledger, and all tokens of prompts and answers in them, once everything is stored. */
  end(): Promise<{ readonly rows: number; readonly tokens: number }>
}

const steady = () => performance.now()

function limiterIn(address: string): Limiter {
  const redis = openRedis({ address, patience: 5000, after, changed: () => {} })
  return redisLimiter({ redis, steady, restarted: 'kept', time: "redis.call('TIME')" })
}

/** `redis`: the address of one that counts; empty to count in memory. */
export async function openBooks(kind: 'sqlite' | 'postgres', redis: string): Promise<Books> {
  const fresh = await freshDatabase(kind)
  const folder = mkdtempSync(join(tmpdir(), 'silica-bench-'))
  const database = await openDatabase(fresh.place)
  const newId = idMaker({ clock: Date.now, randomBytes })
  const journal = Journal.open(folder, newId())
  const changed = ({ status }: { readonly status: string }) => console.log(`the ledger is ${status}`)
  const ledger = openLedger({ database, journal, room: 1e9, changed })
  const limiter = redis === '' ? memoryLimiter(steady) : limiterIn(redis)
  const counted = openMetrics({
    states: () => new Map(),
    records: () => ledger.state(),
    redis: () => 'none',
    spansDropped: () => 0,
    used: () => ({ cpu: 0, memory: 0 }),
  })
  const limits = metrics.map((metric) => ({ metric, most: 1e12 }))
  const accounts = await openAccounts({
    database,
    clock: Date.now,
    randomBytes,
    secret: serverSecret('a secret'),
    apiKeys: [],
    adminKeys: [],
    limits: openLimits({
      limiter,
      levels: new Map([['all', { limits, models: new Map() }]]),
      level: 'all',
      reserve: 'answer',
      decided: (model, decision) => counted.decided(model, decision),
    }),
    ledger,
    bodies: { keep: () => ({ said: () => {}, done: () => {} }) },
    record: (record) => counted.answered(record),
    newSpanId: null,
  })
  const { secret } = await accounts.directory.createKey({
    name: 'bench',
    accountId: 'default',
    role: 'caller',
    models: null,
    expiresAt: null,
  })
  return {
    accounts,
    ledger,
    key: secret,
    newId,
    async end() {
      await ledger.close()
      await limiter.close()
      const asked = sql<{ rows: number; tokens: number }>`
        select count(*) as rows, cast(sum(prompt_tokens + completion_tokens) as bigint) as tokens from requests`
      const [found = { rows: 0, tokens: 0 }] = (await asked.execute(database.query)).rows
      await database.close()
      await fresh.remove()
      rmSync(folder, { recursive: true, force: true })
      return found
    },
  }
}
