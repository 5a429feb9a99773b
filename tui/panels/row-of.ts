/** The row of an id that came from elsewhere: an id such as `toString` names nothing that a record happens to inherit. */
export function rowOf<Row>(rows: Readonly<Record<string, Row>> | undefined, id: string | undefined): Row | undefined {
  return rows !== undefined && id !== undefined && Object.hasOwn(rows, id) ? rows[id] : undefined
}
