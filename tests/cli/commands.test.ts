import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHome } from './command.ts'

const home = createHome()
const run = home.run
afterAll(() => home.remove())

const bundled = join(import.meta.dirname, '../../models/nano/silica-nano.gguf')
const broken = join(home.folder, 'broken.gguf')
beforeAll(() => writeFileSync(broken, readFileSync(bundled).subarray(0, 1000)))

describe('the command line', () => {
  it('tells its version and its commands, and warns of nothing', async () => {
    const about: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
    const version = await run(['--version'])
    expect(version).toEqual({ code: 0, stdout: `${Object(about).version}\n`, stderr: '' })
    const help = await run(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of ['serve', 'chat', 'models', 'keys', 'doctor'])
      expect(help.stdout).toContain(`  ${command} `)
  })

  it.each([
    [['bake'], "unknown command 'bake'"],
    [['keys', 'bake'], 'too many arguments'],
    [['serve', '--bake'], "unknown option '--bake'"],
    [['serve', 'bake'], 'too many arguments'],
    [['serve', '--port'], "option '--port <number>' argument missing"],
    [['keys', 'revoke'], "missing required argument 'id'"],
  ])('ends with 2 and says why when it does not understand %j', async (args, told) => {
    const ended = await run(args)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(told)
  })

  it.each([
    [['serve', '--port', 'http'], '--port must be an integer between 0 and 65535'],
    [['serve', '--model', 'none.gguf'], 'none.gguf cannot be used: ENOENT'],
    [['serve', '--model', 'broken.gguf'], 'broken.gguf cannot be used: '],
    [['serve', '--data', 'broken.gguf'], 'broken.gguf cannot be made'],
    [['serve', '--data', '/proc/nowhere/deep'], '/proc/nowhere/deep cannot be made'],
    [['serve', '--config', 'none.yaml'], 'none.yaml'],
    [['serve', '--model', 'none.yaml'], 'none.yaml'],
    [['chat', '--url', 'http://127.0.0.1:1', 'hi'], 'Set SILICA_API_KEY'],
    [['models', '--model', 'broken.gguf'], 'broken.gguf cannot be used: '],
  ])('ends with 1 and says in one line what is wrong with %j', async (args, told) => {
    const ended = await run(args)
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^silica: .*\n$/)
    expect(ended.stderr).toContain(told)
  })
})

describe('keys', () => {
  it('are shown once, alone on standard output, and can be revoked', async () => {
    const added = await run(['keys', 'add', 'laptop'])
    const secret = added.stdout.trim()
    const id = secret.slice(0, 11)
    expect(added.stdout).toMatch(/^sk-[\w-]{48}\n$/)
    expect(added.stderr).toContain(id)
    expect((await run(['keys'])).stdout).toMatch(
      new RegExp(`^${id} +laptop +default +all models +[0-9-]{10} +active$`, 'm'),
    )
    expect(await run(['keys', 'revoke', id])).toMatchObject({ code: 0 })
    const listed = await run(['keys', 'list'])
    expect(listed.stdout).toMatch(new RegExp(`^${id} .* revoked `, 'm'))
    expect(listed.stdout + listed.stderr).not.toContain(secret)
    expect(await run(['keys', 'revoke', id])).toMatchObject({ code: 1, stdout: '' })
  })

  it('are of an account, for some models, until a day, or for the admin API', async () => {
    expect(await run(['accounts', 'add', 'team', 'The team'])).toMatchObject({ code: 0 })
    await run(['keys', 'add', 'one', '--account', 'team', '--models', 'a/b,c', '--expires', '2099-01-31'])
    await run(['keys', 'add', 'two', '--admin'])
    const { stdout } = await run(['keys'])
    expect(stdout).toMatch(/^sk-\S+ +one +team +a\/b, c +[0-9-]{10} +until 2099-01-31$/m)
    expect(stdout).toMatch(/^sk-\S+ +two +default +admin API +[0-9-]{10} +active$/m)
    expect(await run(['accounts', 'level', 'team', 'gold'])).toMatchObject({ code: 0 })
    expect(await run(['accounts', 'disable', 'team'])).toMatchObject({ code: 0 })
    expect((await run(['accounts'])).stdout).toMatch(
      /^team +The team +gold +1 +[0-9-]{10} +disabled [0-9-]{10}$/m,
    )
    for (const wrong of [
      ['accounts', 'add', 'team'],
      ['accounts', 'disable', 'nobody'],
      ['keys', 'add', 'x', '--account', 'nobody'],
      ['keys', 'add', 'x', '--expires', 'soon'],
    ])
      expect(await run(wrong)).toMatchObject({ code: 1, stdout: '' })
  })

  it('are all made when several processes make the database at once', async () => {
    const adding = [1, 2, 3].map((name) => run(['keys', 'add', String(name), '--data', 'fresh']))
    for (const ended of await Promise.all(adding)) expect(ended).toMatchObject({ code: 0 })
    expect((await run(['keys', '--data', 'fresh'])).stdout.trim().split('\n')).toHaveLength(4)
  })
})

describe('models', () => {
  it('lists what would be served, the own ones first', async () => {
    const { code, stdout } = await run(['models', '--model', `mine=${bundled}`])
    expect(code).toBe(0)
    const [head, mine, nano] = stdout.split('\n')
    expect(head).toMatch(/^MODEL +CONTEXT +THINKING +TOOLS +JSON +SIZE +FILE$/)
    expect(mine).toMatch(/^mine +4096 +switch, on +yes +yes +\d+ MB /)
    expect(nano).toMatch(/^silica\/nano +8192 +switch, on +yes +yes +\d+ MB /)
  })
})

describe('the life of a model', () => {
  const at = ['--data', 'lives']
  it('is changed beside a running server, and every change can be read', async () => {
    const deprecate = [
      'models',
      'deprecate',
      'silica/nano',
      '--date',
      '2099-01-31',
      '--successor',
      'Qwen/Qwen3-8B',
    ]
    expect(await run([...deprecate, ...at])).toMatchObject({
      code: 0,
      stdout: 'silica/nano is deprecated, until 2099-01-31. Running servers follow within a second.\n',
    })
    expect((await run(['models', 'offline', 'silica/nano', ...at])).code).toBe(0)
    const { stdout } = await run(['announcements', ...at])
    expect(stdout).toMatch(/^\S+Z +silica\/nano +deprecated +2099-01-31 +Qwen\/Qwen3-8B +cli +-$/m)
    const last = (await run(['announcements', '--json', '--limit', '1', ...at])).stdout
    expect(JSON.parse(last)).toMatchObject({
      kind: 'offline',
      by: 'cli',
      life: { successor: 'Qwen/Qwen3-8B' },
    })
    expect((await run(['webhooks', ...at])).stdout).toMatch(/^ID +WEBHOOK .*\n$/)
    for (const [wrong, why] of [
      [['models', 'offline', 'no/model'], 'There is no model no/model.'],
      [['models', 'deprecate', 'silica/nano', '--date', 'soon'], '--date must be a day'],
      [['webhooks', 'resend', 'none'], 'There is no delivery none.'],
    ] as const)
      expect(await run([...wrong, ...at])).toMatchObject({ code: 1, stderr: expect.stringContaining(why) })
  })
})

describe('bench', () => {
  it('measures a model, for people and for programs', async () => {
    const { code, stdout } = await run(['bench', '--json', '--seconds', '0.05'])
    expect(code).toBe(0)
    const { model, prefill, firstToken, decode } = JSON.parse(stdout)
    expect(model).toBe('silica/nano')
    expect(Math.min(prefill, firstToken.cold, firstToken.warm)).toBeGreaterThan(0)
    expect(decode.map(({ sequences }: { sequences: number }) => sequences)).toEqual([1, 4, 8, 16])
    expect((await run(['bench', '--seconds', '0.05'])).stdout).toMatch(
      /^decode +16 answers at once +\d+ tokens\/s$/m,
    )
  })

  it('names what it could measure, and the time it takes', async () => {
    expect((await run(['bench', 'x'])).stderr).toContain(
      "'x' is not run here: it must be one of silica/nano.",
    )
    expect((await run(['bench', '--seconds', 'x'])).stderr).toContain('--seconds must be a number above 0')
  })
})

describe('config check', () => {
  const check = (text: string, environment = {}) => {
    writeFileSync(join(home.folder, 'checked.yaml'), text)
    return run(['config', 'check', '--config', 'checked.yaml'], { environment })
  }
  const upstream = (more: string) =>
    `port: 8080
rows:
  - id: silica/nano
    engine:
      kind: pool
      replicas:
        - { kind: upstream, server: vllm, url: 'http://gpu:8000/v1', key: { env: GPU_KEY }${more} }
`

  it('says what there is to run where all is fine', async () => {
    const { code, stdout } = await check(upstream(', weight: 2, drain: true'), { GPU_KEY: 'sk-secret' })
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^fine: 1 models to run, \d+ in the catalogue\n$/),
    })
  })

  it.each([
    ['port: 70000', /^silica: .*checked\.yaml:1:1: port must be/],
    ['host: a\nprot: 1', /^silica: .*checked\.yaml:2:1: prot is not known/],
    ['port: [', /^silica: .*checked\.yaml:\d+:\d+: /],
    [upstream(', wieght: 2'), /^silica: .*checked\.yaml:7:\d+: .*wieght is not known/],
    [upstream(', weight: heavy'), /^silica: .*checked\.yaml:7:\d+: .*weight must be/],
    [upstream(''), /^silica: The key for silica\/nano is missing.* GPU_KEY/],
  ])('says what is wrong with %j, and where', async (text, told) => {
    const { code, stderr, stdout } = await check(text)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(told)
  })
})

describe('doctor', () => {
  it('ends with 0 where everything is fine, and makes nothing', async () => {
    const { code, stdout } = await run(['doctor', '--data', 'not-made'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ok +silica\/nano .* loaded in \d+ ms with libggml-cpu/m)
    expect((await run(['keys', '--data', 'not-made'])).stdout).toMatch(/^ID.*\n$/)
  })

  it('ends with 1 where a model is broken, and still looks at the others', async () => {
    const { code, stdout } = await run(['doctor', '--model', 'broken.gguf'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^WRONG .*broken\.gguf cannot be used/m)
    expect(stdout).toMatch(/^ok +silica\/nano /m)
  })
})
