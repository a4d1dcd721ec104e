import { useSyncExternalStore } from 'react'

/** Where the page is: what stands behind `#`, so that the server need not know of it. */
export interface Route {
  readonly page: string
  /** What of the page is shown, such as a trace id; empty for all of it. */
  readonly item: string
  readonly query: URLSearchParams
}

export function useRoute(): Route {
  return readRoute(useSyncExternalStore(subscribe, () => location.hash))
}

export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [page = '', item = ''] = path.split('/').map(decodeURIComponent)
  return { page, item, query: new URLSearchParams(query) }
}

export function linkTo(page: string, item = '', query: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const path = item === '' ? page : `${page}/${encodeURIComponent(item)}`
  return `#/${path}${given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`}`
}

export function goTo(link: string): void {
  location.hash = link
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}
