import { sql } from 'kysely'
import type { ApplicationId } from '#domain/application.ts'
import { sealedSecretOf } from './applications.ts'
import type { StoreContext } from './context.ts'
import { textOf } from './sealed-copy.ts'

/** An application in service with its live secrets. */
export interface ClusterApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly clientId: string
  /** The newest first; its text while it is on its way to the cluster. Two at most. */
  readonly secrets: readonly { readonly hash: Buffer; readonly text: string | undefined }[]
}

/** Client secrets as far as the cluster is to have them. */
export const clusterSecretStore = ({ db, keys }: StoreContext) => {
  const find = async (id?: ApplicationId): Promise<readonly ClusterApplication[]> => {
    const { rows } = await sql<Row>`
      select a.id, a.name, a.client_id as "clientId", s.secret_hash as hash, s.sealed_secret as sealed
      from applications a left join application_secrets s on s.application_id = a.id
      where a.retired_at is null and ${id === undefined ? sql`true` : sql`a.id = ${id}`}
      order by a.id, s.slot`.execute(db)
    return [...Map.groupBy(rows, (row) => row.id).values()].flatMap(([first, ...others]) => {
      if (!first) return []
      const secrets = [first, ...others].flatMap(({ hash, sealed }) =>
        hash ? [{ hash, text: textOf(keys, { hash, sealed }, sealedSecretOf(first.id)) }] : [],
      )
      return [{ id: first.id, name: first.name, clientId: first.clientId, secrets }]
    })
  }
  return {
    /** Every application in service. */
    list: (): Promise<readonly ClusterApplication[]> => find(),

    /** One of them again, as it is now. */
    async seek(id: ApplicationId): Promise<ClusterApplication | undefined> {
      return (await find(id))[0]
    },

    /** Erases the sealed copies of this secret and of the one before it; `false` when there was none. */
    async eraseCopies(id: ApplicationId, hash: Buffer): Promise<boolean> {
      const { rows } = await sql`
        update application_secrets s set sealed_secret = null
        where s.application_id = ${id} and s.sealed_secret is not null and s.slot >= (
          select n.slot from application_secrets n where n.application_id = ${id} and n.secret_hash = ${hash})
        returning s.slot`.execute(db)
      return rows.length > 0
    },
  }
}

interface Row {
  readonly id: ApplicationId
  readonly name: string
  readonly clientId: string
  readonly hash: Buffer | null
  readonly sealed: string | null
}
