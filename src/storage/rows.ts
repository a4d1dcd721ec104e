/** The one parameter of a statement that SQLite is to run for many rows, in one transaction. */
export class Rows {
  /** A JSON list of objects. */
  readonly json: string
  /** The fields whose values are the statement's parameters. */
  readonly fields: readonly string[]
  /** A statement that is run once after them, with the number of rows that were changed. */
  readonly last: string

  constructor(json: string, fields: readonly string[], last: string) {
    this.json = json
    this.fields = fields
    this.last = last
  }
}
