/** Which records of requests to look for; null where it is all the same. Times are milliseconds since 1970. */
export interface RecordFilter {
  /** When the request came in: at this time or later. */
  readonly from: number | null
  /** And before this one. */
  readonly until: number | null
  readonly accountId: string | null
  readonly keyId: string | null
  readonly model: string | null
  /** `finished`, `failed` or `abandoned`. */
  readonly outcome: string | null
  /** The kind of the failure. */
  readonly failure: string | null
  readonly callerTraceId: string | null
  /** Only requests that came in before the one of this id. */
  readonly before: string | null
}
