import type { Migration } from '../tables.ts'

export const levels: Migration = {
  name: '0004-levels',
  async up({ schema }) {
    await schema
      .alterTable('accounts')
      .addColumn('level', 'text', (column) => column.notNull().defaultTo(''))
      .execute()
  },
}
