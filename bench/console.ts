// Whether the console stays smooth while an answer of 5,000 tokens comes in, 100, 200 and 2,000 a second: milliseconds
// between the frames that the browser draws (16.7 is all there is), and how long its main thread was busy at a stretch.
// Usage: npm run bench -- console
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser, openPage } from '../tests/console/browser.ts'
import { longAnswer, openLongAnswer } from '../tests/console/long-answer.ts'
import { openTestSilica } from '../tests/silica.ts'
import { quantile } from './parts/engine.ts'

const watch = `
  window.gaps = []
  window.busy = []
  let last = performance.now()
  const frame = (now) => {
    window.gaps.push(now - last)
    last = now
    window.watching = requestAnimationFrame(frame)
  }
  window.watching = requestAnimationFrame(frame)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.busy.push(duration)
  }).observe({ entryTypes: ['longtask'] })
`
const browser = await openBrowser()
console.log(
  'tokens/s   seconds   frames   between them ms: p50   p99   most   tasks of 50 ms and more   longest',
)
for (const atOnce of [1, 2, 20]) {
  const folder = mkdtempSync(join(tmpdir(), 'silica-bench-'))
  const upstream = await openLongAnswer(folder, atOnce)
  const silica = await openTestSilica({
    dataFolder: folder,
    models: [{ kind: 'rows', file: upstream.rows, field: '' }],
  })
  const { page } = await openPage(browser)
  page.setDefaultTimeout(120_000)
  await page.goto(`${silica.url}/#/sign-in/${silica.invite()}`)
  await page.getByLabel('Message').fill('Go on')
  await page.evaluate(watch)
  const began = performance.now()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Regenerate' }).waitFor()
  const seconds = (performance.now() - began) / 1000
  const read = async (name: string): Promise<number[]> =>
    JSON.parse(String(await page.evaluate(`JSON.stringify(window.${name})`)))
  const [gaps, busy] = [await read('gaps'), await read('busy')]
  const columns = [
    [longAnswer / seconds, 8, 0],
    [seconds, 10, 1],
    [gaps.length, 9, 0],
    [quantile(gaps, 0.5), 23, 1],
    [quantile(gaps, 0.99), 6, 0],
    [Math.max(...gaps), 7, 0],
    [busy.length, 26, 0],
    [Math.max(0, ...busy), 10, 0],
  ] as const
  console.log(columns.map(([value, width, digits]) => value.toFixed(digits).padStart(width)).join(''))
  await page.context().close()
  await silica.close()
  upstream.close()
  rmSync(folder, { recursive: true, force: true })
}
await browser.close()
