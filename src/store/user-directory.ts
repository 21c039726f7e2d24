import type { UserUid } from '#domain/user.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** One user as `GET /api/users` tells of them. */
export interface DirectoryEntry {
  readonly uid: UserUid
  readonly name: string
  readonly email: string
  readonly organisation: { readonly content_id: string; readonly name: string; readonly slug: string } | null
}

/** Users by their uids, for applications that must show names. */
export const userDirectoryStore = ({ db }: StoreContext) => ({
  /** Those of `uids` that exist, each once, in the order in which they were created. */
  async list(uids: readonly string[]): Promise<readonly DirectoryEntry[]> {
    return list(db, uids)
  },
})

const list = statement<DirectoryEntry, [readonly string[]]>(
  'user-directory.list',
  `select u.uid, u.name, u.email,
     case when o.id is not null then json_build_object('content_id', o.content_id, 'name', o.name, 'slug', o.slug) end as organisation
   from users u left join organisations o on o.id = u.organisation_id
   where u.uid = any ($1::uuid[]) order by u.id`,
)
