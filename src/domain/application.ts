export type ApplicationId = number & { readonly brand: 'ApplicationId' }
export type PermissionId = number & { readonly brand: 'PermissionId' }

/** The permission to use an application at all; every application has it. */
export const signinPermission = 'signin'
/** Lets its holder call an application's push endpoints; only Signon's own API user holds it. */
export const userUpdatePermission = 'user_update_permission'

export interface Application {
  readonly id: ApplicationId
  readonly name: string
  readonly clientId: string
  readonly description: string | null
  readonly homeUri: string | null
  readonly redirectUris: readonly string[]
  readonly pushUri: string | null
  readonly supportsPushUpdates: boolean
  readonly isApiOnly: boolean
  readonly isGdsOnly: boolean
  readonly isDirectoryApi: boolean
  readonly requiresPkce: boolean
  readonly retiredAt: Date | null
}

/** A literal text in stored addresses and what it reads as in this environment. */
export interface UriSubstitution {
  readonly pattern: string
  readonly replacement: string
}

/**
 * A stored address as this environment reads it: the first occurrence of the pattern replaced, unless the
 * replacement is there already (`reference/oauth-and-apis.md` 5; OA-Q8: each address by itself).
 */
export const substituteUri = (uri: string, substitution: UriSubstitution | undefined): string =>
  substitution && !uri.includes(substitution.replacement)
    ? uri.replace(substitution.pattern, () => substitution.replacement)
    : uri
