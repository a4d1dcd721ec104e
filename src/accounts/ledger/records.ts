import type { RecordFilter } from '../../chat/record-filter.ts'
import type { UsageQuestion, UsageReport } from '../../chat/usage-report.ts'
import { type BodiesRow, findBodies } from '../../storage/bodies.ts'
import type { Database } from '../../storage/database.ts'
import { findRequest, listRequests, type RequestRow } from '../../storage/requests.ts'
import { reportUsage } from './usage.ts'

/** The rows of the ledger, for whoever asks what became of a request. A request is in it a moment after its end. */
export interface Records {
  /** The request that Silica named so. */
  find(traceId: string): Promise<RequestRow | undefined>
  /** The newest first. `next` is the filter's `before` for those that follow; null where none do. */
  list(
    filter: RecordFilter,
    limit: number,
  ): Promise<{ readonly rows: readonly RequestRow[]; readonly next: string | null }>
  /** What was asked and answered, where that is kept. */
  bodies(traceId: string): Promise<BodiesRow | undefined>
  usage(question: UsageQuestion): Promise<UsageReport>
}

export function openRecords(database: Database): Records {
  return {
    find: (traceId) => findRequest(database, traceId),
    async list(filter, limit) {
      const found = await listRequests(database, filter, limit + 1)
      const rows = found.slice(0, limit)
      return { rows, next: found.length > limit ? (rows.at(-1)?.id ?? null) : null }
    },
    bodies: (traceId) => findBodies(database, traceId),
    usage: (question) => reportUsage(database, question),
  }
}
