import type { User, UserId } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { paths, pathTo } from './paths.ts'
import type { Request } from './routes.ts'
import { onlyText } from './urlencoded.ts'

/** The API user whose id is in the address: whether there is one, is asked elsewhere. Throws `NotFound`. */
export const apiUserOf = (request: Request): { readonly id: UserId; readonly kind: 'machine' } => ({
  id: numberIn(request, 'id') as UserId,
  kind: 'machine',
})

/** The number of this name in the address. Throws `NotFound` for what no row can have. */
export const numberIn = ({ params }: Request, name: string): number => {
  const text = onlyText(params, name) ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('There is nothing of this number.')
  return id
}

/** The way back from a page about one thing of an API user. */
export const apiUserBreadcrumbs = ({ id, name }: Pick<User, 'id' | 'name'>) => [
  { text: 'API users', href: paths.apiUsers },
  { text: name, href: pathTo(paths.apiUser, { id }) },
]
