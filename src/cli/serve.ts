import { randomBytes } from 'node:crypto'
import { defaultAccount } from '../chat/account.ts'
import { openSilica, type Silica } from '../main.ts'
import type { Settings } from '../settings.ts'
import { ask, type Server } from './ask.ts'
import { buildConsole } from './build-console.ts'
import { explain } from './explain.ts'
import { openLog } from './log.ts'
import { onStopSignal } from './stop-signals.ts'
import { printable } from './terminal.ts'
import { realWorld } from './world.ts'

const question = 'What is the capital of France?'

/** Serves until a signal ends it. Resolves with the exit code. */
export async function serve(settings: Settings): Promise<number> {
  // With a key of its own the server can ask itself over its own API.
  const ownKey = randomBytes(32).toString('hex')
  const log = openLog(settings.logLevel)
  const withOwnKey = { ...settings, apiKeys: [...settings.apiKeys, ownKey] }
  const silica = await openSilica(withOwnKey, realWorld(log))
  let endBuild = (): void => {}
  try {
    const { url } = await silica.listen()
    const selfTest = new AbortController()
    const stopped = untilStopped(silica, selfTest)
    console.log(await welcome(silica, settings, url))
    endBuild = buildConsole(settings.consoleFolder, log)
    const broken = testSelf(silica, { url, key: ownKey }, selfTest)
    return (await Promise.race([broken, stopped])) ?? (await stopped)
  } catch (error) {
    // What went wrong is said in one line, and how the rest was closed is no news beside it.
    log.level = 'silent'
    await silica.close()
    throw error
  } finally {
    endBuild()
  }
}

/** Resolves with the exit code once a signal has ended the server. `selfTest` is no answer to wait for. */
function untilStopped(silica: Silica, selfTest: AbortController): Promise<number> {
  let code = 0
  return new Promise((resolve, reject) => {
    onStopSignal((how) => {
      if (how === 'at-once') {
        code = 130
        silica.close().then(() => resolve(code), reject)
        return
      }
      const running = silica.accounts.running() - (selfTest.signal.aborted ? 0 : 1)
      selfTest.abort()
      const answers = running === 1 ? '1 answer' : `${running} answers`
      console.log(running > 0 ? `\nStopping: waiting for ${answers}. Ctrl-C stops at once.` : '\nStopping.')
      silica.drain().then(() => resolve(code), reject)
    })
  })
}

/**
 * Asks the first model over the server's own API, and prints what it said. Resolves with the exit code 1 where the
 * model can never answer. Aborts `done` when it is over.
 */
async function testSelf(silica: Silica, server: Server, done: AbortController): Promise<number | undefined> {
  const [row] = silica.rows()
  if (row === undefined) return undefined
  const { id, thinking } = row.model
  const began = performance.now()
  try {
    let answer = ''
    const said = ask(
      server,
      {
        model: id,
        messages: [{ role: 'user', content: question }],
        thinking: thinking.kind === 'switch' ? 'off' : 'default',
        answerLimit: 64,
      },
      done.signal,
    )
    for await (const piece of said) if (piece.kind === 'answer') answer += piece.text
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    console.log(`  ${question}\n  ${printable(answer).trim()}   (${id}, ${seconds} s)\n`)
  } catch (error) {
    if (done.signal.aborted) return undefined
    const state = silica.states().get(id)
    if (state?.status === 'failed') {
      console.error(`silica: ${id} cannot be loaded: ${state.reason}`)
      await silica.close()
      return 1
    }
    console.error(`silica: ${id} did not answer: ${explain(error)}`)
  } finally {
    done.abort()
  }
  return undefined
}

async function welcome(silica: Silica, settings: Settings, url: string): Promise<string> {
  const rows = silica.rows()
  const [first] = rows
  const { note, header } = await keyToUse(silica.accounts, settings)
  const body = { model: first?.model.id ?? '', messages: [{ role: 'user', content: question }] }
  return `
  Silica answers at ${url}/v1

  models  ${listed(rows)}
  data    ${settings.dataFolder}
  key     ${note}
  console ${url}/#/sign-in/${silica.accounts.sessions.invite()}   (this link opens it once, within the hour)

  Ask it something:

  curl ${url}/v1/chat/completions \\
    -H "Authorization: Bearer ${header}" \\
    -H 'Content-Type: application/json' \\
    -d '${JSON.stringify(body)}'
`
}

/** What is run, and how many models it stands in for. */
function listed(rows: ReturnType<Silica['rows']>): string {
  const own = rows.filter(({ model }) => model.standIn === '').map(({ model }) => model.id)
  const others = rows.length - own.length
  const [standIn] = rows.flatMap(({ model }) => model.standIn || [])
  return (
    own.join(', ') +
    (standIn === undefined ? '' : `; ${standIn} stands in for ${others} more (silica models)`)
  )
}

/** What to tell of keys, and what the `curl` line is to use. A key's secret is shown at the first start only. */
async function keyToUse(
  accounts: Silica['accounts'],
  { apiKeys }: Settings,
): Promise<{ readonly note: string; readonly header: string }> {
  const fromEnvironment = '$SILICA_API_KEY'
  if (apiKeys.length > 0) return { note: 'the one in SILICA_API_KEY', header: fromEnvironment }
  const all = await accounts.directory.listKeys()
  const keys = all.filter(({ role }) => role === 'caller')
  if (keys.length === 0) {
    const { secret } = await accounts.directory.createKey({
      name: 'first',
      accountId: defaultAccount,
      role: 'caller',
      models: null,
      expiresAt: null,
    })
    return { note: `${secret}   (shown this once)`, header: secret }
  }
  const usable = keys.filter((key) => key.disabledAt === null).map(({ id, name }) => `${id}… (${name})`)
  const held = usable.length === 0 ? 'none' : usable.join(', ')
  return {
    note: `${held}\n          another: npx silica keys add\n          then: export SILICA_API_KEY=<key>`,
    header: fromEnvironment,
  }
}
