import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Failure } from '../chat/failure.ts'

/** Where models are published: a server that is laid out like Hugging Face, or like ModelScope. */
export interface Hub {
  readonly layout: 'huggingface' | 'modelscope'
  /** Without a slash at its end. */
  readonly url: string
  /** Empty for none. Sent to the hub alone, never to where it redirects. */
  readonly token: string
}

/** A GGUF file in a repository of a hub. */
export interface HubFile {
  /** Within the repository. */
  readonly path: string
  readonly bytes: number
  /** 64 hexadecimal digits. */
  readonly sha256: string
}

const size = Type.Integer({ minimum: 0 })
const digest = Type.String({ pattern: '^[0-9a-f]{64}$' })
// A file that is no large file is no model, and has no digest of this kind.
const huggingFaceTree = Type.Array(
  Type.Object({ path: Type.String(), lfs: Type.Optional(Type.Object({ oid: digest, size })) }),
)
const modelScopeFiles = Type.Object({
  Data: Type.Object({
    Files: Type.Array(Type.Object({ Path: Type.String(), Size: size, Sha256: Type.Optional(Type.String()) })),
  }),
})

/** The GGUF files of `repository`, `owner/name`. Throws a `Failure` that says what the hub answered. */
export async function listFiles(
  hub: Hub,
  repository: string,
  revision: string,
  signal: AbortSignal,
): Promise<readonly HubFile[]> {
  const files = hub.layout === 'huggingface' ? listTree : listRepository
  return (await files(hub, repository, revision, signal)).filter(({ path }) => path.endsWith('.gguf'))
}

async function listTree(
  hub: Hub,
  repository: string,
  revision: string,
  signal: AbortSignal,
): Promise<readonly HubFile[]> {
  const files: HubFile[] = []
  let next = `${hub.url}/api/models/${repository}/tree/${encodeURIComponent(revision)}?recursive=true`
  while (next !== '') {
    const { body, link } = await get(hub, next, signal)
    if (!Value.Check(huggingFaceTree, body)) throw strange(next)
    for (const { path, lfs } of body) if (lfs) files.push({ path, bytes: lfs.size, sha256: lfs.oid })
    const more = /<([^>]+)>;\s*rel="next"/.exec(link)?.[1]
    next = more === undefined ? '' : new URL(more, next).href
    // The token must not go where a page of the list says.
    if (next !== '' && new URL(next).origin !== new URL(hub.url).origin) throw strange(next)
  }
  return files
}

async function listRepository(
  hub: Hub,
  repository: string,
  revision: string,
  signal: AbortSignal,
): Promise<readonly HubFile[]> {
  const url = `${hub.url}/api/v1/models/${repository}/repo/files?Revision=${encodeURIComponent(revision)}&Recursive=true`
  const { body } = await get(hub, url, signal)
  if (!Value.Check(modelScopeFiles, body)) throw strange(url)
  return body.Data.Files.flatMap(({ Path: path, Size: bytes, Sha256: sha256 }) =>
    Value.Check(digest, sha256) ? [{ path, bytes, sha256 }] : [],
  )
}

async function get(
  hub: Hub,
  url: string,
  signal: AbortSignal,
): Promise<{ readonly body: unknown; readonly link: string }> {
  const response = await fetch(url, { headers: authorization(hub), signal }).catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new Failure('engine-lost', `${hub.url} cannot be reached.`, { cause: error })
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Failure('engine-lost', refusalOf(response.status, url))
  }
  return { body: await response.json().catch(() => null), link: response.headers.get('link') ?? '' }
}

/** Where the bytes of a file are. */
export function urlOf(hub: Hub, repository: string, revision: string, path: string): string {
  const parts = path.split('/').map(encodeURIComponent).join('/')
  return hub.layout === 'huggingface'
    ? `${hub.url}/${repository}/resolve/${encodeURIComponent(revision)}/${parts}`
    : `${hub.url}/api/v1/models/${repository}/repo?Revision=${encodeURIComponent(revision)}&FilePath=${encodeURIComponent(path)}`
}

export function authorization({ token }: Hub): Readonly<Record<string, string>> {
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}

/** What a status that is no success means to whoever wants a model. */
export function refusalOf(status: number, url: string): string {
  if (status === 404) return `${url} does not exist (404).`
  if (status === 401 || status === 403)
    return `${url} is refused (${status}): it may be private, or want its terms accepted; set SILICA_HUB_TOKEN to a token that may read it.`
  return `${url} answered ${status}.`
}

function strange(url: string): Failure {
  return new Failure('engine-lost', `${url} did not answer as a hub of models does.`)
}
