import { addressFaults } from '#domain/application-addresses.ts'
import { nameFault } from '#domain/user.ts'
import { thousands } from '#kernel/count.ts'
import { Invalid } from '#kernel/failure.ts'
import { hashToken } from '#kernel/token.ts'
import type { ApplicationSettings } from '#store/application-records.ts'

export type SettingName = keyof ApplicationSettings

/** What people may change of an application, in the order of forms and notes, and what it is called there. */
export const settingLabels = {
  name: 'Name',
  description: 'Description',
  homeUri: 'Home URL',
  redirectUris: 'Redirect addresses',
  pushUri: 'Push address',
  takesPushes: 'Push updates',
  isApiOnly: 'API-only',
  isGdsOnly: 'GDS only',
  isDirectoryApi: 'Directory API',
  requiresPkce: 'Requires PKCE',
} as const satisfies Record<SettingName, string>

const settingNames = Object.keys(settingLabels) as readonly SettingName[]

/** Something that is wrong with what was typed, beside the field that it is about. */
export interface SettingFault {
  readonly field: SettingName | 'permissions'
  readonly text: string
  readonly uri?: string
}

/** Refused settings, with all that is wrong with them. */
export class InvalidSettings extends Invalid {
  readonly faults: readonly SettingFault[]

  constructor(faults: readonly SettingFault[]) {
    super([...new Set(faults.map(({ text }) => text))].join('\n'))
    this.faults = faults
  }
}

const longestDescription = 1000

/** Everything that is wrong with the settings, or nothing. Whether the name is free is not asked. */
export const settingFaults = (
  settings: ApplicationSettings,
  allowHttp: boolean,
): { readonly own: readonly SettingFault[]; readonly addresses: readonly SettingFault[] } => {
  const name = nameFault(settings.name)
  const isLong = (settings.description ?? '').length > longestDescription
  const description = isLong
    ? `Description must be ${thousands(longestDescription)} characters or less`
    : lineFault('Description', settings.description ?? '')
  return {
    own: [
      ...(name === undefined ? [] : [{ field: 'name', text: name } as const]),
      ...(description === undefined ? [] : [{ field: 'description', text: description } as const]),
    ],
    addresses: addressFaults(settings, allowHttp),
  }
}

const lineFault = (label: string, text: string): string | undefined =>
  /\p{Cc}/u.test(text) ? `${label} must be one line of text` : undefined

/** A short word for how the settings are: each changes its own part of it. */
export const versionOf = (settings: ApplicationSettings): string =>
  settingNames.map((name) => digestOf(settings[name])).join('.')

/** Which settings are not as they were when the form was made that carries this version. */
export const changedSince = (version: string, settings: ApplicationSettings): readonly SettingName[] => {
  const seen = version.split('.')
  return settingNames.filter((name, index) => digestOf(settings[name]) !== seen[index])
}

const digestOf = (value: ApplicationSettings[SettingName]): string =>
  hashToken(JSON.stringify(value)).toString('base64url').slice(0, 12)

/** What is different between two states, as the log says it; nothing for what is the same. */
export const changesBetween = (old: ApplicationSettings, next: ApplicationSettings): readonly string[] =>
  settingNames
    .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]))
    .map((name) => {
      const label = settingLabels[name].toLowerCase()
      return name === 'redirectUris'
        ? `${label} ${listChange(old.redirectUris, next.redirectUris)}`
        : `${label} from ${settingWords(old[name])} to ${settingWords(next[name])}`
    })

const listChange = (old: readonly string[], next: readonly string[]): string => {
  const added = next.filter((uri) => !old.includes(uri))
  const removed = old.filter((uri) => !next.includes(uri))
  const parts = [
    added.length > 0 ? `added: ${added.join(' ')}` : '',
    removed.length > 0 ? `removed: ${removed.join(' ')}` : '',
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : `put in this order: ${next.join(' ')}`
}

/** A setting as people read it. */
export const settingWords = (value: ApplicationSettings[SettingName]): string => {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (value === null) return 'nothing'
  return typeof value === 'string' ? `‘${value}’` : value.join(' ')
}
