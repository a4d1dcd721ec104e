import { type ChangeEvent, type KeyboardEvent, useState } from 'react'
import { useText } from '../../text/text.ts'

const mostImages = 4
const mostBytes = 8 * 1024 * 1024

/** Where the next question is written. */
export function Composer(props: {
  readonly takesImages: boolean
  readonly busy: boolean
  readonly disabled: boolean
  readonly onStop: () => void
  readonly onSend: (text: string, images: readonly string[]) => void
}) {
  const text = useText().playground
  const [draft, setDraft] = useState('')
  const [images, setImages] = useState<readonly string[]>([])
  const [fault, setFault] = useState('')
  const ready = !props.busy && !props.disabled && (draft.trim() !== '' || images.length > 0)

  const send = () => {
    if (!ready) return
    props.onSend(draft, images)
    setDraft('')
    setImages([])
  }
  const onKey = (event: KeyboardEvent) => {
    // While an input method composes, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  const attach = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const files = [...(target.files ?? [])]
    target.value = ''
    const fits = images.length + files.length <= mostImages && files.every(({ size }) => size <= mostBytes)
    setFault(fits ? '' : text.imageLimits(mostImages, mostBytes / 2 ** 20))
    if (fits) setImages([...images, ...(await Promise.all(files.map(readAsUrl)))])
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {images.length > 0 && (
        <div className="row">
          {images.map((image, index) => (
            <button
              key={index}
              type="button"
              className="thumbnail"
              aria-label={text.removeImage(index + 1)}
              onClick={() => setImages(images.filter((_, at) => at !== index))}
            >
              <img src={image} alt="" />
            </button>
          ))}
        </div>
      )}
      {fault !== '' && <output className="fault">{fault}</output>}
      <textarea
        aria-label={text.message}
        placeholder={props.disabled ? text.answerCallsFirst : text.ask}
        rows={2}
        value={draft}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={onKey}
      />
      <div className="composer-foot">
        {props.takesImages && (
          <label className="button">
            {text.addImage}
            <input
              type="file"
              accept="image/*"
              multiple
              className="unseen"
              onChange={(event) => void attach(event)}
            />
          </label>
        )}
        <span className="hint">{text.enterSends}</span>
        {props.busy ? (
          <button type="button" onClick={props.onStop}>
            {text.stop}
          </button>
        ) : (
          <button type="submit" className="main" disabled={!ready}>
            {text.send}
          </button>
        )}
      </div>
    </form>
  )
}

function readAsUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => reject(reader.error ?? new Error(file.name))
    reader.readAsDataURL(file)
  })
}
