import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type MediaFetcher, openMediaFetcher } from '../../src/engines/upstream/fetch-media.ts'
import { isPublicAddress } from '../../src/engines/upstream/public-address.ts'

const never = new AbortController().signal
const opened: (Server | MediaFetcher)[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(server)
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

function fetcher(trusted: readonly string[], resolved: readonly string[] = []): MediaFetcher {
  const made = openMediaFetcher({
    trusted,
    mostBytes: 1000,
    longest: 500,
    resolve: () => Promise.resolve(resolved),
  })
  opened.push(made)
  return made
}

const picture: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'image/png; charset=x' }).end('png')
}

test.each([
  ['93.184.216.34', true],
  ['2606:2800:220:1::1', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.31.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:93.184.216.34', false],
  ['::127.0.0.1', false],
  ['64:ff9b::7f00:1', false],
  ['2002:7f00:1::', false],
  ['fe80::1', false],
  ['fd00:ec2::254', false],
  ['ff02::1', false],
  ['localhost', false],
])('%s is public: %s', (address, open) => {
  expect(isPublicAddress(address)).toBe(open)
})

describe('what a caller points at', () => {
  test('is fetched, as data', async () => {
    const host = await serve(picture)
    expect(await fetcher([host]).fetch(`http://${host}/a`, 'image', never)).toBe('data:image/png;base64,cG5n')
  })

  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://①②⑦.⓪.⓪.①/',
  ])('is not fetched from this machine or its network, however that is written: %s', async (url) => {
    await expect(fetcher([]).fetch(url, 'image', never)).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('the host is not public'),
    })
  })

  test.each([[['127.0.0.1']], [['93.184.216.34', '10.0.0.1']], [['::ffff:10.0.0.1']], [[]]])(
    'is not fetched where its name stands for %j',
    async (addresses) => {
      const reading = fetcher([], addresses).fetch('http://images.example/', 'image', never)
      await expect(reading).rejects.toThrow('the host is not public')
    },
  )

  test('is fetched from the address that was looked at, and a name that changes it is looked at again', async () => {
    const asked: string[] = []
    const made = openMediaFetcher({
      trusted: [],
      mostBytes: 10,
      longest: 300,
      resolve(name) {
        asked.push(name)
        // A public one, which nobody answers at, and then one of this machine.
        return Promise.resolve([asked.length === 1 ? '192.31.196.1' : '127.0.0.1'])
      },
    })
    opened.push(made)
    await expect(made.fetch('http://changes.example/', 'image', never)).rejects.toThrow('cannot be fetched')
    await expect(made.fetch('http://changes.example/', 'image', never)).rejects.toThrow(
      'the host is not public',
    )
    expect(asked).toHaveLength(2)
  })

  test('is not fetched where a redirect leads somewhere that it could not be fetched from', async () => {
    const inside = await serve(picture)
    const outside = await serve((_, response) =>
      response.writeHead(302, { location: `http://${inside}/` }).end(),
    )
    await expect(fetcher([outside]).fetch(`http://${outside}/`, 'image', never)).rejects.toThrow(
      'is not public',
    )
    expect(await fetcher([outside, inside]).fetch(`http://${outside}/`, 'image', never)).toContain('base64')
  })

  test.each(['file:///etc/passwd', 'gopher://a/', 'ftp://a/'])(
    'is not fetched by other means: %s',
    async (url) => {
      const host = await serve((_, response) => response.writeHead(302, { location: url }).end())
      for (const from of [url, `http://${host}/`])
        await expect(fetcher([host]).fetch(from, 'image', never)).rejects.toThrow('only http and https are')
    },
  )

  test.each<[string, RequestListener]>([
    ['it redirects too often', (_, response) => response.writeHead(302, { location: '/' }).end()],
    [
      'it is larger than 1000 bytes',
      (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('a'.repeat(2000)),
    ],
    [
      'it is larger than 1000 bytes',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'image/png' })
        const more = () =>
          void (response.destroyed || response.write('a'.repeat(100), () => setImmediate(more)))
        more()
      },
    ],
    [
      'it is no image',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['its server answers with status 404', (_, response) => response.writeHead(404).end()],
    ['it takes too long', () => {}],
    ['it holds a password', picture],
  ])('is not fetched: %s', async (why, listener) => {
    const host = await serve(listener)
    const user = why.includes('password') ? 'a:b@' : ''
    await expect(fetcher([host]).fetch(`http://${user}${host}/`, 'image', never)).rejects.toThrow(why)
  })
})
