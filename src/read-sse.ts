/**
 * Splits server-sent events out of text that comes in pieces of any size. Gives the data of each event that has become
 * whole; an event that is still open when the text ends never was one.
 */
export function sseSplitter(): (piece: string) => readonly string[] {
  let rest = ''
  let data: string[] = []
  let endedInCr = false

  return (piece) => {
    if (piece === '') return []
    // A CR ends its line at once; an LF that comes with the next piece belongs to it.
    rest += endedInCr && piece.startsWith('\n') ? piece.slice(1) : piece
    endedInCr = piece.endsWith('\r')
    const lines = rest.split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    const whole: string[] = []
    for (const line of lines) {
      if (line === 'data' || line.startsWith('data:')) data.push(line.slice('data:'.length).replace(/^ /, ''))
      if (line !== '') continue
      if (data.length > 0) whole.push(data.join('\n'))
      data = []
    }
    return whole
  }
}

/** The data of the events of an HTTP body, as they come: of those that have become whole at the same time, together. */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[], void> {
  const decoder = new TextDecoder()
  const split = sseSplitter()
  for await (const bytes of body) {
    const data = split(decoder.decode(bytes, { stream: true }))
    if (data.length > 0) yield data
  }
}
