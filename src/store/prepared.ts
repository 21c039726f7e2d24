import { type Pool, types } from 'pg'

/** What `pg` shows of its connection to a query that writes itself, as pg-cursor and pg-query-stream do. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void }
  /** Names of the statements that this connection knows; `pg` keeps it. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>
  parse(statement: { readonly name: string; readonly text: string }): void
  bind(portal: { readonly statement: string; readonly values: readonly unknown[] }): void
  describe(what: { readonly type: 'P'; readonly name: '' }): void
  execute(portal: object): void
  sync(): void
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** How the rows of one statement are read. */
type Shape = readonly { readonly name: string; readonly parse: (text: string) => unknown }[]

interface Answer {
  readonly rows: readonly Record<string, unknown>[]
}

type Callback = ((error: Error | null, answer?: Answer) => void) | undefined

// A statement always answers in the same shape, so it is asked for once and not with every row.
const shapes = new Map<string, Shape>()

/**
 * Sends a named prepared statement over any connection of the pool, and answers its rows. It does what `pg`'s own query
 * does, but for what a hot statement needs only once: the description of its columns, a third of the work of reading a
 * row. Values are text, bytes or null; `sendable` makes them so.
 */
export const sendPrepared = async (
  pool: Pool,
  name: string,
  text: string,
  values: readonly (string | Buffer | null)[],
): Promise<Answer['rows']> => {
  const query = prepared(name, text, values)
  // The pool sets the callback, and answers a promise; its types know only queries that set their own.
  const { rows } = await (pool as unknown as { query(own: typeof query): Promise<Answer> }).query(query)
  return rows
}

const prepared = (name: string, text: string, values: readonly unknown[]) => {
  let shape = shapes.get(name)
  const rows: Record<string, unknown>[] = []
  const query = {
    name,
    text,
    callback: undefined as Callback,

    submit(wire: Wire): null {
      wire.stream.cork()
      if (wire.parsedStatements[name] === undefined) wire.parse({ name, text })
      wire.bind({ statement: name, values })
      if (!shape) wire.describe({ type: 'P', name: '' })
      wire.execute({})
      wire.sync()
      wire.stream.uncork()
      return null
    },

    handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
      shape = fields.map((field) => ({
        name: field.name,
        parse: types.getTypeParser(field.dataTypeID, 'text') as (text: string) => unknown,
      }))
      shapes.set(name, shape)
    },

    handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
      const row: Record<string, unknown> = {}
      for (const [index, column] of (shape ?? []).entries()) {
        const text = fields[index]
        row[column.name] = text == null ? null : column.parse(text)
      }
      rows.push(row)
    },

    handleReadyForQuery(): void {
      query.callback?.(null, { rows })
    },

    handleError(error: Error): void {
      query.callback?.(error)
    },

    handleCommandComplete(): void {},
    handleEmptyQuery(): void {},
    handlePortalSuspended(): void {},
  }
  return query
}

/** A value in the form in which it is sent: text, bytes, or nothing. A list is text, as PostgreSQL writes its arrays. */
export const sendable = (value: unknown): string | Buffer | null => {
  if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) return value
  if (Array.isArray(value)) return `{${value.map(element).join(',')}}`
  // `pg` writes a date out in local time, part by part; this is the same instant in one native call.
  return value instanceof Date ? value.toISOString() : String(value)
}

const element = (value: unknown): string => {
  if (value === null) return 'NULL'
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`
  return `"${String(sendable(value)).replace(/["\\]/g, '\\$&')}"`
}
