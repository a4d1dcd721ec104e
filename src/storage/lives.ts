import { type KnownLife, type LifeState, lifeStates } from '../chat/life.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

/** What is stored of a model. */
export interface StoredLife {
  readonly model: string
  readonly life: KnownLife
  readonly rowLife: string
  readonly abilities: string
}

export async function listLives({ query }: Database): Promise<readonly StoredLife[]> {
  return (await query.selectFrom('lives').selectAll().orderBy('model').execute()).map(lifeOf)
}

export async function findLife({ query }: Database, model: string): Promise<StoredLife | undefined> {
  const row = await query.selectFrom('lives').selectAll().where('model', '=', model).executeTakeFirst()
  return row === undefined ? undefined : lifeOf(row)
}

/** Puts it in the place of what was stored of the model, if anything was. */
export async function putLife(
  { query }: Database,
  { model, life, rowLife, abilities }: StoredLife,
): Promise<void> {
  const { state, sunsetAt, successor, since } = life
  const values = { state, sunset_at: sunsetAt, successor, since, row_life: rowLife, abilities }
  await query
    .insertInto('lives')
    .values({ model, ...values })
    .onConflict((conflict) => conflict.column('model').doUpdateSet(values))
    .execute()
}

function lifeOf(row: Tables['lives']): StoredLife {
  const { model, sunset_at: sunsetAt, successor, since, abilities } = row
  return {
    model,
    life: { state: stateOf(row.state), sunsetAt, successor, since },
    rowLife: row.row_life,
    abilities,
  }
}

export function stateOf(text: string): LifeState {
  return lifeStates.find((state) => state === text) ?? 'online'
}
