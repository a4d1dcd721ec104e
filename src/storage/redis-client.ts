import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { Failure } from '../chat/failure.ts'

/** Milliseconds. */
const connectTimeout = 2000
const slowestRetry = 1000
const retryStrategy = (attempt: number) => Math.min(50 * attempt, slowestRetry)

/** What is sent is answered or fails: nothing is sent twice, and nothing waits for a connection. */
const sentOnce = {
  connectTimeout,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} satisfies RedisOptions

const form = /^(rediss?)(\+sentinel)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/@]+)(?:\/(.*))?$/

/**
 * The client for an address: `redis://host` for one server, `redis://host,host` for a cluster,
 * `redis+sentinel://host,host/name` for the master of that name; `rediss` with TLS. A user and a password may stand
 * before the hosts. Throws `invalid-request` for anything else.
 */
export function redisClient(address: string): Redis | Cluster {
  const [, scheme, sentinel, username, password, hosts = '', path = ''] = form.exec(address) ?? []
  const servers = hosts.split(',').map((host) => /^(.+?)(?::(\d+))?$/.exec(host))
  if (scheme === undefined || (sentinel !== undefined && path === '')) {
    throw new Failure('invalid-request', 'redis must be an address such as redis://localhost:6379.')
  }
  const tls = scheme === 'rediss' ? {} : undefined
  const common = {
    ...sentOnce,
    ...(tls && { tls }),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  }
  const addresses = (port: number) =>
    servers.map((server) => ({ host: server?.[1] ?? '', port: Number(server?.[2] ?? port) }))
  if (sentinel !== undefined) {
    return new Redis({
      ...common,
      enableOfflineQueue: false,
      retryStrategy,
      sentinelRetryStrategy: retryStrategy,
      sentinels: addresses(26379),
      name: path,
      ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    })
  }
  const [first] = addresses(6379)
  if (servers.length > 1) {
    return new Cluster(addresses(6379), {
      enableOfflineQueue: false,
      clusterRetryStrategy: retryStrategy,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      redisOptions: common,
    })
  }
  return new Redis({ ...common, ...first, db: Number(path), enableOfflineQueue: false, retryStrategy })
}
