import type { User, UserId, Whom } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { paths, pathTo } from './paths.ts'
import type { Request } from './routes.ts'
import { onlyText } from './urlencoded.ts'

/** The person whose id is in the address: whether there is one, and for whom, is asked elsewhere. Throws `NotFound`. */
export const personOf = ({ params }: Request): Extract<Whom, { readonly id: UserId }> => {
  const text = onlyText(params, 'id') ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('There is no such account.')
  return { id: id as UserId, kind: 'person' }
}

/** The way back from a page about one thing that is done to a person. */
export const userBreadcrumbs = ({ id, name }: Pick<User, 'id' | 'name'>) => [
  { text: 'Users', href: paths.users },
  { text: name, href: pathTo(paths.user, { id }) },
]
