import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { UriSubstitution } from '#domain/application.ts'
import { withoutCluster } from '#domain/jobs.ts'
import { Invalid } from '#kernel/failure.ts'
import type { ClusterPlace } from '#outside/kubernetes.ts'
import { clusterPlaceOf } from './settings/cluster-settings.ts'
import { type MailRoute, mailRouteOf } from './settings/mail-settings.ts'
import {
  defaultDataDirectory,
  type SettingName,
  settings,
  substitutionOf,
  variables,
} from './settings/settings.ts'
import { type TraceRoute, traceRouteOf } from './settings/trace-settings.ts'

type Settings = { readonly [Name in SettingName]: ReturnType<(typeof settings)[Name]['parse']> }

/** Every setting, checked. Below `main/` nothing sees it: each part is given what it needs. */
export interface Config extends Omit<Settings, JoinedSetting> {
  readonly uriSubstitution: UriSubstitution | undefined
  readonly mail: MailRoute
  /** Where secrets are delivered to; nothing where there is no cluster. */
  readonly cluster: ClusterPlace | undefined
  /** Nothing unless traces are collected. */
  readonly traces: TraceRoute | undefined
}

/** Settings that mean something together only. */
type JoinedSetting =
  | 'substitutionPattern'
  | 'substitutionReplacement'
  | 'mail'
  | 'notifyApiKey'
  | 'notifyTemplateId'
  | 'notifyUrl'
  | 'clusterUrl'
  | 'clusterTokenFile'
  | 'clusterAuthorityFile'
  | 'clusterNamespaceFile'
  | 'tracesEnabled'
  | 'tracesEndpoint'
  | 'tracesService'
  | 'tracesGovukService'

export type Environment = Readonly<Record<string, string | undefined>>

/** What the demo keeps its own settings in, so that commands beside it need none. */
export const demoSettingsFile = 'demo.env'

/** Where the mails of a demo go, in its data directory, unless SIGNON_MAIL says otherwise. */
const demoMailFolder = 'mails'

/**
 * The settings of `environment`. Those that a demo in the same data directory made count too, `withDemo` only, and
 * neither with DATABASE_URL nor in production. Throws `Invalid` that lists every fault at once.
 */
export const readConfig = (environment: Environment, { withDemo } = { withDemo: true }): Config => {
  const given = withoutBlanks(environment)
  const all = { ...(withDemo && demoSettings(given)), ...given }
  const faults: string[] = []
  const take = <T>(names: string, reading: () => T): T => {
    try {
      return reading()
    } catch (error) {
      faults.push(`${names} ${error instanceof Error ? error.message : 'cannot be read'}`)
      return undefined as T
    }
  }
  const entries = Object.entries(settings).map(([name, { parse }]) => {
    const variable = variables[name as SettingName]
    return [name, take(variable, () => parse(all[variable]))]
  })
  const { substitutionPattern, substitutionReplacement, mail, ...others } = Object.fromEntries(
    entries,
  ) as Settings
  const { notifyApiKey, notifyTemplateId, notifyUrl, ...unnotified } = others
  const { tracesEnabled, tracesEndpoint, tracesService, tracesGovukService, ...untraced } = unnotified
  const { clusterUrl, clusterTokenFile, clusterAuthorityFile, clusterNamespaceFile, ...parsed } = untraced
  const pair = `${variables.substitutionPattern} and ${variables.substitutionReplacement}`
  const uriSubstitution = take(pair, () => substitutionOf(substitutionPattern, substitutionReplacement))
  const notify = { notifyApiKey, notifyTemplateId, notifyUrl }
  const notifyPair = `${variables.notifyApiKey} and ${variables.notifyTemplateId}`
  const traces = traceRouteOf({ tracesEnabled, tracesEndpoint, tracesService, tracesGovukService })
  // What could not be read is nothing here, and has been told.
  const route = mail && take(notifyPair, () => mailRouteOf(mail, notify))
  if (faults.length > 0)
    throw new Invalid(
      `Signon cannot start with these settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    )
  const cluster = clusterPlaceOf({ clusterUrl, clusterTokenFile, clusterAuthorityFile, clusterNamespaceFile })
  // The calendar tries nothing for which there is nothing.
  const scheduleChanges = { ...parsed.scheduleChanges, ...(!cluster && withoutCluster) }
  return Object.freeze({ ...parsed, scheduleChanges, uriSubstitution, mail: route, traces, cluster })
}

/**
 * A variable that is set to nothing is not set. Only a blank DATABASE_URL stays, to be refused: a database that was
 * meant must not turn into the embedded one.
 */
export const withoutBlanks = (environment: Environment): Environment =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => value !== undefined && (value.trim() !== '' || name === variables.databaseUrl),
    ),
  )

const demoSettings = (given: Environment): Environment => {
  if (given[variables.databaseUrl] !== undefined || given[variables.environment] === 'production') return {}
  try {
    const directory = given[variables.dataDirectory] ?? defaultDataDirectory
    const kept = parseEnv(readFileSync(join(directory, demoSettingsFile), 'utf8'))
    return { [variables.mail]: `folder:${join(resolve(directory), demoMailFolder)}`, ...kept }
  } catch {
    return {}
  }
}
