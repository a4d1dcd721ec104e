import type { Compat } from './compat.ts'

/** What is known of a request besides its body. */
export interface Circumstances {
  readonly compat: Compat
  /** The `User-Agent` header, empty where none came. */
  readonly userAgent: string
}
