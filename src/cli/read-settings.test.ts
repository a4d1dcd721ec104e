import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noLimits } from './read-limits.ts'
import { readSettings, type Surroundings } from './read-settings.ts'

let root = ''
let around: Surroundings
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'silica-settings-'))
  for (const folder of ['here', 'home', 'bundled', 'etc']) mkdirSync(join(root, folder))
  writeFileSync(join(root, 'bundled/nano.yaml'), '[]')
  writeFileSync(join(root, 'bundled/notes.txt'), '')
  around = {
    flags: {},
    environment: {},
    currentFolder: join(root, 'here'),
    homeFolder: join(root, 'home'),
    bundledModels: join(root, 'bundled'),
    consoleFolder: join(root, 'console'),
    guidesFolder: join(root, 'guides'),
    version: '1.2.3',
  }
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const writeYaml = (text: string) => writeFileSync(join(root, 'here/silica.yaml'), text)

describe('settings', () => {
  it('have a default for every question', () => {
    expect(readSettings(around)).toEqual({
      host: '127.0.0.1',
      port: 8000,
      dataFolder: join(root, 'home/.local/share/silica'),
      database: '',
      redis: '',
      limits: noLimits,
      traces: null,
      recordDays: 90,
      records: 10_000_000,
      bodyDays: 7,
      bodyBytes: 65_536,
      models: [],
      bundledRows: [join(root, 'bundled/nano.yaml')],
      announces: true,
      consoleFolder: join(root, 'console'),
      guidesFolder: join(root, 'guides'),
      version: '1.2.3',
      standIn: '',
      memory: 'auto',
      idleMinutes: 0,
      queue: 256,
      sequences: 'auto',
      threads: 'auto',
      contextLength: 'auto',
      compat: 'served',
      logLevel: 'info',
      metrics: 'admin',
      announcements: 'keys',
      webhooks: [],
      apiKeys: [],
      adminKeys: [],
      environment: {},
      secret: '',
    })
  })

  it('come from a flag before the environment before silica.yaml', () => {
    writeYaml('port: 1\nqueue: 1\nthreads: 1\nlogLevel: warn')
    const environment = { SILICA_PORT: '2', SILICA_QUEUE: '2' }
    const settings = readSettings({ ...around, environment, flags: { port: '3' } })
    expect(settings).toMatchObject({ port: 3, queue: 2, threads: 1, logLevel: 'warn' })
  })

  it('have webhooks, whose secrets stand elsewhere', () => {
    const hook = (more: string) => `webhooks: [{ name: ops, url: 'https://a.b/c', ${more} }]`
    const read = (text: string) => {
      writeYaml(text)
      return readSettings(around).webhooks
    }
    expect(read(hook('secret: { file: s.txt }'))).toEqual([
      { name: 'ops', url: 'https://a.b/c', secret: { file: join(root, 'here/s.txt') } },
    ])
    expect(() => read(hook('secret: abc'))).toThrow('webhooks[0].secret must be an object, not "abc"')
    expect(() =>
      read(hook('url: "https://u:p@a.b", secret: { env: S }').replace("url: 'https://a.b/c', ", '')),
    ).toThrow('webhooks[0].url must be an address without a password')
    const two = "{ name: ops, url: 'https://a.b/c', secret: { env: S } }"
    expect(() => read(`webhooks: [${two}, ${two}]`)).toThrow('webhooks[1].name must be its own')
  })

  it('take every flag and every variable', () => {
    const flags = {
      host: '::',
      port: '0',
      data: 'd',
      standIn: 'a/b',
      memory: '1.5',
      idle: '30',
      queue: '5',
      sequences: 'auto',
      threads: '2',
      context: '99',
      log: 'error',
    }
    const told = {
      host: '::',
      port: 0,
      dataFolder: join(root, 'here/d'),
      standIn: 'a/b',
      memory: 1.5,
      idleMinutes: 30,
      queue: 5,
      sequences: 'auto',
      threads: 2,
      contextLength: 99,
      logLevel: 'error',
    }
    expect(readSettings({ ...around, flags })).toMatchObject(told)
    const variableOf = (flag: string) =>
      flag === 'log' ? 'SILICA_LOG_LEVEL' : `SILICA_${flag.replace('standIn', 'stand_in').toUpperCase()}`
    const variables = Object.entries(flags).map(([flag, text]) => [variableOf(flag), text])
    expect(readSettings({ ...around, environment: Object.fromEntries(variables) })).toMatchObject(told)
  })

  it('take an empty variable for none', () => {
    expect(readSettings({ ...around, environment: { SILICA_PORT: '', SILICA_API_KEY: '' } })).toMatchObject({
      port: 8000,
      apiKeys: [],
    })
  })

  it('take the address of a database, and never show one that they refuse', () => {
    const from = (database: string) => readSettings({ ...around, environment: { SILICA_DATABASE: database } })
    const url = 'postgres://silica:hunter2@db.example:5432/silica?sslmode=require'
    expect(from(url).database).toBe(url)
    for (const wrong of ['mysql://silica:hunter2@host/x', 'postgres://silica:hunter2@ho st', 'hunter2']) {
      expect(() => from(wrong)).toThrow('The database must be an address such as postgres://')
      expect(() => from(wrong)).not.toThrow('hunter2')
    }
  })

  it('keep data under XDG_DATA_HOME where that is an absolute path', () => {
    const dataFolder = (home: string) =>
      readSettings({ ...around, environment: { XDG_DATA_HOME: home } }).dataFolder
    expect(dataFolder('/xdg')).toBe('/xdg/silica')
    expect(dataFolder('xdg')).toBe(join(root, 'home/.local/share/silica'))
  })

  it('take paths in silica.yaml from its own folder, and ~ for the home', () => {
    writeFileSync(join(root, 'etc/a.yaml'), 'data: store\nmodels: [one.gguf, two=~/sub/2.gguf, three.yaml]')
    const settings = readSettings({ ...around, flags: { config: '../etc/a.yaml' } })
    expect(settings.dataFolder).toBe(join(root, 'etc/store'))
    expect(settings.models).toEqual([
      { kind: 'gguf', name: 'one', file: join(root, 'etc/one.gguf') },
      { kind: 'gguf', name: 'two', file: join(root, 'home/sub/2.gguf') },
      { kind: 'rows', file: join(root, 'etc/three.yaml'), field: '' },
      { kind: 'rows', file: join(root, 'etc/a.yaml'), field: 'rows' },
    ])
  })

  it('take models from flags and from the environment', () => {
    const names = (models: Surroundings['flags']) =>
      readSettings({ ...around, flags: models }).models.map(({ file }) => file)
    expect(names({ model: ['a.gguf', 'b.gguf'] })).toEqual([
      join(root, 'here/a.gguf'),
      join(root, 'here/b.gguf'),
    ])
    const environment = { SILICA_MODELS: 'a.gguf,x/y=b.gguf' }
    expect(readSettings({ ...around, environment }).models).toEqual([
      { kind: 'gguf', name: 'a', file: join(root, 'here/a.gguf') },
      { kind: 'gguf', name: 'x/y', file: join(root, 'here/b.gguf') },
    ])
  })

  it.each([
    [{ port: 'http' }, '--port must be an integer between 0 and 65535, not "http".'],
    [{ port: '65536' }, '--port must be an integer between 0 and 65535, not "65536".'],
    [{ port: '' }, '--port must be an integer between 0 and 65535, not "".'],
    [{ threads: '0' }, '--threads must be "auto" or an integer between 1 and 1024, not "0".'],
    [{ log: 'loud' }, '--log must be "debug" or "info" or "warn" or "error" or "silent", not "loud".'],
    [{ model: ['a b=c.gguf'] }, "A model cannot be named 'a b'."],
    [{ model: ['=c.gguf'] }, "A model cannot be named ''."],
  ])('with the flags %j are refused', (flags, told) => {
    expect(() => readSettings({ ...around, flags })).toThrow(told)
  })

  it('name the variable at fault, and never show a key', () => {
    expect(() => readSettings({ ...around, environment: { SILICA_QUEUE: '-1' } })).toThrow(
      'SILICA_QUEUE must be an integer between 0 and 1000000, not "-1".',
    )
    expect(() => readSettings({ ...around, environment: { SILICA_API_KEY: 'my secret' } })).toThrow(
      /^SILICA_API_KEY must be at most 512 visible ASCII characters without spaces.$/,
    )
  })

  it.each([
    ['port: 1\nprot: 2', ':2:1: prot is not known; known are host, port,'],
    ['host: a\nport: "1"', ':2:1: port must be an integer between 0 and 65535, not "1"'],
    ['models:\n  - a.gguf\n  - 3', ':3:5: models[1] must be a text that is not empty, not 3'],
    ['- a', ':1:1: the file must be an object, not a list of 1'],
    ['port: [', ':1:8: '],
  ])('name the line and column of silica.yaml at fault: %j', (yaml, told) => {
    writeYaml(yaml)
    expect(() => readSettings(around)).toThrow(join(root, 'here/silica.yaml') + told)
  })

  it('are refused where the file that was named does not exist', () => {
    expect(() => readSettings({ ...around, flags: { config: 'none.yaml' } })).toThrow('none.yaml')
  })

  it("send traces where OpenTelemetry's variables or their own say so", () => {
    const read = (environment: Record<string, string>) => readSettings({ ...around, environment }).traces
    const standard = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
    expect(read(standard)).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      service: 'silica',
    })
    expect(
      read({
        ...standard,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/path',
        OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20abc, x-tenant = one,broken',
        OTEL_SERVICE_NAME: 'chat',
      }),
    ).toEqual({
      url: 'https://other/path',
      headers: { authorization: 'Basic abc', 'x-tenant': 'one' },
      service: 'chat',
    })
    expect(read({ ...standard, SILICA_TRACES: 'http://own:1/base' })?.url).toBe('http://own:1/base/v1/traces')
    expect(read({ ...standard, OTEL_SDK_DISABLED: 'true' })).toBeNull()
    expect(() => read({ SILICA_TRACES: 'http://user:secret@host' })).toThrow(/^traces must be the address/)
    expect(() => read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' })).toThrow(
      /OTEL_EXPORTER_OTLP_ENDPOINT/,
    )
  })
})
