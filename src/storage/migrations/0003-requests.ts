import type { Migration } from '../tables.ts'

export const requests: Migration = {
  name: '0003-requests',
  async up({ schema }) {
    await schema
      .createTable('requests')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('caller_trace_id', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('stand_in', 'text', (column) => column.notNull())
      .addColumn('thinking', 'text', (column) => column.notNull())
      .addColumn('reply', 'text', (column) => column.notNull())
      .addColumn('choices', 'bigint', (column) => column.notNull())
      .addColumn('received_at', 'bigint', (column) => column.notNull())
      .addColumn('admitted_at', 'bigint', (column) => column.notNull())
      .addColumn('first_token_at', 'bigint')
      .addColumn('done_at', 'bigint', (column) => column.notNull())
      .addColumn('prompt_tokens', 'bigint', (column) => column.notNull())
      .addColumn('cached_tokens', 'bigint', (column) => column.notNull())
      .addColumn('completion_tokens', 'bigint', (column) => column.notNull())
      .addColumn('reasoning_tokens', 'bigint', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('reasons', 'text', (column) => column.notNull())
      .addColumn('failure', 'text')
      .addColumn('cause', 'text')
      .execute()
    await schema.createIndex('requests_of_account').on('requests').columns(['account_id', 'id']).execute()
  },
}
