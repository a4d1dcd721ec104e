import { sql } from 'kysely'
import type { Migration } from '../tables.ts'

/** SQLite sums whole batches too. */
export const sums: Migration = {
  name: '0008-sums',
  async up(query, kind) {
    if (kind === 'sqlite') await sql`drop trigger requests_usage`.execute(query)
  },
}
