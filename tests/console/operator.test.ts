import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { clipboard, describeInBrowser, expectAccessible, openBrowser, openPage } from './browser.ts'

const adminKey = 'an-admin-key'
const models = resolve(import.meta.dirname, '../../models')
let silica: TestSilica
let browser: Browser
let page: Page
let complaints: readonly string[]
beforeAll(async () => {
  browser = await openBrowser()
  silica = await openTestSilica({ adminKeys: [adminKey], bundledRows: globSync(join(models, '*.yaml')) })
})
afterAll(async () => {
  await browser.close()
  await silica.close()
})
beforeEach(async () => {
  ;({ page, complaints } = await openPage(browser))
  await page.goto(silica.url)
  await page.getByLabel('Admin key').fill(adminKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Message').waitFor()
})

function ask(content: string, key = silica.key): Promise<Response> {
  return fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'silica/nano', messages: [{ role: 'user', content }] }),
  })
}

const open = (name: string) => page.getByRole('link', { name, exact: true }).click()

describeInBrowser('an operator', () => {
  it('finds what became of a failed request by its trace id, and is told what to do', async () => {
    expect((await ask('Hello!')).status).toBe(200)
    const refused = await ask('word '.repeat(9000))
    const id = refused.headers.get('x-siliconcloud-trace-id') ?? ''
    await open('Requests')
    await page.getByLabel('Find a trace id').fill(id)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Failed with context-overflow' }).waitFor()
    await page.getByText('Shorten the conversation').waitFor()
    await page.getByRole('row', { name: /silica-nano\.gguf context-overflow/ }).waitFor()
    await expectAccessible(page)

    await page.getByRole('link', { name: '← Requests' }).click()
    await page.getByRole('row', { name: /context-overflow/ }).waitFor()
    await page.getByLabel('Outcome').selectOption('finished')
    await page.getByRole('row', { name: /stop/ }).waitFor()
    expect(await page.getByRole('row', { name: /context-overflow/ }).count()).toBe(0)
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  it('sees a request in the list as it comes in', async () => {
    await open('Requests')
    await page.getByRole('table').waitFor()
    const id = (await ask('Hello!')).headers.get('x-siliconcloud-trace-id') ?? ''
    const link = page.locator(`a[href="#/requests/${id}"]`)
    await expect.poll(() => link.count(), { timeout: 20_000 }).toBe(1)
  })

  it('takes a model offline and sees the announcement, and online again', async () => {
    await open('Models')
    const model = page.getByRole('region', { name: 'silica/nano' })
    await model.getByRole('button', { name: 'Take offline' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take offline' }).click()
    await model.getByText('offline', { exact: true }).waitFor()
    await page.getByText(/^silica\/nano is offline/).waitFor()
    expect((await ask('Hello!')).status).toBe(403)
    await expectAccessible(page)
    await model.getByRole('button', { name: 'Take online' }).click()
    await model.getByText('online', { exact: true }).waitFor()
    expect((await ask('Hello!')).status).toBe(200)

    await model.getByRole('button', { name: 'Drain' }).click()
    await model.getByText('draining').waitFor()
    await model.getByRole('button', { name: 'Resume' }).click()
    await model.getByRole('button', { name: 'Drain' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('makes a key, sees its secret once, and revokes it', async () => {
    await open('Accounts')
    const account = page.getByRole('region', { name: 'default' })
    await account.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name').fill('laptop')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied').waitFor()
    const secret = await clipboard(page)
    expect((await ask('Hello!', secret)).status).toBe(200)
    await page.getByRole('button', { name: 'Done' }).click()
    await page
      .getByRole('row', { name: /laptop/ })
      .getByRole('button', { name: 'Revoke' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('row', { name: /laptop.*revoked/ }).waitFor()
    expect((await ask('Hello!', secret)).status).toBe(401)
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  it('reads what was used, and takes it along as a spreadsheet', async () => {
    await ask('Hello!')
    await open('Usage')
    await page.getByRole('row', { name: /silica\/nano/ }).waitFor()
    await expectAccessible(page)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export CSV' }).click()
    expect((await download).suggestedFilename()).toBe('silica-usage-day-model.csv')
    expect(complaints).toEqual([])
  })

  it('reads every page in Chinese', async () => {
    await page.getByRole('button', { name: '中文' }).click()
    for (const name of ['请求', '模型', '用量', '账户', '体验']) {
      await open(name)
      await expect.poll(() => page.title(), { timeout: 20_000 }).toBe(`${name} · Silica`)
    }
    expect(complaints).toEqual([])
  })
})
