import type { ApplicationSettings } from '#store/application-records.ts'
import { onlyText, textsOf } from '#web/urlencoded.ts'
import type { FormView, SettingFields } from './application-form.page.ts'
import type { SettingFault, SettingName } from './settings.ts'

/** The settings that were typed. What a form does not say is off, or blank. */
export const typedSettings = (body: unknown): ApplicationSettings => {
  const text = (name: string): string => (onlyText(body, `application[${name}]`) ?? '').trim()
  const options = textsOf(body, 'application[options]')
  return {
    name: text('name'),
    description: text('description') || null,
    homeUri: text('home_uri') || null,
    redirectUris: [...new Set(lines(text('redirect_uris')))],
    pushUri: text('push_uri') || null,
    takesPushes: options.includes('push'),
    isApiOnly: options.includes('api_only'),
    isGdsOnly: options.includes('gds_only'),
    isDirectoryApi: options.includes('directory_api'),
    requiresPkce: options.includes('pkce'),
  }
}

const lines = (text: string): readonly string[] =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** Settings as they stand in the fields of a form. */
const fieldsOf = (settings: ApplicationSettings): SettingFields => ({
  ...settings,
  description: settings.description ?? '',
  homeUri: settings.homeUri ?? '',
  redirectUris: settings.redirectUris.join('\n'),
  pushUri: settings.pushUri ?? '',
})

/** A form with what is wrong in it: all in the summary, and beside each field the first. */
export const formView = (settings: ApplicationSettings, faults: readonly SettingFault[] = []): FormView => {
  const problems = faults.map((fault) => ({ text: words(fault), href: `#${anchors[fault.field]}` }))
  const byField = Object.fromEntries(faults.map((fault) => [fault.field, words(fault)]).toReversed())
  return { fields: fieldsOf(settings), problems, faults: { ...noFaults, ...byField } }
}

const words = ({ text, uri }: SettingFault): string => (uri === undefined ? text : `${uri}: ${text}`)

// Options have no faults, but may have been changed by somebody else: all of them are in one group.
const anchors: Readonly<Record<SettingName | 'permissions', string>> = {
  name: 'name',
  description: 'description',
  homeUri: 'homeUri',
  redirectUris: 'redirectUris',
  pushUri: 'pushUri',
  takesPushes: 'takesPushes',
  isApiOnly: 'takesPushes-2',
  isGdsOnly: 'takesPushes-3',
  isDirectoryApi: 'takesPushes-4',
  requiresPkce: 'takesPushes-5',
  permissions: 'name',
}

// A template may ask for any of them.
const noFaults = { name: '', description: '', homeUri: '', redirectUris: '', pushUri: '' }
