/** What stands at the head of an answer, and the signature of its thoughts. */
export interface MessageHead {
  readonly id: string
  readonly model: string
  readonly signature: string
}

/**
 * The head of an answer that is known here by `id`, 32 hexadecimal digits: named as the service names its own, and with
 * ten letters that look like its signatures and that nobody checks.
 */
export function messageHead(id: string, model: string): MessageHead {
  // 31 hexadecimal digits fit in 24 of base 36. The first is 0 as long as times in milliseconds have 44 bits.
  const name = BigInt(`0x${id.slice(1)}`)
    .toString(36)
    .padStart(24, '0')
  const signature = id
    .slice(-10)
    .replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
  return { id: `msg_${name}`, model, signature }
}
