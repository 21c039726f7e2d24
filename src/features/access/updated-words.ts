import type { UpdatedPermissions } from './update-permissions.ts'

/** Names are listed as far as they take this many characters; of the others only the number is said. */
const longestList = 600

/** What is said after permissions were changed (`reference/roles-and-permissions.md` 4.4). */
export const updatedWords = (
  { userName, applicationName, held }: UpdatedPermissions,
  isOwn: boolean,
): string => {
  const [can, has, lacks] = isOwn
    ? ['You can', 'You now have', 'you do not have']
    : [`${userName} can`, `${userName} now has`, 'does not have']
  if (held.length === 0) return `${can} access ${applicationName} but ${lacks} any additional permissions.`
  return `${has} the following permissions for ${applicationName}: ${listed(held)}.`
}

const listed = (names: readonly string[]): string => {
  let said = 0
  let length = 0
  for (const name of names) {
    length += name.length + 2
    if (length > longestList) break
    said += 1
  }
  const rest = names.length - said
  if (said === 0) return `${rest} of them`
  return names.slice(0, said).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
