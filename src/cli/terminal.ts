import type { Writable } from 'node:stream'
import { styleText } from 'node:util'

/** Text of a model, safe to show: without the control characters that would steer the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is meant
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '')
}

/** Where a command writes to; `isTTY` where people read it as it comes. */
export type Output = Writable & { readonly isTTY: boolean }

/** Dim where `output` shows colours, plain elsewhere. */
export function dim(text: string, output: Output): string {
  return styleText('dim', text, { stream: output })
}

/** Columns as wide as their widest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return lines.join('\n')
}
