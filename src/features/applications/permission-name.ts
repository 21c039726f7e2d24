import { userUpdatePermission } from '#domain/application.ts'

/** What is wrong with the name of a permission of an application, or nothing. Whether it is free is not asked. */
export const permissionNameFault = (name: string): string | undefined => {
  const trimmed = name.trim()
  if (trimmed === '') return 'Enter a name for each permission'
  if (trimmed.length > 255) return 'The name of a permission must be 255 characters or less'
  if (/\p{Cc}/u.test(trimmed)) return 'The name of a permission must be one line of text'
  return trimmed.toLowerCase() === userUpdatePermission
    ? `${userUpdatePermission} is Signon’s own: whoever holds it may tell the application about people`
    : undefined
}
