/** One step of the database's shape. Steps are numbered from 1, go forward only, and are never changed once released. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}
