import { bucketsCounted } from './windows.ts'

/**
 * The meter of `meter.ts` as scripts, each atomic where its key lives. A key is a hash: `now` is the latest time it has
 * seen; of each metric NAME, `NAME` is the newest bucket counted, `NAME:used` the newest in which something was taken,
 * `NAME:total` the sum, `NAME:0` to `NAME:60` the ring of counts.
 *
 * Every script begins alike. ARGV 1: the ids of the server's runs that the caller knows; on any other run nothing is done,
 * and `unknown`, the run's id and the time of its start come back. ARGV 2 and 3: the earliest and the latest that it can
 * be. Numbers in answers are whole, since Redis cuts them.
 */
const head = (time: string) => `
local key, ring = KEYS[1], ${bucketsCounted}
local server = ${time}
local wall = server[1] * 1000 + math.floor(server[2] / 1000)
local info = redis.call('INFO', 'server')
local run = string.match(info, 'run_id:(%x+)')
if not string.find(ARGV[1], run, 1, true) then
  return { 'unknown', run, wall - 1000 * string.match(info, 'uptime_in_seconds:(%d+)') + 1000 }
end
-- The server's clock may be set while it runs: it counts only as far as the caller's own steady clock agrees.
local now = math.max(math.min(wall, ARGV[3]), ARGV[2], redis.call('HGET', key, 'now') or 0)
local function whole(number) return string.format('%.0f', number) end

-- The counts of the next buckets of the ring, oldest first.
local function after(name, bucket, count)
  local places = {}
  for step = 1, count do places[step] = name .. ':' .. (bucket + step) % ring end
  return places
end
-- Lets go of the buckets that have left the window; gives the newest bucket and the total, as they are to be stored.
local function advance(name, length, stored, total)
  local bucket = math.floor(now / length)
  local last = tonumber(stored or bucket)
  total = tonumber(total or 0)
  local gone = after(name, last, math.min(bucket - last, ring))
  if #gone > 0 and total ~= 0 then
    for _, count in ipairs(redis.call('HMGET', key, unpack(gone))) do total = total - (count or 0) end
    redis.call('HDEL', key, unpack(gone))
  end
  return math.max(bucket, last), total
end
local function take(name, bucket, amount)
  redis.call('HINCRBY', key, name .. ':' .. bucket % ring, whole(amount))
end
`

/**
 * Takes, or refuses. ARGV 4: the time before which counts are lost; 5: milliseconds after which an unused key is
 * forgotten; then for each limit its metric, the length of a bucket, the most that is allowed, the amount to take.
 * Gives `admitted`, the server's time, 0, 0; or `refused`, the server's time, the number of the limit to blame,
 * milliseconds to wait (-1: for ever). Then for each limit what remains, milliseconds until all of it can be had, and the
 * bucket of now.
 */
export const takeScript = (time: string): string => `${head(time)}
local lost, limits, names = tonumber(ARGV[4]), {}, { 'now' }
for at = 6, #ARGV, 4 do
  local name = ARGV[at]
  limits[#limits + 1] =
    { name = name, length = tonumber(ARGV[at + 1]), most = tonumber(ARGV[at + 2]), amount = tonumber(ARGV[at + 3]) }
  for _, field in ipairs({ name, name .. ':total', name .. ':used' }) do names[#names + 1] = field end
end
local stored = redis.call('HMGET', key, unpack(names))
local refused, longest = 0, 0
for at, limit in ipairs(limits) do
  limit.bucket, limit.total = advance(limit.name, limit.length, stored[3 * at - 1], stored[3 * at])
  limit.used = stored[3 * at + 1] or 0
  local wait, over = 0, limit.total + limit.amount - limit.most
  if limit.amount > limit.most then
    wait = math.huge
  elseif lost > now - limit.length * (ring - 1) then
    -- What was taken before that is not known, and may have been all.
    wait = lost + limit.length * (ring - 1) - now
    limit.unknownFor = wait
  elseif over > 0 then
    local step = 0
    for next, count in ipairs(redis.call('HMGET', key, unpack(after(limit.name, limit.bucket, ring)))) do
      over = over - (count or 0)
      step = next
      if over <= 0 then break end
    end
    wait = (limit.bucket + step) * limit.length - now
  end
  if wait > longest then refused, longest = at, wait end
end
local answer = { 'admitted', wall, 0, 0 }
if refused > 0 then answer = { 'refused', wall, refused, longest == math.huge and -1 or math.ceil(longest) } end
local fields = { 'now', whole(now) }
for _, limit in ipairs(limits) do
  if refused == 0 then
    take(limit.name, limit.bucket, limit.amount)
    limit.total, limit.used = limit.total + limit.amount, limit.bucket
  end
  for _, value in ipairs({
    limit.name, whole(limit.bucket), limit.name .. ':total', whole(limit.total), limit.name .. ':used', whole(limit.used),
  }) do fields[#fields + 1] = value end
  local resets = limit.total == 0 and 0 or (limit.used + ring) * limit.length - now
  answer[#answer + 1] = limit.unknownFor and 0 or math.max(0, limit.most - limit.total)
  answer[#answer + 1] = math.ceil(math.max(resets, limit.unknownFor or 0))
  answer[#answer + 1] = limit.bucket
end
redis.call('HSET', key, unpack(fields))
redis.call('PEXPIRE', key, ARGV[5])
return answer`

/**
 * Gives back or takes more. From ARGV 4 on, for each metric: its name, the length of a bucket, the bucket of the reservation,
 * the change. Gives \`adjusted\`.
 */
export const adjustScript = (time: string): string => `${head(time)}
for at = 4, #ARGV, 4 do
  local name, length, bucket, change = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local newest, total = unpack(redis.call('HMGET', key, name, name .. ':total'))
  if newest and change > 0 then
    local current, sum = advance(name, length, newest, total)
    take(name, current, change)
    redis.call('HSET', key, name, whole(current), name .. ':total', whole(sum + change), name .. ':used', whole(current))
  elseif newest and newest - bucket < ring then
    redis.call('HINCRBY', key, name .. ':' .. bucket % ring, change)
    redis.call('HINCRBY', key, name .. ':total', change)
  end
end
return { 'adjusted' }`

/** Keeps the later of the time that stands in the key and ARGV 1, for ARGV 2 milliseconds, and gives it. */
export const lossScript = `
local lost = math.max(ARGV[1], redis.call('GET', KEYS[1]) or 0)
if lost > 0 then redis.call('SET', KEYS[1], string.format('%.0f', lost), 'PX', ARGV[2]) end
return lost`
