import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHome } from '../cli/command.ts'
import { describeInBrowser, expectAccessible, openBrowser, openPage } from './browser.ts'

let browser: Browser
const home = createHome()
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await home.remove()
})

describeInBrowser('a newcomer', () => {
  it('opens the link that the server prints, asks, and reads a thought and an answer', async () => {
    const { said } = home.start(['serve', '--port', '0'])
    const link = /console (\S+)/.exec(await said('console '))?.[1] ?? ''
    const { page, complaints } = await openPage(browser)
    const sizes: Promise<number>[] = []
    page.on('response', (response) => {
      expect(new URL(response.url()).origin).toBe(new URL(link).origin)
      sizes.push(
        response
          .request()
          .sizes()
          .then(({ responseBodySize }) => responseBodySize),
      )
    })
    await page.goto(link)
    await page.getByRole('heading', { name: 'What would you like to ask?' }).waitFor()
    const loaded = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    expect(loaded).toBeGreaterThan(50_000)
    expect(loaded).toBeLessThan(300_000)
    await page.getByLabel('Message').fill('What is 17 + 25?')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Regenerate' }).waitFor()
    const answer = page.getByRole('article')
    expect(await answer.innerText()).toMatch(/Thought\s+\d+ of 1024 tokens/)
    expect(await answer.innerText()).toContain('42')
    // No speed is shown of an answer that the browser gets all at once.
    expect(await answer.innerText()).toMatch(
      /stop\s+(\d+ tokens\/s\s+)?first token \d+\.\d\d s\s+\d+ prompt \(\d+ cached\)/,
    )

    await answer.getByRole('link', { name: /^[0-9a-f]{8}…/ }).click()
    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    await page.goBack()
    expect(await answer.innerText()).toContain('42')

    // The link was for once, the cookie stays, and so does what was said.
    await page.goto(new URL('/', link).href)
    const kept = page.getByRole('complementary', { name: 'Conversations' })
    await kept.getByRole('button', { name: 'What is 17 + 25?', exact: true }).click()
    expect(await page.getByRole('article').innerText()).toContain('42')
    expect(await page.evaluate('document.cookie')).toBe('')

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Admin key').waitFor()
    await expectAccessible(page)
    await page.goto(link)
    await page.reload()
    await page.getByText('Api key is invalid').waitFor()
    expect(complaints).toEqual([])
  })
})
