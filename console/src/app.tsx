import { useSession } from './api/session.ts'
import { Problem } from './parts/problem.tsx'
import { Shell } from './shell/shell.tsx'
import { SignIn } from './shell/sign-in.tsx'

export function App() {
  const session = useSession()
  if (session.isPending) return null
  if (session.isError)
    return (
      <main className="centre">
        <Problem error={session.error} again={() => void session.refetch()} />
      </main>
    )
  return session.data === null ? <SignIn /> : <Shell keyId={session.data.key_id} />
}
