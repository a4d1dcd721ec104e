import type { Migration } from '../tables.ts'

export const lives: Migration = {
  name: '0005-lives',
  async up({ schema }) {
    await schema
      .createTable('lives')
      .addColumn('model', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('sunset_at', 'bigint')
      .addColumn('successor', 'text', (column) => column.notNull())
      .addColumn('since', 'bigint')
      .addColumn('row_life', 'text', (column) => column.notNull())
      .addColumn('abilities', 'text', (column) => column.notNull())
      .execute()
    await schema
      .createTable('announcements')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('sunset_at', 'bigint')
      .addColumn('successor', 'text', (column) => column.notNull())
      .addColumn('changes', 'text', (column) => column.notNull())
      .addColumn('spread', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createTable('deliveries')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('announcement_id', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts', 'bigint', (column) => column.notNull())
      .addColumn('next_at', 'bigint', (column) => column.notNull())
      .addColumn('result', 'text', (column) => column.notNull())
      .addUniqueConstraint('one_delivery', ['announcement_id', 'target'])
      .execute()
    await schema.createIndex('deliveries_due').on('deliveries').columns(['state', 'next_at']).execute()
  },
}
