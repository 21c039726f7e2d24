import type { Parameters } from './user-query.ts'

const twoStep: Readonly<Record<string, string>> = {
  true: 'has_2sv',
  false: 'not_setup_2sv',
  exempt: 'exempt_from_2sv',
}

/** Parameters that addresses had once, with what they are called now and what becomes of their values. */
const former: Readonly<Record<string, readonly [name: string, value: (value: string) => string]>> = {
  status: ['statuses[]', (value) => value],
  two_step_status: ['two_step_statuses[]', (value) => twoStep[value] ?? ''],
  role: ['roles[]', (value) => value],
  organisation: ['organisations[]', (value) => value],
  permission: ['permissions[]', (value) => value],
}

/**
 * The query, `?` and all, that an address of old asks for now, with everything else that it asks for
 * (`reference/admin-ui.md` 5.1); nothing when it is not of old.
 */
export const presentQuery = (parameters: Parameters): string | undefined => {
  const names = Object.keys(parameters)
  if (!names.some((name) => Object.hasOwn(former, name))) return undefined
  const pairs = names.flatMap((name) => {
    const [now, meaningOf] = (Object.hasOwn(former, name) && former[name]) || [name, (value: string) => value]
    return [parameters[name] ?? []].flat().map((value) => [now, meaningOf(value)] as [string, string])
  })
  const told = pairs.filter(([, value]) => value !== '')
  return told.length === 0 ? '' : `?${new URLSearchParams(told)}`
}
