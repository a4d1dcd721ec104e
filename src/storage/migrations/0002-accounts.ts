import type { Migration } from '../tables.ts'

export const accounts: Migration = {
  name: '0002-accounts',
  async up({ schema }) {
    await schema
      .createTable('accounts')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('disabled_at', 'bigint')
      .execute()
    await schema
      .createTable('facts')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    const keys = schema.alterTable('keys')
    await keys.addColumn('account_id', 'text', (column) => column.notNull().defaultTo('default')).execute()
    await keys.addColumn('role', 'text', (column) => column.notNull().defaultTo('caller')).execute()
    await keys.addColumn('models', 'text').execute()
    await keys.addColumn('expires_at', 'bigint').execute()
  },
}
