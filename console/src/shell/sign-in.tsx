import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useSignIn } from '../api/session.ts'
import { Problem } from '../parts/problem.tsx'
import { useText } from '../text/text.ts'
import { Choices } from './choices.tsx'
import { Logo } from './logo.tsx'
import { goTo, linkTo, useRoute } from './route.ts'

/** Takes an admin key; a link from the terminal, `#/sign-in/<invitation>`, signs in by itself. */
export function SignIn() {
  const text = useText().signIn
  const { page, item } = useRoute()
  const invitation = page === 'sign-in' ? item : ''
  const [key, setKey] = useState('')
  const { mutate, isPending, error } = useSignIn()
  const tried = useRef('')

  useEffect(() => {
    if (invitation === '' || tried.current === invitation) return
    tried.current = invitation
    mutate(invitation, { onSuccess: () => goTo(linkTo('playground')) })
  }, [invitation, mutate])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    mutate(key.trim(), { onSuccess: () => setKey('') })
  }
  return (
    <main className="centre">
      <form className="sign-in" onSubmit={submit}>
        <h1>
          <Logo /> Silica
        </h1>
        <p className="quiet">{text.introduction}</p>
        <label className="field">
          <span>{text.key}</span>
          <input
            type="password"
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            required
          />
        </label>
        {error !== null && !isPending && <Problem error={error} />}
        <button type="submit" className="main" disabled={isPending}>
          {text.submit}
        </button>
        <details>
          <summary>{text.noKey}</summary>
          <p>{text.link}</p>
          <p>{text.command}</p>
          <pre>npm run silica -- keys add --admin</pre>
        </details>
        <Choices />
      </form>
    </main>
  )
}
