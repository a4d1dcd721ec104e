import { diagnose } from '../diagnose.ts'
import type { Settings } from '../settings.ts'
import { table } from './terminal.ts'

/** Prints what Silica finds on this machine. Resolves with the exit code: 1 where something is wrong. */
export async function doctor(settings: Settings): Promise<number> {
  const findings = await diagnose(settings)
  console.log(table(findings.map(({ about, fine, text }) => [fine ? 'ok' : 'WRONG', about, text])))
  return findings.every(({ fine }) => fine) ? 0 : 1
}
