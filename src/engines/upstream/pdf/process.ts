import { PDFiumLibrary } from '@hyzyla/pdfium'
import { writePng } from './write-png.ts'

/** What the process is told, once. */
export interface PdfTask {
  readonly bytes: Uint8Array
  readonly mostPages: number
  /** Pixels of the longer side of a page. */
  readonly side: number
}

/** What it says: its pages in order and then `done`, or why there are none. */
export type PdfSaid =
  | { readonly type: 'page'; readonly png: Uint8Array }
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly why: string }

/**
 * Renders one PDF and ends. It is a process of its own because a PDF may be made to take any time and memory: whoever
 * started it ends it. The library is PDFium, compiled to WebAssembly, so that what breaks it stays inside.
 */
process.once('message', (task: PdfTask) => {
  void render(task).then(
    () => process.disconnect(),
    (error: unknown) => say({ type: 'refused', why: whyOf(error) }).then(() => process.disconnect()),
  )
})

async function render({ bytes, mostPages, side }: PdfTask): Promise<void> {
  const library = await PDFiumLibrary.init()
  const document = await library.loadDocument(bytes)
  const pages = document.getPageCount()
  if (pages > mostPages)
    return say({ type: 'refused', why: `it has ${pages} pages, and may have ${mostPages}` })
  for (const page of document.pages()) {
    const { originalWidth, originalHeight } = page.getOriginalSize()
    const longer = Math.max(originalWidth, originalHeight)
    if (!(longer > 0)) return say({ type: 'refused', why: 'a page of it has no size' })
    const { width, height, data } = await page.render({
      width: Math.max(1, Math.round((originalWidth / longer) * side)),
      height: Math.max(1, Math.round((originalHeight / longer) * side)),
      renderFormFields: false,
    })
    await say({ type: 'page', png: writePng({ width, height, data }) })
  }
  return say({ type: 'done' })
}

function say(said: PdfSaid): Promise<void> {
  return new Promise((resolve) => process.send?.(said, () => resolve()))
}

function whyOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  return /password|security/i.test(message) ? 'it needs a password' : 'it is broken'
}
