import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readRows } from '../../src/catalogue/read-rows.ts'
import type { Model } from '../../src/chat/model.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { readRequest } from '../../src/wire/chat-completions/read-request.ts'

const folder = resolve(import.meta.dirname, '../../models')

const allBundled: readonly Model[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => readRows({ name, text: readFileSync(join(folder, name), 'utf8'), folder, field: '' }))
  .map(({ model }) => model)

/** The rows that come with Silica, as their files have them: those of models that answer, and the others. */
export const bundledModels = allBundled.filter(({ embedding }) => embedding === null)
export const bundledEmbedders = allBundled.filter(({ embedding }) => embedding !== null)

/** Reads a body that asks `model` to say hello, but for what `fields` say. */
export function ask(model: string, fields: object = {}): ChatRequest {
  const body = { model, messages: [{ role: 'user', content: 'Hello' }], ...fields }
  return readRequest(
    new TextEncoder().encode(JSON.stringify(body)),
    (id) => allBundled.find((one) => one.id === id),
    { compat: 'served', userAgent: '' },
  )
}
