import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import type { Refuse } from '../schema/read-yaml.ts'
import type { WebhookSettings } from '../settings.ts'

const closed = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

/** `webhooks` of `silica.yaml`. */
export const webhooksSchema = Type.Array(
  Type.Object(
    {
      name: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' }),
      url: Type.String({ pattern: '^https?://[^/]' }),
      secret: Type.Union([Type.Object({ env: text }, closed), Type.Object({ file: text }, closed)]),
    },
    closed,
  ),
)

export function readWebhooks(
  webhooks: Static<typeof webhooksSchema>,
  folder: string,
  refuse: Refuse,
): readonly WebhookSettings[] {
  return webhooks.map(({ name, url, secret }, index) => {
    if (!URL.canParse(url) || new URL(url).password !== '' || new URL(url).username !== '')
      throw refuse(['webhooks', index, 'url'], 'must be an address without a password')
    if (webhooks.findIndex((other) => other.name === name) !== index)
      throw refuse(['webhooks', index, 'name'], `must be its own; there is another ${name}`)
    return { name, url, secret: 'file' in secret ? { file: resolve(folder, secret.file) } : secret }
  })
}
