import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { pdfLimits, renderPdf } from '../../src/engines/upstream/pdf/render-pdf.ts'
import { childrenOf } from '../silica.ts'
import { collect } from '../contract/batches.ts'
import { never } from '../contract/engine.ts'
import { aModel, aPrompt } from '../contract/prompts.ts'
import { anUpstream } from './an-upstream.ts'
import { openFaultServer } from './fault-server.ts'

interface Drawn {
  readonly box?: string
  /** What stands in the stream of each page, and how that is packed. */
  readonly content?: Buffer
  readonly filter?: string
  /** More of the trailer. */
  readonly trailer?: string
}

/** A PDF of so many pages, each with the same content. Its table of objects is left out; readers find them all the same. */
function aPdf(
  pages: number,
  { box = '0 0 200 100', content, filter = '', trailer = '' }: Drawn = {},
): Buffer {
  const drawn = content ?? Buffer.from('1 0 0 rg 0 0 100 100 re f')
  const kids = Array.from({ length: pages }, (_, index) => `${index + 4} 0 R`).join(' ')
  const page = `<< /Type /Page /Parent 2 0 R /MediaBox [${box}] /Contents 3 0 R /Resources << >> >>`
  return Buffer.concat([
    Buffer.from(`%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n`),
    Buffer.from(`2 0 obj\n<< /Type /Pages /Kids [${kids}] /Count ${pages} >>\nendobj\n`),
    Buffer.from(`3 0 obj\n<< /Length ${drawn.length} ${filter} >>\nstream\n`),
    drawn,
    Buffer.from('\nendstream\nendobj\n'),
    Buffer.from(
      Array.from({ length: pages }, (_, index) => `${index + 4} 0 obj\n${page}\nendobj\n`).join(''),
    ),
    Buffer.from(`trailer\n<< /Root 1 0 R /Size ${pages + 4} ${trailer} >>\n%%EOF\n`),
  ])
}

const render = (bytes: Uint8Array, changed: Partial<typeof pdfLimits> = {}, signal = never) =>
  renderPdf(bytes, { ...pdfLimits, ...changed }, signal)

/** Width and height of a picture, and the colours of its first and its last pixel. */
async function look(url: string | undefined) {
  const png = Buffer.from((url ?? '').replace('data:image/png;base64,', ''), 'base64')
  const { inflateSync } = await import('node:zlib')
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const lines = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)))
  return { width, height, first: [...lines.subarray(1, 4)], last: [...lines.subarray(-3)] }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : '')

describe('a PDF', () => {
  test('is a picture of each of its pages', async () => {
    const pages = await render(aPdf(3), { side: 400 })
    expect(pages).toHaveLength(3)
    for (const page of pages)
      expect(await look(page)).toEqual({
        width: 400,
        height: 200,
        first: [255, 0, 0],
        last: [255, 255, 255],
      })
  })

  test.each<[string, Buffer]>([
    ['it is broken', Buffer.from('%PDF-1.4\nnothing')],
    ['it is broken', Buffer.alloc(0)],
    ['it is broken', Buffer.from('<html>')],
    ['it is broken', aPdf(0)],
    ['it has 17 pages, and may have 16', aPdf(17)],
    [
      'it needs a password',
      aPdf(1, {
        trailer: `/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'11'.repeat(32)}> /U <${'22'.repeat(32)}> >>`,
      }),
    ],
  ])('is refused: %s', async (why, bytes) => {
    await expect(render(bytes)).rejects.toMatchObject({
      kind: 'invalid-request',
      message: `The PDF cannot be read: ${why}.`,
    })
  })

  test.each(['0 0 1000000000 1', '0 0 1 1000000000', '0 0 0.001 0.001', '-1e30 -1e30 1e30 1e30', '0 0 0 0'])(
    'takes no more pixels than a page may have, whatever its size is said to be: %s',
    async (box) => {
      const longest = async ([page]: readonly string[]) => {
        const { width, height } = await look(page)
        return Math.max(width, height)
      }
      const told = await render(aPdf(1, { box }), { side: 300 }).then(longest, messageOf)
      expect(`${told}`).toMatch(/^(300|The PDF cannot be read: .*)$/)
    },
  )

  test('that unpacks to a gigabyte takes its own process down at most', { timeout: 60_000 }, async () => {
    const content = deflateSync(Buffer.alloc(2 ** 30, ' '))
    const filter = '/Filter /FlateDecode'
    const bomb = render(aPdf(1, { content, filter }), { side: 100, longest: 20_000 })
    expect(await bomb.then((pages) => `${pages.length} page`, messageOf)).toMatch(
      /^(1 page|The PDF cannot be read: .*)$/,
    )
  })

  test('that takes too long is left', async () => {
    // No process starts within a millisecond.
    await expect(render(aPdf(1), { longest: 1 })).rejects.toThrow(
      'The PDF cannot be read: it takes too long.',
    )
  })

  test('whose pictures are too large is refused', async () => {
    await expect(render(aPdf(2), { mostBytes: 1000 })).rejects.toThrow('its pages are too large')
  })

  test('is left when its caller leaves', async () => {
    const leave = new AbortController()
    const rendering = render(aPdf(16), {}, leave.signal)
    leave.abort('left')
    await expect(rendering).rejects.toBe('left')
  })

  test('that waits for others is rendered in its turn', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => render(aPdf(1), { side: 50 })))
    expect(all.map((pages) => pages.length)).toEqual([1, 1, 1, 1, 1])
  })

  test('leaves no process behind', async () => {
    await expect.poll(() => childrenOf(process.pid).length).toBe(0)
  })
})

test('a PDF in a message reaches its server as pictures, and one that reads PDFs as it is', async () => {
  const server = await openFaultServer()
  const url = `data:application/pdf;base64,${aPdf(2).toString('base64')}`
  const prompt = {
    ...aPrompt,
    model: { ...aModel, media: ['image', 'pdf'] as const },
    messages: [
      {
        role: 'user',
        parts: [
          { type: 'image', url, detail: 'auto' },
          { type: 'text', text: 'Read it.' },
        ],
      } as const,
    ],
  }
  const engines = [anUpstream(server.url), anUpstream(server.url, { server: 'siliconflow' })]
  for (const engine of engines) await collect(engine.answer(prompt, never))
  await Promise.all([...engines.map((engine) => engine.close()), server.close()])
  const sent = server.requests.map(({ body }) => JSON.stringify(body.messages))
  expect(sent[0]?.match(/data:image\/png;base64,/g)).toHaveLength(2)
  expect(sent[0]).not.toContain('application/pdf')
  expect(sent[1]).toContain(url)
})
