import { createHmac } from 'node:crypto'

/**
 * The headers of a webhook as Standard Webhooks has them: an HMAC-SHA256 over id, time and body. A secret that begins with
 * `whsec_` is base64 after that, as the libraries of that specification expect it; any other is taken as it stands.
 */
export function sign(
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: number },
  secret: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000))
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
