/**
 * Splits server-sent events out of text that comes in pieces of any size. Gives the data of each event that has become
 * whole; an event that is still open when the text ends never was one.
 */
export function sseSplitter(): (piece: string) => readonly string[] {
  let rest = ''
  let data: string | null = null
  let endedInCr = false

  return (piece) => {
    if (piece === '') return []
    // A CR ends its line at once; an LF that comes with the next piece belongs to it.
    rest += endedInCr && piece.startsWith('\n') ? piece.slice(1) : piece
    endedInCr = piece.endsWith('\r')
    // Hardly anybody sends a CR, and an expression takes several times as long.
    const lines = rest.includes('\r') ? rest.split(/\r\n|\n|\r/) : rest.split('\n')
    rest = lines.pop() ?? ''
    const whole: string[] = []
    for (const line of lines) {
      if (line === 'data' || line.startsWith('data:')) {
        const said = line.slice(line.startsWith(' ', dataStart) ? dataStart + 1 : dataStart)
        data = data === null ? said : `${data}\n${said}`
      }
      if (line !== '') continue
      if (data !== null) whole.push(data)
      data = null
    }
    return whole
  }
}

const dataStart = 'data:'.length

/** The data of the events of an HTTP body, as they come: of those that have become whole at the same time, together. */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[], void> {
  const decoder = new TextDecoder()
  const split = sseSplitter()
  for await (const bytes of body) {
    const data = split(decoder.decode(bytes, { stream: true }))
    if (data.length > 0) yield data
  }
}
