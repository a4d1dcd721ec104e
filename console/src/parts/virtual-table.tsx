import './virtual-table.css'
import { type ReactNode, useEffect, useRef, useState } from 'react'

const rowHeight = 36
/** Rows above and below what is seen, so that a turn of the wheel shows no gap. */
const margin = 12

/** A table of any length, of which only the rows in sight are in the page. */
export function VirtualTable<Row>(props: {
  readonly label: string
  readonly columns: readonly { readonly name: string; readonly width: string; readonly number?: boolean }[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly cellsOf: (row: Row) => readonly ReactNode[]
  /** The last rows are in sight. */
  readonly onEnd: () => void
}) {
  const { columns, rows, onEnd } = props
  const box = useRef<HTMLElement>(null)
  const [sight, setSight] = useState({ top: 0, height: 0 })
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const look = () => setSight({ top: element.scrollTop, height: element.clientHeight })
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [])

  const first = Math.max(0, Math.floor(sight.top / rowHeight) - margin)
  const last = Math.min(rows.length, Math.ceil((sight.top + sight.height) / rowHeight) + margin)
  const atEnd = last === rows.length
  useEffect(() => {
    if (atEnd) onEnd()
  }, [atEnd, onEnd])

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <section className="virtual-table" ref={box} aria-label={props.label} tabIndex={0}>
      <table aria-rowcount={rows.length + 1}>
        <colgroup>
          {columns.map(({ name, width }) => (
            <col key={name} style={{ width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ name, number }) => (
              <th key={name} className={number ? 'number' : ''}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {rows.slice(first, last).map((row, index) => (
            <tr key={props.keyOf(row)} aria-rowindex={first + index + 2}>
              {props.cellsOf(row).map((cell, column) => (
                <td key={column} className={columns[column]?.number ? 'number' : ''}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
          <Space rows={rows.length - last} />
        </tbody>
      </table>
    </section>
  )
}

/** As high as the rows that are not there. */
function Space({ rows }: { readonly rows: number }) {
  return rows <= 0 ? null : <tr aria-hidden="true" style={{ height: rows * rowHeight }} />
}
