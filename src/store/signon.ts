import { sql } from 'kysely'
import type { UriSubstitution } from '#domain/application.ts'
import type { Actor, SignonEvent } from '#domain/events.ts'
import type { Passwords } from '#domain/password.ts'
import { reactionsTo } from '#domain/reactions.ts'
import type { Origin } from '#kernel/activity.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Random } from '#kernel/random.ts'
import type { KeyRing } from '#kernel/sealed.ts'
import { accessListStore } from './access-list.ts'
import { accessOfManyStore } from './access-of-many.ts'
import { accountNoticeStore } from './account-notices.ts'
import { accountTokenStore } from './account-tokens.ts'
import { administratorStore } from './administrators.ts'
import { apiTokenNoticeStore } from './api-token-notices.ts'
import { apiTokenStore } from './api-tokens.ts'
import { apiUserPageStore } from './api-user-pages.ts'
import { applicationMonthStore } from './application-months.ts'
import { applicationPageStore } from './application-pages.ts'
import { applicationRecordStore } from './application-records.ts'
import { applicationStore } from './applications.ts'
import { authorizationStore } from './authorizations.ts'
import { authorizeFactStore } from './authorize-facts.ts'
import { awaitedStore } from './awaited.ts'
import { batchListStore } from './batch-list.ts'
import { batchStore } from './batches.ts'
import { bearerTokenStore } from './bearer-tokens.ts'
import { clusterSecretStore } from './cluster-secrets.ts'
import { clusterTokenStore } from './cluster-tokens.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'
import { dashboardStore } from './dashboard.ts'
import { dormancyStore } from './dormancy.ts'
import { emailChangeStore } from './email-changes.ts'
import { environmentExportStore } from './environment-export.ts'
import { environmentImportStore } from './environment-import.ts'
import { eventStore } from './events.ts'
import { grantStore } from './grants.ts'
import { invitationFormStore } from './invitation-form.ts'
import { invitationStore } from './invitations.ts'
import { jobRunStore } from './job-runs.ts'
import { jobStore } from './jobs.ts'
import { logMonthStore } from './log-months.ts'
import { manyUserStore } from './many-users.ts'
import { massResetStore } from './mass-resets.ts'
import { operationsStore } from './operations.ts'
import { organisationImportStore } from './organisation-import.ts'
import { organisationImportRecordStore } from './organisation-import-records.ts'
import { organisationMemberStore } from './organisation-members.ts'
import { organisationPageStore } from './organisation-pages.ts'
import { organisationParentStore } from './organisation-parents.ts'
import { organisationStore } from './organisations.ts'
import { passkeyStore } from './passkeys.ts'
import { passwordStore } from './passwords.ts'
import { permissionOriginStore } from './permission-origins.ts'
import { permissionStore } from './permissions.ts'
import { purgeStore } from './purge.ts'
import { pushCredentialStore } from './push-credentials.ts'
import { failedJobStore } from './queue.ts'
import { recordStore } from './records.ts'
import { recoveryCodeStore } from './recovery-codes.ts'
import { rememberedBrowserStore } from './remembered-browsers.ts'
import { sealedPlaceStore } from './sealed-places.ts'
import { secondFactorStore } from './second-factors.ts'
import { sessionListStore } from './session-list.ts'
import { sessionStore } from './sessions.ts'
import { signInStore } from './sign-ins.ts'
import { throttleStore } from './throttles.ts'
import { twoStepStore } from './two-step.ts'
import { userDirectoryStore } from './user-directory.ts'
import { userListStore } from './user-list.ts'
import { userPageStore } from './user-page.ts'
import { userStore } from './users.ts'

/** Every table family, over one connection and one sense of time. */
export type Stores = ReturnType<typeof stores>

/** A transaction: one connection, one instant, and the only way to record what happened. */
export interface Work extends Stores {
  /** The instant at which all of this transaction happens. */
  readonly now: Date
  /** Writes the event into the log, and queues the jobs that follow from it. */
  record(event: SignonEvent, actor: Actor): Promise<void>
  /** Does this, and undoes it again unless it is to be kept: both take the same time, so whoever waits learns nothing. */
  keepIf(isKept: boolean, working: () => Promise<void>): Promise<void>
}

/** Signon's data, and what use cases need beside it. */
export interface Signon {
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly passwords: Passwords
  /** For calls that are one statement each, and so whole by themselves. */
  readonly single: Stores
  /** Reads in one READ ONLY transaction: writing fails. Throws `Unavailable` when the database is away. */
  read<T>(reading: (stores: Stores) => Promise<T>): Promise<T>
  /** Runs a use case; what it throws undoes everything. Throws `Unavailable` when the database is away. */
  transaction<T>(working: (work: Work) => Promise<T>): Promise<T>
}

export interface SignonParts {
  readonly db: Connection
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly passwords: Passwords
  readonly uriSubstitution?: UriSubstitution | undefined
  /** What jobs carry on of where they come from. */
  readonly origin?: (() => Origin) | undefined
}

/** Puts Signon's data together from its parts. */
export const createSignon = ({
  db,
  clock,
  random,
  keys,
  passwords,
  uriSubstitution,
  origin,
}: SignonParts): Signon => {
  const context = (connection: Connection, now: () => Date): StoreContext => ({
    db: connection,
    now,
    random,
    keys,
    uriSubstitution,
    origin,
  })
  return {
    clock,
    random,
    keys,
    passwords,
    single: stores(context(db, () => clock.now())),
    read: (reading) =>
      db
        .transaction()
        .setAccessMode('read only')
        .execute((connection) => reading(stores(context(connection, fixed(clock.now()))))),
    transaction: (working) =>
      db.transaction().execute((connection) => working(workOf(context(connection, fixed(clock.now()))))),
  }
}

const fixed = (instant: Date) => () => instant

const workOf = (context: StoreContext): Work => {
  const tables = stores(context)
  return {
    ...tables,
    now: context.now(),
    async record(event, actor) {
      await tables.events.add(event, actor)
      for (const job of reactionsTo(event)) await tables.jobs.add(job)
    },
    async keepIf(isKept, working) {
      await sql`savepoint before_it`.execute(context.db)
      await working()
      await (isKept ? sql`release savepoint before_it` : sql`rollback to savepoint before_it`).execute(
        context.db,
      )
    },
  }
}

const stores = (context: StoreContext) => ({
  accessList: accessListStore(context),
  accessOfMany: accessOfManyStore(context),
  accountNotices: accountNoticeStore(context),
  accountTokens: accountTokenStore(context),
  administrators: administratorStore(context),
  apiTokenNotices: apiTokenNoticeStore(context),
  apiTokens: apiTokenStore(context),
  apiUserPages: apiUserPageStore(context),
  applicationMonths: applicationMonthStore(context),
  applicationPages: applicationPageStore(context),
  applicationRecords: applicationRecordStore(context),
  applications: applicationStore(context),
  authorizations: authorizationStore(context),
  authorizeFacts: authorizeFactStore(context),
  awaited: awaitedStore(context),
  batches: batchStore(context),
  batchList: batchListStore(context),
  bearerTokens: bearerTokenStore(context),
  clusterSecrets: clusterSecretStore(context),
  clusterTokens: clusterTokenStore(context),
  dashboard: dashboardStore(context),
  emailChanges: emailChangeStore(context),
  dormancy: dormancyStore(context),
  environmentExport: environmentExportStore(context),
  environmentImport: environmentImportStore(context),
  events: eventStore(context),
  failedJobs: failedJobStore(context),
  grants: grantStore(context),
  invitationForm: invitationFormStore(context),
  invitations: invitationStore(context),
  jobRuns: jobRunStore(context),
  jobs: jobStore(context),
  logMonths: logMonthStore(context),
  manyUsers: manyUserStore(context),
  massResets: massResetStore(context),
  operations: operationsStore(context),
  organisationImport: organisationImportStore(context),
  organisationImportRecords: organisationImportRecordStore(context),
  organisationMembers: organisationMemberStore(context),
  organisationPages: organisationPageStore(context),
  organisationParents: organisationParentStore(context),
  organisations: organisationStore(context),
  passwords: passwordStore(context),
  passkeys: passkeyStore(context),
  permissions: permissionStore(context),
  permissionOrigins: permissionOriginStore(context),
  purge: purgeStore(context),
  pushCredentials: pushCredentialStore(context),
  records: recordStore(context),
  recoveryCodes: recoveryCodeStore(context),
  rememberedBrowsers: rememberedBrowserStore(context),
  sealedPlaces: sealedPlaceStore(context),
  secondFactors: secondFactorStore(context),
  sessionList: sessionListStore(context),
  sessions: sessionStore(context),
  signIns: signInStore(context),
  throttles: throttleStore(context),
  twoStep: twoStepStore(context),
  userDirectory: userDirectoryStore(context),
  userList: userListStore(context),
  userPage: userPageStore(context),
  users: userStore(context),
})
