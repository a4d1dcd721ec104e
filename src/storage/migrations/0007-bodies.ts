import type { Migration } from '../tables.ts'

export const bodies: Migration = {
  name: '0007-bodies',
  async up({ schema }) {
    await schema
      .alterTable('accounts')
      .addColumn('keeps_bodies', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    await schema
      .createTable('bodies')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('answer', 'text', (column) => column.notNull())
      .addColumn('truncated', 'bigint', (column) => column.notNull())
      .execute()
  },
}
