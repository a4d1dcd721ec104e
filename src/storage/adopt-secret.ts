import { Failure } from '../chat/failure.ts'
import type { Database } from './database.ts'
import { exclusively } from './exclusively.ts'
import { rehashKeys } from './keys.ts'

/**
 * Binds the database to the secret that seals its keys, known here by `mark` alone. What an older Silica stored unsealed
 * is put through `seal` the first time. Throws `invalid-request` where the keys are sealed with another secret: every
 * one of them would be refused.
 */
export async function adoptSecret(
  database: Database,
  { mark, seal }: { readonly mark: string; readonly seal: (hash: string) => string },
): Promise<void> {
  await exclusively(database, async (inside) => {
    const { query } = inside
    const known = await query
      .selectFrom('facts')
      .select('value')
      .where('name', '=', 'secret')
      .executeTakeFirst()
    if (known?.value === mark) return
    if (known !== undefined) {
      throw new Failure(
        'invalid-request',
        'The keys of the database are sealed with another secret. Use the data folder that they were made with, ' +
          'or set SILICA_SECRET to what stands in its file "secret".',
      )
    }
    await rehashKeys(inside, seal)
    await query.insertInto('facts').values({ name: 'secret', value: mark }).execute()
  })
}
