import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../../src/storage/database.ts'
import { insertRequests } from '../../src/storage/requests.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { describeInBrowser, openBrowser, openPage } from './browser.ts'
import { openLongAnswer } from './long-answer.ts'

const records = 100_000
let folder: string
let upstream: Awaited<ReturnType<typeof openLongAnswer>>
let silica: TestSilica
let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
  folder = mkdtempSync(join(tmpdir(), 'silica-long-'))
  await writeRecords()
  // Twenty at a time: far more than a reader can follow, and so many draws of the page.
  upstream = await openLongAnswer(folder, 20)
  silica = await openTestSilica({
    dataFolder: folder,
    models: [{ kind: 'rows', file: upstream.rows, field: '' }],
  })
})
afterAll(async () => {
  await browser.close()
  await silica.close()
  upstream.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As many requests as an operator may look back on, a second apart. */
async function writeRecords(): Promise<void> {
  const database = await openDatabase(join(folder, 'silica.db'))
  const first = Date.now() - records * 1000
  for (let from = 0; from < records; from += 5000) {
    await insertRequests(
      database,
      Array.from({ length: 5000 }, (_, index) => JSON.stringify(record(from + index, first))),
    )
  }
  await database.close()
}

function record(index: number, first: number): object {
  const at = first + index * 1000
  return {
    id: at.toString(16).padStart(12, '0') + String(index).padStart(20, '0'),
    caller_trace_id: `call-${index}`,
    account_id: 'default',
    key_id: 'sk-AbCdEfGh',
    model: 'silica/nano',
    stand_in: '',
    thinking: 'off',
    reply: 'stream',
    choices: 1,
    received_at: at,
    admitted_at: at + 1,
    first_token_at: at + 50,
    done_at: at + 900,
    prompt_tokens: 20,
    cached_tokens: 0,
    completion_tokens: 60,
    reasoning_tokens: 0,
    outcome: 'finished',
    reasons: 'stop',
    failure: null,
    cause: null,
    started_at: null,
    prompt_read_at: null,
    answer_limit: 0,
    engine: '',
    asked: 1,
    attempts: '',
    decisions: '',
    first_token_bin: 0,
    token_bin: 0,
  }
}

describeInBrowser('the console', () => {
  it('draws of an answer of 5,000 tokens what is new, not all of it again and again', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(`${silica.url}/#/sign-in/${silica.invite()}`)
    await page.getByLabel('Message').fill('Go on')
    await page.evaluate(`
      window.drawn = 0
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) window.drawn += addedNodes.length
      }).observe(document.querySelector('.turns'), { childList: true, subtree: true })
    `)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Regenerate' }).waitFor()
    const blocks = Number(await page.evaluate("document.querySelectorAll('.markdown > *').length"))
    const drawn = Number(await page.evaluate('window.drawn'))
    expect(blocks).toBeGreaterThan(500)
    // The last block is drawn anew while it changes its kind: a paragraph that turns out to be a list.
    expect(drawn).toBeLessThan(10 * blocks)
    expect(complaints).toEqual([])
  })

  it(
    'scrolls to the end of 100,000 requests, with a few in the page at a time',
    { timeout: 120_000 },
    async () => {
      const { page, complaints } = await openPage(browser)
      await page.goto(`${silica.url}/#/sign-in/${silica.invite()}`)
      await page.getByRole('link', { name: 'Requests', exact: true }).click()
      await page.getByRole('table').waitFor()
      const oldest = page.locator('a[href$="00000000000000000000"]')
      await expect
        .poll(
          async () => {
            await page.evaluate("document.querySelector('.virtual-table').scrollTop = 1e9")
            return oldest.count()
          },
          { timeout: 110_000, interval: 50 },
        )
        .toBe(1)
      expect(await page.getByRole('table').getAttribute('aria-rowcount')).toMatch(/^10\d{4}$/)
      expect(await page.locator('.virtual-table tr').count()).toBeLessThan(80)
      expect(complaints).toEqual([])
    },
  )
})
