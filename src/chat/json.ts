/** A JSON value as `JSON.parse` makes it, never changed after it was read. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}
