/** Formats of strings as patterns: a little narrower than their standards, and never wider. */
export const formats: Readonly<Record<string, string>> = {
  date: `^${date()}$`,
  time: `^${time()}$`,
  'date-time': `^${date()}T${time()}$`,
  duration: `^${duration()}$`,
  email: `^${email()}$`,
  hostname: `^${hostname()}$`,
  ipv4: `^${ipv4()}$`,
  ipv6: `^${ipv6()}$`,
  uuid: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
}

function date(): string {
  const long = '(0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])'
  const short = '(0[469]|11)-(0[1-9]|[12]\\d|30)'
  const february = '02-(0[1-9]|1\\d|2[0-8])'
  const leapYear = '(\\d\\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)'
  return `(\\d{4}-(${long}|${short}|${february})|${leapYear}-02-29)`
}

/** Without leap seconds, which depend on the date. */
function time(): string {
  return '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)'
}

/** As RFC 3339 has it: units in order, none left out between two. */
function duration(): string {
  const [years, months, days, hours, minutes, seconds] = ['Y', 'M', 'D', 'H', 'M', 'S'].map(
    (unit) => `\\d{1,6}${unit}`,
  )
  const time = `T(${hours}(${minutes}(${seconds})?)?|${minutes}(${seconds})?|${seconds})`
  const date = `(${years}(${months}(${days})?)?|${months}(${days})?|${days})`
  return `P(${date}(${time})?|${time}|\\d{1,6}W)`
}

function email(): string {
  const word = '[a-zA-Z0-9_%+-]{1,24}'
  const label = '[a-zA-Z0-9]([a-zA-Z0-9-]{0,28}[a-zA-Z0-9])?'
  return `${word}(\\.${word}){0,1}@(${label}\\.){1,3}[a-zA-Z]{2,18}`
}

function hostname(): string {
  const label = '[a-zA-Z0-9]([a-zA-Z0-9-]{0,38}[a-zA-Z0-9])?'
  return `${label}(\\.${label}){0,4}`
}

function ipv4(): string {
  const byte = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
  return `(${byte}\\.){3}${byte}`
}

/** Eight groups, or fewer around one `::`. */
function ipv6(): string {
  const group = '[0-9a-fA-F]{1,4}'
  const shortened = Array.from({ length: 8 }, (_, before) => {
    const head = before === 0 ? ':' : `(${group}:){${before}}`
    return before === 7 ? `${head}:` : `${head}((:${group}){1,${7 - before}}|:)`
  })
  return `((${group}:){7}${group}|${shortened.join('|')})`
}
