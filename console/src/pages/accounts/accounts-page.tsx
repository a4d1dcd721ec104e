import { useState } from 'react'
import { useAccountChange, useAccounts, useKeyChange, useKeys } from '../../api/accounts.ts'
import type { Account, Key } from '../../api/accounts.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { isPast, Time } from '../../parts/time.tsx'
import { linkTo } from '../../shell/route.ts'
import { useText } from '../../text/text.ts'
import { LevelDialog } from './level-dialog.tsx'
import { NewAccountDialog } from './new-account-dialog.tsx'
import { NewKeyDialog } from './new-key-dialog.tsx'

/** Who may ask: accounts, and the keys of each. */
export function AccountsPage() {
  const text = useText().accounts
  const accounts = useAccounts()
  const keys = useKeys()
  const [adding, setAdding] = useState(false)
  const problem = accounts.error ?? keys.error
  return (
    <div className="page">
      <div className="page-head">
        <h1>{text.title}</h1>
        <button type="button" className="main" onClick={() => setAdding(true)}>
          {text.newAccount}
        </button>
      </div>
      {problem !== null && <Problem error={problem} again={() => void accounts.refetch()} />}
      {accounts.data?.map((account) => (
        <AccountPanel
          key={account.id}
          account={account}
          keys={keys.data?.filter((key) => key.account_id === account.id) ?? []}
        />
      ))}
      {adding && <NewAccountDialog onClose={() => setAdding(false)} />}
    </div>
  )
}

function AccountPanel({ account, keys }: { readonly account: Account; readonly keys: readonly Key[] }) {
  const text = useText().accounts
  const change = useAccountChange()
  const [open, setOpen] = useState<'key' | 'level' | null>(null)
  const disabled = account.disabled_at !== null
  const close = () => setOpen(null)
  return (
    <section className="panel" aria-label={account.id}>
      <header>
        <div className="row">
          <h2>{account.name}</h2>
          {account.name !== account.id && <span className="quiet mono">{account.id}</span>}
          <span className="tag">{account.level === '' ? text.levelOfAll : text.level(account.level)}</span>
          {disabled && <span className="tag bad">{text.disabled}</span>}
        </div>
        <div className="row">
          <button type="button" className="small plain" onClick={() => setOpen('level')}>
            {text.changeLevel}
          </button>
          <button
            type="button"
            className={disabled ? 'small plain' : 'small plain danger'}
            disabled={change.isPending}
            onClick={() => change.mutate({ id: account.id, disabled: !disabled })}
          >
            {disabled ? text.enable : text.disable}
          </button>
          <button type="button" className="small" onClick={() => setOpen('key')}>
            {text.newKey}
          </button>
        </div>
      </header>
      {change.error !== null && <Problem error={change.error} />}
      {keys.length === 0 ? <p className="empty">{text.noKeys}</p> : <KeyTable keys={keys} />}
      {open === 'key' && <NewKeyDialog account={account} onClose={close} />}
      {open === 'level' && <LevelDialog account={account} onClose={close} />}
    </section>
  )
}

function KeyTable({ keys }: { readonly keys: readonly Key[] }) {
  const text = useText().accounts
  const change = useKeyChange()
  const [revoking, setRevoking] = useState<Key | null>(null)
  return (
    <div className="scroll-x">
      <table className="data">
        <thead>
          <tr>
            <th>{text.key}</th>
            <th>{text.name}</th>
            <th>{text.role}</th>
            <th>{text.models}</th>
            <th>{text.created}</th>
            <th>{text.state}</th>
            <th>
              <span className="unseen">{text.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <td className="mono">
                <a href={linkTo('requests', '', { key_id: key.id })}>{key.id}…</a>
              </td>
              <td>{key.name}</td>
              <td>{text.roles[key.role]}</td>
              <td>{key.models === null ? text.allModels : key.models.join(', ')}</td>
              <td>
                <Time at={key.created_at} />
              </td>
              <td>
                <KeyState of={key} />
              </td>
              <td className="number">
                {key.disabled_at === null ? (
                  <button type="button" className="small plain danger" onClick={() => setRevoking(key)}>
                    {text.revoke}
                  </button>
                ) : (
                  <button
                    type="button"
                    className="small plain"
                    onClick={() => change.mutate({ id: key.id, disabled: false })}
                  >
                    {text.enable}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {change.error !== null && <Problem error={change.error} />}
      {revoking !== null && (
        <Dialog title={text.revokeTitle(revoking.id)} onClose={() => setRevoking(null)}>
          <p>{text.revokeText}</p>
          <footer>
            <button type="button" onClick={() => setRevoking(null)}>
              {text.cancel}
            </button>
            <button
              type="button"
              className="main"
              onClick={() => {
                change.mutate({ id: revoking.id, disabled: true })
                setRevoking(null)
              }}
            >
              {text.revoke}
            </button>
          </footer>
        </Dialog>
      )}
    </div>
  )
}

function KeyState({ of }: { readonly of: Key }) {
  const text = useText().accounts
  if (of.disabled_at !== null) return <span className="tag bad">{text.revoked}</span>
  if (of.expires_at === null) return <span className="tag good">{text.valid}</span>
  if (isPast(of.expires_at)) return <span className="tag bad">{text.expired}</span>
  return (
    <span className="tag warn">
      {text.until} <Time at={of.expires_at} />
    </span>
  )
}
