import type { FastifyInstance } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import type { Directory } from '../accounts/directory.ts'
import type { Records } from '../accounts/ledger/records.ts'
import type { Sessions } from '../accounts/sessions.ts'
import { Failure } from '../chat/failure.ts'
import { readAccountChange, readKeyChange, readNewAccount, readNewKey } from '../wire/admin/bodies.ts'
import { readFilter } from '../wire/admin/read-filter.ts'
import { readUsage } from '../wire/admin/read-usage.ts'
import { writeAccount, writeKey, writeList, writeRecord, writeBodies } from '../wire/admin/write.ts'
import { writeUsage, writeUsageCsv } from '../wire/admin/write-usage.ts'
import { type AdminEngineParts, addAdminEngineRoutes } from './admin-engines.ts'
import { type AdminModelParts, addAdminModelRoutes } from './admin-models.ts'
import { bodyOf, idOf, queryOf } from './read-request.ts'
import { identifySender } from './session.ts'

export interface AdminParts {
  readonly identify: Accounts['identifyAdmin']
  readonly sessions: Sessions
  readonly directory: Directory
  readonly records: Records
  readonly models: AdminModelParts
  readonly engines: AdminEngineParts
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** `/admin/v1`: accounts, keys, requests, usage, models and engines, for admin keys and the console alone. */
export function addAdminRoutes(app: FastifyInstance, parts: AdminParts): void {
  const { identify, sessions, directory, records, models, engines, clock } = parts
  void app.register(
    (admin, _options, done) => {
      admin.addHook('onRequest', async (request) => {
        request.caller = await identifySender(
          request,
          request.headers.authorization ?? '',
          identify,
          sessions,
        )
      })

      admin.get('/accounts', async () => writeList((await directory.listAccounts()).map(writeAccount)))
      admin.post('/accounts', async (request, reply) => {
        const account = await directory.createAccount(readNewAccount(bodyOf(request)))
        return reply.status(201).send(writeAccount(account))
      })
      admin.get('/accounts/:id', async (request) => writeAccount(await directory.findAccount(idOf(request))))
      admin.patch('/accounts/:id', async (request) =>
        writeAccount(await directory.changeAccount(idOf(request), readAccountChange(bodyOf(request)))),
      )

      admin.get('/keys', async () => writeList((await directory.listKeys()).map((key) => writeKey(key))))
      admin.post('/keys', async (request, reply) => {
        const { key, secret } = await directory.createKey(readNewKey(bodyOf(request)))
        return reply.status(201).send(writeKey(key, secret))
      })
      admin.get('/keys/:id', async (request) => writeKey(await directory.findKey(idOf(request))))
      admin.patch('/keys/:id', async (request) =>
        writeKey(await directory.changeKey(idOf(request), readKeyChange(bodyOf(request)))),
      )

      admin.get('/requests', async (request) => {
        const { filter, limit } = readFilter(queryOf(request))
        const { rows, next } = await records.list(filter, limit)
        return writeList(rows.map(writeRecord), next)
      })
      admin.get('/requests/:id', async (request) => {
        const row = await records.find(idOf(request))
        if (row === undefined) throw new Failure('not-found', 'There is no such request.')
        return { ...writeRecord(row), bodies: writeBodies(await records.bodies(idOf(request))) }
      })
      admin.get('/usage', async (request, reply) => {
        const { question, format } = readUsage(queryOf(request), clock())
        const report = await records.usage(question)
        if (format === 'json') return writeUsage(report)
        void reply.header('content-disposition', 'attachment; filename="usage.csv"')
        return reply.type('text/csv; charset=utf-8').send(writeUsageCsv(report))
      })
      addAdminModelRoutes(admin, models)
      addAdminEngineRoutes(admin, engines)
      done()
    },
    { prefix: '/admin/v1' },
  )
}
