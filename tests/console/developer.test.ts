import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { clipboard, describeInBrowser, expectAccessible, openBrowser, openPage } from './browser.ts'

let silica: TestSilica
let browser: Browser
let page: Page
let complaints: readonly string[]
beforeAll(async () => {
  browser = await openBrowser()
  silica = await openTestSilica()
})
afterAll(async () => {
  await browser.close()
  await silica.close()
})
beforeEach(async () => {
  ;({ page, complaints } = await openPage(browser))
  await page.goto(`${silica.url}/#/sign-in/${silica.invite()}`)
  await page.getByLabel('Message').waitFor()
})

const ask = async (question: string) => {
  await page.getByLabel('Message').fill(question)
  await page.keyboard.press('Enter')
}
const answered = () => page.getByRole('button', { name: 'Regenerate' }).waitFor()

describeInBrowser('a developer', () => {
  it('answers a call by hand', async () => {
    await page.getByRole('tab', { name: 'Tools' }).click()
    await page.getByRole('button', { name: 'Insert an example' }).click()
    await page.getByLabel('tool_choice').selectOption('required')
    await ask('What is the weather in Paris?')
    const result = page.getByRole('main').getByLabel('Result of get_weather').first()
    await page.getByRole('button', { name: 'Send results' }).waitFor()
    expect(await page.getByRole('article').innerText()).toMatch(/get_weather\s+\{.*"city"/)
    await expectAccessible(page)
    await page.getByLabel('tool_choice').selectOption('auto')
    await result.fill('{"temperature": 18}')
    await page.getByRole('button', { name: 'Send results' }).click()
    await answered()
    expect(await page.getByRole('article').count()).toBe(2)
    expect(complaints).toEqual([])
  })

  it('holds an answer to a schema, and sees that it fits', async () => {
    await page.getByRole('tab', { name: 'Output' }).click()
    await page.getByLabel('response_format').selectOption('json_schema')
    await page.getByRole('button', { name: 'Insert an example' }).click()
    const schema = page.getByRole('textbox', { name: 'json_schema' })
    await schema.fill('{"type": ')
    expect(await schema.getAttribute('aria-invalid')).toBe('true')
    await schema.fill('{"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}')
    await ask('Ada is 36 years old. How old is she?')
    await answered()
    await page.getByText('fits the schema').waitFor()
    expect(complaints).toEqual([])
  })

  it('copies a request as curl, which works as it is', async () => {
    await page.getByLabel('System prompt').fill("It's a test of 'quotes'.")
    await page.getByLabel('max_tokens').fill('16')
    await page.getByLabel('enable_thinking').selectOption('off')
    await page.getByRole('checkbox', { name: 'stream' }).uncheck()
    await ask('Hello!')
    await answered()
    await page.getByRole('button', { name: 'Copy as' }).click()
    await page.getByRole('menuitem', { name: 'curl' }).click()
    await page.getByText('Copied').waitFor()
    const command = await clipboard(page)
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command.trim()} -sS`], {
      env: { ...process.env, SILICA_API_KEY: silica.key },
    })
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'silica/nano',
      choices: [{ message: { role: 'assistant' } }],
    })
    expect(complaints).toEqual([])
  })

  it('reads choices side by side, goes on with one, asks again and edits', async () => {
    await page.getByLabel('n 1 – 8').fill('3')
    await page.getByLabel('enable_thinking').selectOption('off')
    await ask('Hello!')
    await answered()
    expect(await page.getByRole('radio').count()).toBe(3)
    await page.getByRole('radio').nth(2).check()
    await page.getByRole('button', { name: 'Regenerate' }).click()
    await answered()
    await page.getByText('Hello!', { exact: true }).last().hover()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Edit the question').fill('Hi!')
    await page.getByRole('button', { name: 'Ask again' }).click()
    await answered()
    expect(await page.getByRole('article').count()).toBe(1)
    expect(complaints).toEqual([])
  })

  it('is told by the field what a number may be, and by the server what is wrong', async () => {
    await page.getByLabel('temperature').fill('7')
    await page.getByText('must be 0 to 2').waitFor()
    await ask('Hello!')
    await answered()
    expect(await page.getByRole('alert').innerText()).toContain('temperature')
    expect(complaints).toEqual([])
  })
})
