import { AxeBuilder } from '@axe-core/playwright'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { isCurrent } from '../../src/cli/build-console.ts'
import { buildConsole } from '../../tools/build-console.ts'

const path = process.env['SILICA_TEST_CHROMIUM'] ?? '/usr/bin/chromium'
const found = existsSync(path)
if (!found) console.warn(`\n  LEFT OUT: the tests of the console, for want of a browser at ${path}\n`)

/** A `describe` that is left out, and has said so, where there is no browser. */
export const describeInBrowser = found ? describe : describe.skip

/** A browser, and the console as its sources have it now. */
export async function openBrowser(): Promise<Browser> {
  if (!isCurrent(resolve(import.meta.dirname, '../../dist/console'))) await buildConsole()
  return chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
}

/** A page of a user of its own, and what the browser complained of. */
export async function openPage(browser: Browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A refusal is no defect; what the page makes of it is tested.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status of'))
      complaints.push(message.text())
  })
  return { page, complaints }
}

export const themes = ['light', 'dark'] as const

/** Nothing that axe knows of keeps anybody from using the page as it stands, in either theme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html ?? ''}`)
    expect(found).toEqual([])
  }
}

export function clipboard(page: Page): Promise<string> {
  return page.evaluate('navigator.clipboard.readText()')
}
