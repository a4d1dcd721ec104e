import { useEffect } from 'react'
import { signOut } from '../api/session.ts'
import { AccountsPage } from '../pages/accounts/accounts-page.tsx'
import { ModelsPage } from '../pages/models/models-page.tsx'
import { PlaygroundPage } from '../pages/playground/playground-page.tsx'
import { RequestsPage } from '../pages/requests/requests-page.tsx'
import { UsagePage } from '../pages/usage/usage-page.tsx'
import { Boundary } from '../parts/boundary.tsx'
import { useText } from '../text/text.ts'
import { Choices } from './choices.tsx'
import { Logo } from './logo.tsx'
import { linkTo, useRoute } from './route.ts'

const pages = {
  playground: PlaygroundPage,
  requests: RequestsPage,
  models: ModelsPage,
  usage: UsagePage,
  accounts: AccountsPage,
} as const

type Name = keyof typeof pages
const names: readonly Name[] = ['playground', 'requests', 'models', 'usage', 'accounts']

export function Shell({ keyId }: { readonly keyId: string }) {
  const text = useText()
  const { page } = useRoute()
  const name = names.find((one) => one === page) ?? 'playground'
  const Page = pages[name]
  useEffect(() => {
    document.title = `${text.pages[name]} · Silica`
  }, [text, name])
  return (
    <div className="shell">
      <a className="skip" href="#content" onClick={skipToContent}>
        {text.shell.skip}
      </a>
      <header className="bar">
        <a className="brand" href={linkTo('playground')}>
          <Logo /> Silica
        </a>
        <nav aria-label={text.shell.navigation}>
          {names.map((one) => (
            <a key={one} href={linkTo(one)} aria-current={one === name ? 'page' : undefined}>
              {text.pages[one]}
            </a>
          ))}
        </nav>
        <div className="who">
          <Choices />
          <span className="quiet" title={text.shell.signedInWith}>
            {keyId}
          </span>
          <button type="button" onClick={() => void signOut()}>
            {text.shell.signOut}
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Boundary key={name}>
          <Page />
        </Boundary>
      </main>
    </div>
  )
}

/** The hash is the route, so the link cannot be followed as it stands. */
function skipToContent(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
