import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseFile, readReference } from '../../src/hub/choose-file.ts'
import { download } from '../../src/hub/download.ts'
import { authorization, type Hub, listFiles, urlOf } from '../../src/hub/hub.ts'
import { digest, type HubServer, openHub } from './hub-server.ts'

const bytes = randomBytes(300_000)
const path = 'sub dir/model-Q4_0.gguf'
const signal = new AbortController().signal

let server: HubServer
let folder = ''
let waits: number[] = []
beforeEach(async () => {
  server = await openHub({
    files: { [path]: bytes, 'model-Q8_0.gguf': Buffer.from('other') },
    token: 'secret',
  })
  folder = mkdtempSync(join(tmpdir(), 'silica-hub-'))
  waits = []
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const hub = (changed: Partial<Hub> = {}): Hub => ({
  layout: 'huggingface',
  url: server.url,
  token: 'secret',
  ...changed,
})
const file = () => join(folder, 'model.gguf')

function fetchIt(
  changed: { sha256?: string; bytes?: number; signal?: AbortSignal; patience?: number } = {},
): Promise<void> {
  return download(
    {
      url: urlOf(hub(), 'owner/name', 'main', path),
      headers: authorization(hub()),
      file: file(),
      bytes: changed.bytes ?? bytes.length,
      sha256: changed.sha256 ?? digest(bytes),
    },
    {
      signal: changed.signal ?? signal,
      progress: () => {},
      wait: async (ms) => void waits.push(ms),
      patience: changed.patience ?? 60_000,
    },
  )
}

describe('the files of a repository', () => {
  const wanted = { path, bytes: bytes.length, sha256: digest(bytes) }

  test('are listed page by page as Hugging Face has them, and at once as ModelScope has them', async () => {
    for (const [layout, revision] of [
      ['huggingface', 'main'],
      ['modelscope', 'master'],
    ] as const) {
      const files = await listFiles(hub({ layout }), 'owner/name', revision, signal)
      expect(files).toHaveLength(2)
      expect(files).toContainEqual(wanted)
    }
  })

  test('need a token where the repository is private, and a repository that exists', async () => {
    await expect(listFiles(hub({ token: '' }), 'owner/name', 'main', signal)).rejects.toThrow(
      /SILICA_HUB_TOKEN/,
    )
    await expect(listFiles(hub(), 'owner/nothing', 'main', signal)).rejects.toThrow(/does not exist \(404\)/)
  })

  test('come from a hub that answers, and as a hub does', async () => {
    await expect(listFiles(hub({ url: 'http://127.0.0.1:9' }), 'a/b', 'main', signal)).rejects.toThrow(
      'http://127.0.0.1:9 cannot be reached.',
    )
    await expect(
      listFiles(hub({ url: `${server.url}/api/v1/models/owner/name/repo/files?` }), 'a/b', 'x', signal),
    ).rejects.toThrow('did not answer as a hub of models does')
  })

  test('are chosen by name or by a part of it that only one has', () => {
    const files = [
      wanted,
      { ...wanted, path: 'model-Q8_0.gguf' },
      { ...wanted, path: 'big-00001-of-00002.gguf' },
    ]
    const choose = (text: string) => chooseFile(files, readReference(text)).path
    expect(choose(`a/b:${path}`)).toBe(path)
    expect(choose('a/b:q8_0')).toBe('model-Q8_0.gguf')
    expect(() => choose('a/b')).toThrow(
      /Several files are meant; choose one:\n {2}a\/b:sub dir.*0\.3 MB\n.*Q8_0/,
    )
    expect(() => choose('a/b:Q5')).toThrow(/a\/b has no file 'Q5'; choose one:[^]*in several parts/)
    expect(() => chooseFile([], readReference('a/b'))).toThrow('a/b has no GGUF file.')
    expect(() => readReference('model')).toThrow("'model' is no model")
  })
})

describe('a download', () => {
  test('is whole and right, and the token stays with the hub', async () => {
    await fetchIt()
    expect(readFileSync(file()).equals(bytes)).toBe(true)
    expect(existsSync(`${file()}.part`)).toBe(false)
    expect(server.asked).toEqual(['all'])
  })

  test('goes on where a connection broke, as often as bytes are gained', async () => {
    const cuts = Array.from({ length: 9 }, () => ({ kind: 'cut', after: 20_000 }) as const)
    server.fail(...cuts)
    await fetchIt()
    expect(readFileSync(file()).equals(bytes)).toBe(true)
    expect(server.asked).toHaveLength(10)
    expect(server.asked.at(-1)).toMatch(/^bytes=\d{5,6}-$/)
    expect(waits).toEqual(Array.from({ length: 9 }, () => 1000))
  })

  test('goes on where an earlier process ended', async () => {
    writeFileSync(`${file()}.part`, bytes.subarray(0, 123_456))
    await fetchIt()
    expect(server.asked).toEqual(['bytes=123456-'])
    expect(readFileSync(file()).equals(bytes)).toBe(true)
  })

  test('begins anew where the server knows no ranges, and where there is more than the file has', async () => {
    writeFileSync(`${file()}.part`, bytes.subarray(0, 1000))
    server.fail({ kind: 'no-ranges' })
    await fetchIt()
    expect(readFileSync(file()).equals(bytes)).toBe(true)
    writeFileSync(`${file()}.part`, Buffer.alloc(bytes.length + 1))
    await fetchIt()
    expect(server.asked.at(-1)).toBe('all')
  })

  test('waits longer each time that nothing was gained, and gives up with what there is kept', async () => {
    writeFileSync(`${file()}.part`, bytes.subarray(0, 1000))
    server.fail(...Array.from({ length: 6 }, () => ({ kind: 'status', status: 503 }) as const))
    await expect(fetchIt()).rejects.toThrow(/broke off 6 times; run it again to go on/)
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000])
    expect(statSync(`${file()}.part`).size).toBe(1000)
  })

  test('takes a silent server for dead', async () => {
    server.fail({ kind: 'silence' })
    await fetchIt({ patience: 1000 })
    expect(server.asked).toHaveLength(2)
  })

  test.each([
    [{ kind: 'longer' }, /has 300010 bytes, and the hub announced 300000/],
    [{ kind: 'shorter' }, /has 299990 bytes, and the hub announced 300000/],
    [{ kind: 'status', status: 403 }, /is refused \(403\)/],
    [{ kind: 'status', status: 404 }, /does not exist \(404\)/],
  ] as const)('is refused at once by %j', async (fault, told) => {
    server.fail(fault)
    await expect(fetchIt()).rejects.toThrow(told)
    expect(server.asked).toHaveLength(1)
    expect(existsSync(file())).toBe(false)
  })

  test('of other bytes is deleted, and never stands in place of the model', async () => {
    server.fail({ kind: 'other-bytes' })
    await expect(fetchIt()).rejects.toThrow(/its SHA-256 differs. It was deleted/)
    expect(existsSync(file())).toBe(false)
    expect(existsSync(`${file()}.part`)).toBe(false)
  })

  test('that the disk refuses says so, and is not tried again', async () => {
    symlinkSync('/dev/full', `${file()}.part`)
    await expect(fetchIt()).rejects.toThrow(`${file()}.part cannot be written.`)
    expect(server.asked).toEqual(['all'])
  })

  test('that the disk has no room for is not begun', async () => {
    await expect(fetchIt({ bytes: 2 ** 53 - 1 })).rejects.toThrow(/GB free and \d+\.\d\d GB are needed/)
    expect(server.asked).toEqual([])
  })

  test('that is stopped keeps what it has', async () => {
    const stop = new AbortController()
    server.fail({ kind: 'silence' })
    const stopped = fetchIt({ signal: stop.signal })
    stop.abort(new Error('stopped by hand'))
    await expect(stopped).rejects.toThrow('stopped by hand')
  })
})
