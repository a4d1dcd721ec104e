// Asks a server of its own whatever its /openapi.json allows, and what it does not, for some minutes, and fails on a status
// from 500, on one that is not documented and on an answer that is not as documented. Needs schemathesis (`pip install
// schemathesis`), from the PATH or from where SCHEMATHESIS says. Over PostgreSQL where SILICA_TEST_POSTGRES is set.
// Usage: node tools/fuzz.ts [minutes]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { openTestSilica } from '../tests/silica.ts'
import { freshDatabase, kinds } from '../tests/storage/fresh-database.ts'

const minutes = Number(process.argv[2] ?? 20)
const tool = process.env['SCHEMATHESIS'] ?? 'schemathesis'
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]

async function fuzz(url: string, key: string, paths: string, seconds: number): Promise<number> {
  const options = [
    ['--url', url],
    ['--checks', checks.join(',')],
    ['--header', `Authorization: Bearer ${key}`],
    ['--include-path-regex', paths],
    ['--phases', 'examples,fuzzing'],
    ['--max-examples', '100000'],
    ['--max-time', String(seconds)],
    ['--request-timeout', '300'],
    ['--suppress-health-check', 'all'],
    ['--continue-on-failure'],
    ['--no-color'],
  ]
  const args = ['run', `${url}/openapi.json`, ...options.flat()]
  // It leaves what it knows in the folder in which it runs.
  const child = spawn(tool, args, { stdio: 'inherit', cwd: tmpdir() })
  const [code] = await once(child, 'exit')
  return code
}

const database = await freshDatabase(kinds.at(-1) ?? 'sqlite')
const adminKey = 'an-admin-key'
const silica = await openTestSilica({ adminKeys: [adminKey], database: database.place, secret: 'fuzz' })
try {
  // Managers come last: they may well take the model offline.
  const codes = [
    await fuzz(silica.url, silica.key, '^/(v1|docs|health|llms|openapi)', minutes * 40),
    await fuzz(silica.url, adminKey, '^/(admin|metrics)', minutes * 20),
  ]
  const health = await fetch(`${silica.url}/health`)
  console.log(`afterwards /health answers ${health.status}`)
  process.exitCode = Math.max(...codes)
} finally {
  await silica.close()
  await database.remove()
}
