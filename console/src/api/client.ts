/** Why the server refused. `message` is what it said; `traceId` names the request. `status` 0: it cannot be reached. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly traceId: string

  constructor(status: number, message: string, code: string, traceId: string) {
    super(message)
    this.status = status
    this.code = code
    this.traceId = traceId
  }
}

const traceHeader = 'x-siliconcloud-trace-id'

interface Options {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** One request, by the session. Throws an `ApiError` for every status that is not 2xx, and the reason of `signal`. */
export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers = { 'x-silica-console': '1', ...options.headers }
  const response = await fetch(path, { ...options, method, headers }).catch((error: unknown) => {
    if (options.signal?.aborted) throw error
    throw new ApiError(0, String(error), '', '')
  })
  if (!response.ok) throw await errorOf(response)
  return response
}

/** As `send`, with what the server answers as JSON, in the shape that the API gives it. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body === undefined ? {} : { body: JSON.stringify(body) })
  const answer: T = await response.json()
  return answer
}

export function traceIdOf(response: Response): string {
  return response.headers.get(traceHeader) ?? ''
}

/** Errors are an object with `message`, a bare text, or what a proxy in between says. */
async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text()
  const said = readError(text)
  const message = said.message ?? (text === '' ? response.statusText : text.slice(0, 500))
  return new ApiError(response.status, message, said.code ?? '', traceIdOf(response))
}

function readError(text: string): { readonly message?: string; readonly code?: string } {
  try {
    const body: string | { message?: string; error?: { code?: string } } | null = JSON.parse(text)
    if (typeof body === 'string') return { message: body }
    return { message: body?.message ?? text, code: body?.error?.code ?? '' }
  } catch {
    return {}
  }
}
