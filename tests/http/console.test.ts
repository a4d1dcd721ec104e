import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

const adminKey = 'an-admin-key'
const folder = mkdtempSync(join(tmpdir(), 'silica-console-'))
let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica({ adminKeys: [adminKey], consoleFolder: folder })
})
afterAll(async () => {
  await silica.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${silica.url}${path}`, { headers })

describe('the page', () => {
  it('says so, and looks again, while it is being built', async () => {
    const response = await get('/')
    expect(response).toMatchObject({ status: 200 })
    expect(response.headers.get('refresh')).toBe('1')
    expect(await response.text()).toContain('is being built')
  })

  it('may load nothing from elsewhere, and is asked for anew each time', async () => {
    writeFileSync(join(folder, 'index.html'), '<!doctype html>')
    const response = await get('/')
    expect(await response.text()).toBe('<!doctype html>')
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(response.headers.get('cache-control')).toBe('no-cache')
    const etag = response.headers.get('etag') ?? ''
    expect((await get('/', { 'if-none-match': etag })).status).toBe(304)
    writeFileSync(join(folder, 'index.html'), '<!doctype html><p>')
    expect((await get('/', { 'if-none-match': etag })).status).toBe(200)
  })

  it('keeps its assets for good', async () => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'assets/index-1a2b.js'), 'const one = 1')
    const response = await get('/assets/index-1a2b.js')
    expect(await response.text()).toBe('const one = 1')
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(response.headers.get('content-encoding')).toBe('gzip')
  })

  it.each(['/assets/none.js', '/assets/..%2findex.html', '/assets/.hidden'])('has no %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })
})

describe('a session of the console', () => {
  const session = (method: string, headers: Record<string, string> = {}) =>
    fetch(`${silica.url}/admin/v1/session`, { method, headers })

  async function signIn(secret = adminKey): Promise<string> {
    const response = await session('POST', { authorization: `Bearer ${secret}` })
    expect(response.status).toBe(204)
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^silica_session=\S+; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/)
    return cookie.split(';')[0] ?? ''
  }

  it('manages, and asks models for the account of its key', async () => {
    const headers = { cookie: await signIn(), 'x-silica-console': '1' }
    expect((await get('/admin/v1/keys', headers)).status).toBe(200)
    expect(await (await session('GET', headers)).json()).toEqual({
      account_id: 'default',
      key_id: 'given-admin-1',
    })
    const answer = await fetch(`${silica.url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'silica/nano', messages: [{ role: 'user', content: 'Hello!' }] }),
    })
    expect(answer.status).toBe(200)
  })

  it('is of no use to a page of another site, which cannot send the header', async () => {
    const cookie = await signIn()
    expect((await get('/admin/v1/keys', { cookie })).status).toBe(401)
    expect((await get('/v1/models', { cookie })).status).toBe(401)
    const preflight = await fetch(`${silica.url}/admin/v1/keys`, {
      method: 'OPTIONS',
      headers: { origin: 'http://elsewhere', 'access-control-request-headers': 'x-silica-console' },
    })
    expect(preflight.headers.get('access-control-allow-headers')).toBeNull()
  })

  it('is opened by an invitation once, and ends with the sign-out', async () => {
    const invitation = silica.invite()
    const cookie = await signIn(invitation)
    expect((await get('/admin/v1/keys', { cookie, 'x-silica-console': '1' })).status).toBe(200)
    expect((await session('POST', { authorization: `Bearer ${invitation}` })).status).toBe(401)
    const out = await session('DELETE')
    expect(out.headers.get('set-cookie')).toMatch(/^silica_session=; Path=\/; Max-Age=0;/)
  })

  it('is marked for TLS where a proxy says so', async () => {
    const response = await session('POST', {
      authorization: `Bearer ${adminKey}`,
      'x-forwarded-proto': 'https',
    })
    expect(response.headers.get('set-cookie')).toContain('; Secure')
  })
})
