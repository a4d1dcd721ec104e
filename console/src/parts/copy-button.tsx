import { useEffect, useState } from 'react'
import { useText } from '../text/text.ts'

export function CopyButton({ content, label }: { readonly content: string; readonly label?: string }) {
  const text = useText().copy
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => void navigator.clipboard.writeText(content).then(() => setCopied(true))
  return (
    <button type="button" className="small plain" onClick={copy}>
      <span aria-live="polite">{copied ? text.copied : (label ?? text.copy)}</span>
    </button>
  )
}
