import { Command, CommanderError } from 'commander'
import { defaultAccount } from '../chat/account.ts'
import { explain } from './explain.ts'
import { hubOf, ownVersion, settingsOf } from './world.ts'

type Flags = Readonly<Record<string, string | readonly string[]>>

let exitCode = 0
const program = new Command('silica')
  .description("SiliconFlow's chat-completions API on your own machine.")
  .version(ownVersion(), '--version')
  .helpOption('--help', 'show this help')
  .helpCommand(false)
  .showHelpAfterError('Try --help.')
  .exitOverride()

// Each command's own file is loaded when the command runs, so that the others need not wait for it.
withModels('serve', 'serve the API')
  .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
  .option('--port <number>', 'port to listen on, 0 for any free one (default: 8000)')
  .option(
    '--compat <face>',
    'served or documented: which ranges to keep to where the service differs from its reference (default: served)',
  )
  .option('--record-days <number>', 'how long the records of requests are kept (default: 90)')
  .option('--records <number>', 'the most records that are kept (default: 10,000,000)')
  .option('--log <level>', 'debug, info, warn, error or silent (default: info)')
  .action(async (flags: Flags) => {
    const { serve } = await import('./serve.ts')
    exitCode = await serve(settingsOf(flags))
  })

withModels('chat [question]', 'talk with a model, or ask one question')
  .option('--url <url>', 'a running server, its key in SILICA_API_KEY (default: start one here)')
  .action(async (question: string | undefined, flags: Flags) => {
    const { chat } = await import('./chat.ts')
    const named = [flags['model'] ?? []].flat()
    const files = named.filter((model) => /=|\.(gguf|ya?ml)$/.test(model))
    const ids = named.filter((model) => !files.includes(model))
    exitCode = await chat(
      settingsOf({ ...flags, ...(files.length === 0 ? { model: undefined } : { model: files }) }),
      {
        question: question ?? '',
        url: String(flags['url'] ?? ''),
        model: ids[0] ?? '',
      },
    )
  })

const models = program
  .command('models')
  .description('list the models, and say which are deprecated or offline')
withCatalogue(models.command('list', { isDefault: true }).description('list the models'))
  .option('--verbose', 'all that the catalogue knows, with what they can do')
  .action(async ({ verbose, ...flags }: Flags) => {
    const { printModels } = await import('./models.ts')
    printModels(settingsOf(flags), verbose !== undefined)
  })
for (const [name, state, description] of [
  ['online', 'online', 'have it answer again'],
  ['deprecate', 'deprecated', 'have it answer, and say that it will not for ever'],
  ['offline', 'offline', 'have it answer nothing'],
] as const) {
  const command = withData(models.command(`${name} <id>`).description(description))
  if (state === 'deprecated')
    command.option(
      '--date <when>',
      'when it goes offline: a day such as 2030-01-31, or a time from now such as 30d',
    )
  if (state !== 'online') command.option('--successor <id>', 'the model to ask in its place')
  command.action(async (id: string, flags: Flags) => {
    const { changeLife } = await import('./lives.ts')
    const [date, successor] = [flags['date'], flags['successor']].map((flag) => String(flag ?? ''))
    await changeLife(settingsOf(flags), id, { state, date: date ?? '', successor: successor ?? '' })
  })
}

withData(program.command('announcements').description('what changed of the models'))
  .option('--model <id>', 'only of this model')
  .option('--limit <number>', 'how many at most', '20')
  .option('--json', 'as lines of JSON')
  .action(async ({ model, limit, json, ...flags }: Flags) => {
    const { printAnnouncements } = await import('./lives.ts')
    await printAnnouncements(settingsOf(flags), {
      model: String(model ?? ''),
      limit: String(limit),
      asJson: json !== undefined,
    })
  })

const webhooks = program.command('webhooks').description('what was sent to webhooks, and what could not be')
for (const [name, state, description] of [
  ['dead', 'dead', 'what was tried as often as it may be'],
  ['waiting', 'waiting', 'what is to be sent'],
  ['delivered', 'delivered', 'what was taken'],
] as const)
  withData(webhooks.command(name, { isDefault: name === 'dead' }).description(description)).action(
    async (flags: Flags) => {
      const { printDeliveries } = await import('./lives.ts')
      await printDeliveries(settingsOf(flags), state)
    },
  )
withData(webhooks.command('resend <id>').description('try one again')).action(
  async (id: string, flags: Flags) => {
    const { resendDelivery } = await import('./lives.ts')
    await resendDelivery(settingsOf(flags), id)
  },
)

withData(
  program.command('pull <model>').description('fetch a model: owner/name:file.gguf, owner/name:Q4_K_M'),
)
  .option('--as <id>', 'what to call it (default: owner/name)')
  .option('--hub <url>', 'where to fetch from; modelscope for ModelScope (default: https://huggingface.co)')
  .option('--revision <name>', 'branch, tag or commit')
  .action(async (reference: string, flags: Flags) => {
    const { pull } = await import('./pull.ts')
    const text = (name: string) => String(flags[name] ?? '')
    await pull(settingsOf(flags), {
      reference,
      as: text('as'),
      revision: text('revision'),
      hub: hubOf(text('hub')),
    })
  })
withData(program.command('remove <id>').description('delete a model that was pulled')).action(
  async (id: string, flags: Flags) => {
    const { remove } = await import('./pull.ts')
    exitCode = remove(settingsOf(flags), id)
  },
)

const keys = program.command('keys').description('list, add and revoke keys')
withData(
  keys.command('list', { isDefault: true }).description('list the keys, without their secrets'),
).action(async (flags: Flags) => {
  const { printKeys } = await import('./keys.ts')
  await printKeys(settingsOf(flags))
})
withData(keys.command('add [name]').description('make a key, and show it once'))
  .option('--account <id>', 'whose it is', defaultAccount)
  .option('--models <ids>', 'the models that it may ask, with commas between (default: all)')
  .option('--expires <when>', 'a day such as 2030-01-31, or a time from now such as 30d (default: never)')
  .option('--admin', 'for the admin API, and for nothing else')
  .action(async (name: string | undefined, flags: Flags) => {
    const { addKey } = await import('./keys.ts')
    const text = (flag: string) => String(flags[flag] ?? '')
    await addKey(settingsOf(flags), {
      name: name ?? '',
      account: text('account'),
      models: text('models'),
      expires: text('expires'),
      admin: flags['admin'] !== undefined,
    })
  })
withData(keys.command('revoke <id>').description('refuse a key from now on')).action(
  async (id: string, flags: Flags) => {
    const { revokeKey } = await import('./keys.ts')
    exitCode = await revokeKey(settingsOf(flags), id)
  },
)

withModels('bench [model]', 'measure a model on this machine')
  .option('--json', 'print the figures as JSON')
  .option('--seconds <number>', 'how long to measure each number of answers', '5')
  .action(async (id: string | undefined, { json, seconds, ...flags }: Flags) => {
    const { bench } = await import('./bench.ts')
    await bench(settingsOf(flags), { id: id ?? '', asJson: json !== undefined, seconds: Number(seconds) })
  })

const accounts = program.command('accounts').description('list, add and disable accounts')
withData(accounts.command('list', { isDefault: true }).description('list the accounts')).action(
  async (flags: Flags) => {
    const { printAccounts } = await import('./accounts.ts')
    await printAccounts(settingsOf(flags))
  },
)
withData(accounts.command('add <id> [name]').description('make an account')).action(
  async (id: string, name: string | undefined, flags: Flags) => {
    const { addAccount } = await import('./accounts.ts')
    await addAccount(settingsOf(flags), id, name ?? '')
  },
)
withData(accounts.command('level <id> [level]').description('give it the limits of a level')).action(
  async (id: string, level: string | undefined, flags: Flags) => {
    const { setAccountLevel } = await import('./accounts.ts')
    await setAccountLevel(settingsOf(flags), id, level ?? '')
  },
)
withData(accounts.command('bodies <id>').description('keep what it asks and is answered for a while'))
  .option('--off', 'keep no more of it')
  .action(async (id: string, { off, ...flags }: Flags) => {
    const { setAccountBodies } = await import('./accounts.ts')
    await setAccountBodies(settingsOf(flags), id, off === undefined)
  })
for (const [command, disabled] of [
  ['disable', true],
  ['enable', false],
] as const) {
  const description = disabled ? 'refuse all its keys from now on' : 'take its keys again'
  withData(accounts.command(`${command} <id>`).description(description)).action(
    async (id: string, flags: Flags) => {
      const { setAccountDisabled } = await import('./accounts.ts')
      await setAccountDisabled(settingsOf(flags), id, disabled)
    },
  )
}

withData(program.command('logs [id]').description('what became of a request, or of the latest ones'))
  .option('--account <id>', 'only of this account')
  .option('--key <id>', 'only of this key')
  .option('--model <id>', 'only of this model')
  .option('--outcome <how>', 'only finished, failed or abandoned')
  .option('--since <when>', 'only since then: a day, or a time before now such as 15m or 2d')
  .option('--limit <number>', 'how many at most', '20')
  .option('--json', 'as lines of JSON')
  .action(async (id: string | undefined, flags: Flags) => {
    const { printLogs } = await import('./logs.ts')
    const text = (flag: string) => String(flags[flag] ?? '')
    // Here --model is a filter, and not one to be served.
    exitCode = await printLogs(settingsOf({ ...flags, model: undefined }), {
      id: id ?? '',
      account: text('account'),
      key: text('key'),
      model: text('model'),
      outcome: text('outcome'),
      since: text('since'),
      limit: text('limit'),
      asJson: flags['json'] !== undefined,
    })
  })

const config = program.command('config').description('check settings and rows')
withCatalogue(
  config.command('check', { isDefault: true }).description('say what is wrong with them, by line and column'),
).action(async (flags: Flags) => {
  const { checkConfig } = await import('./check-config.ts')
  checkConfig(settingsOf(flags))
})

withModels('doctor', 'check this machine and the models').action(async (flags: Flags) => {
  const { doctor } = await import('./doctor.ts')
  exitCode = await doctor(settingsOf(flags))
})

function withModels(name: string, description: string): Command {
  return withCatalogue(program.command(name).description(description))
}

function withCatalogue(command: Command): Command {
  return withData(command)
    .option('--model <model>', 'serve name=path.gguf, path.gguf or rows.yaml too; may be repeated', listed)
    .option('--stand-in <model>', 'have this model answer for all that the catalogue knows and nothing runs')
    .option(
      '--memory <gigabytes>',
      "what all loaded models may take together (default: four fifths of the machine's)",
    )
    .option(
      '--idle <minutes>',
      'unload a model that nobody has asked for so long (default: when another needs the room)',
    )
    .option('--sequences <number>', 'answers generated at the same time, for each model')
    .option('--queue <number>', 'answers that may wait, for each model (default: 256)')
    .option('--threads <number>', 'threads for each model (default: by its size and this machine)')
    .option('--context <tokens>', 'window of models given as path.gguf')
}

function withData(command: Command): Command {
  return command
    .option('--data <folder>', 'where keys and records are kept (default: ~/.local/share/silica)')
    .option('--config <file>', 'read settings from this file (default: silica.yaml, where there is one)')
}

function listed(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

// `silica chat … | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : 2
  else {
    console.error(`silica: ${explain(error)}`)
    exitCode = 1
  }
}
process.exit(exitCode)
