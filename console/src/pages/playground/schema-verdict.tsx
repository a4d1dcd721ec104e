import { Validator } from '@cfworker/json-schema'
import { useMemo } from 'react'
import { useText } from '../../text/text.ts'
import { readObject } from './read-json.ts'

/** Whether an answer fits the schema that it was held to, as far as it is there. */
export function SchemaVerdict(props: {
  readonly schema: string
  readonly answer: string
  readonly whole: boolean
}) {
  const text = useText().playground
  const { schema, answer, whole } = props
  const faults = useMemo(() => (whole ? faultsIn(schema, answer) : []), [schema, answer, whole])
  if (!whole) return <p className="hint">{text.validating}</p>
  if (faults.length === 0) return <p className="good">✓ {text.fits}</p>
  return (
    <ul className="bad verdict">
      {faults.map((fault) => (
        <li key={fault}>{fault}</li>
      ))}
    </ul>
  )
}

const mostFaults = 5

function faultsIn(schema: string, answer: string): readonly string[] {
  try {
    const validator = new Validator(readObject(schema), '2020-12', false)
    const { errors } = validator.validate(JSON.parse(answer))
    return errors.slice(0, mostFaults).map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}
