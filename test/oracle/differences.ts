import { atAuthorize } from './at-authorize.ts'
import { atIntrospect, atRevoke } from './at-revoke-and-introspect.ts'
import { atCode, atRefresh } from './at-token.ts'
import type { Difference } from './request.ts'

/**
 * Every request that is put to Signon and to `oidc-provider`, and what each answers: the truth that the differential
 * test holds both to. `docs/protocol-differences.md` is made from it.
 */
export const differences: readonly Difference[] = [
  ...atAuthorize,
  ...atCode,
  ...atRefresh,
  ...atRevoke,
  ...atIntrospect,
]
