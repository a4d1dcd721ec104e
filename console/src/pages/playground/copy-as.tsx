import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import type { ChatBody } from '../../api/chat.ts'
import { useText } from '../../text/text.ts'
import { type SampleName, samples } from './samples.ts'

const names: readonly SampleName[] = ['curl', 'typescript', 'python', 'anthropic']

/** Copies the request that the page makes now, as a program would make it. */
export function CopyAs({ bodyOf }: { readonly bodyOf: () => ChatBody }) {
  const text = useText().playground
  const [said, setSaid] = useState('')
  const copy = async (name: SampleName) => {
    try {
      await navigator.clipboard.writeText(samples[name](location.origin, bodyOf()))
      setSaid(text.copied)
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error))
    }
    setTimeout(() => setSaid(''), 2500)
  }
  return (
    <>
      <output className="hint">{said}</output>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <button type="button" className="small">
            {text.copyAs} <span aria-hidden="true">▾</span>
          </button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
            {names.map((name) => (
              <DropdownMenu.Item key={name} className="menu-item" onSelect={() => void copy(name)}>
                {text.samples[name]}
              </DropdownMenu.Item>
            ))}
            <p className="hint">{text.copyNeedsKey}</p>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  )
}
