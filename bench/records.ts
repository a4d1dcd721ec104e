import { randomBytes } from 'node:crypto'
import { doneLine } from '../src/accounts/ledger/line.ts'
import { openRecords } from '../src/accounts/ledger/records.ts'
import { openDatabase } from '../src/storage/database.ts'
import { insertRequests } from '../src/storage/requests.ts'
import { anyRequest, untold } from '../tests/ledger/any-request.ts'
import { freshDatabase, kinds } from '../tests/storage/fresh-database.ts'

// How long it takes to find requests, and to sum what was used, with many of them in the database: milliseconds of the
// clock, the best of five. Usage: npm run bench -- records [requests]

const count = Number(process.argv[2] ?? 1_000_000)
const day = 86_400_000
const days = 30
const end = 1_764_028_800_000
const start = end - days * day
const models = ['team/big', 'team/small', 'silica/nano', 'far/a', 'far/b']

for (const kind of kinds) {
  const fresh = await freshDatabase(kind)
  const database = await openDatabase(fresh.place)
  const began = performance.now()
  for (let at = 0; at < count; at += 5000)
    await insertRequests(
      database,
      Array.from({ length: Math.min(5000, count - at) }, (_, index) => line(at + index)),
    )
  console.log(`${kind}: ${count} requests stored in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const records = openRecords(database)
  const day30 = { from: start, to: end, accountId: null, keyId: null, model: null }
  const cursor = Math.floor(start + (days * day) / 2)
    .toString(16)
    .padStart(12, '0')
  await time('the latest 100', () => records.list(anyRequest, 100))
  await time('100 from the middle', () => records.list({ ...anyRequest, before: cursor }, 100))
  await time('100 of one model', () => records.list({ ...anyRequest, model: 'far/b' }, 100))
  await time('100 failures of one kind', () => records.list({ ...anyRequest, failure: 'engine-lost' }, 100))
  await time("one by its caller's name", () => records.list({ ...anyRequest, callerTraceId: 'c-77' }, 100))
  await time('30 days by day and model', () => records.usage({ ...day30, step: day, by: 'model' }))
  await time('30 days by hour and model', () => records.usage({ ...day30, step: day / 24, by: 'model' }))
  await time('one hour by minute', () =>
    records.usage({ ...day30, from: end - day / 24, step: 60_000, by: 'none' }),
  )
  await database.close()
  await fresh.remove()
}

function line(index: number): string {
  const receivedAt = Math.floor(start + (index / count) * days * day)
  const failed = index % 200 === 0
  return doneLine({
    ...untold,
    traceId: receivedAt.toString(16).padStart(12, '0') + randomBytes(10).toString('hex'),
    callerTraceId: index % 1000 === 77 ? `c-${index}` : '',
    accountId: `account-${index % 7}`,
    keyId: `sk-${index % 11}`,
    model: models[index % models.length] ?? '',
    standIn: '',
    thinking: 'off',
    reply: 'stream',
    choices: 1,
    answerLimit: 1000,
    receivedAt,
    admittedAt: receivedAt,
    firstTokenAt: receivedAt + 100 + ((index * 7919) % 400),
    doneAt: receivedAt + 1500 + ((index * 104_729) % 3000),
    promptTokens: 300,
    cachedTokens: 100,
    completionTokens: 120,
    reasoningTokens: 0,
    outcome: failed ? 'failed' : 'finished',
    reasons: failed ? [] : ['stop'],
    failure: failed ? 'engine-lost' : null,
    cause: null,
  })
}

async function time(what: string, ask: () => Promise<unknown>): Promise<void> {
  let best = Infinity
  for (let round = 0; round < 5; round++) {
    const began = performance.now()
    await ask()
    best = Math.min(best, performance.now() - began)
  }
  console.log(`  ${what.padEnd(28)} ${best.toFixed(1).padStart(8)} ms`)
}
