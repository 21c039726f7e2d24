import { accessCommands } from './access.ts'
import { accessOfEverybodyCommands } from './access-of-everybody.ts'
import { apiUserCommands } from './api-users.ts'
import { applicationCommands } from './applications.ts'
import { clusterCommands } from './cluster.ts'
import type { Command } from './command.ts'
import { dataHygieneCommands } from './data-hygiene.ts'
import { databaseCommands } from './database.ts'
import { doctorCommands } from './doctor.ts'
import { dormancyCommands } from './dormancy.ts'
import { environmentCommands } from './environment.ts'
import { eventCommands } from './events.ts'
import { housekeepingCommands } from './housekeeping.ts'
import { jobCommands } from './jobs.ts'
import { massResetCommands } from './mass-reset.ts'
import { organisationClosingCommands } from './organisation-closing.ts'
import { organisationImportCommands } from './organisation-import.ts'
import { organisationParentCommands } from './organisation-parents.ts'
import { organisationCommands } from './organisations.ts'
import { permissionCommands } from './permissions.ts'
import { runningCommands } from './running.ts'
import { secretCommands } from './secrets.ts'
import { twoStepCommands } from './two-step.ts'
import { twoStepOfManyCommands } from './two-step-of-many.ts'
import { userCommands } from './users.ts'

const named: readonly Command[] = [
  ...runningCommands,
  ...databaseCommands,
  ...doctorCommands,
  ...secretCommands,
  ...userCommands,
  ...twoStepCommands,
  ...twoStepOfManyCommands,
  ...massResetCommands,
  ...dormancyCommands,
  ...accessCommands,
  ...accessOfEverybodyCommands,
  ...permissionCommands,
  ...dataHygieneCommands,
  ...organisationCommands,
  ...organisationImportCommands,
  ...organisationParentCommands,
  ...organisationClosingCommands,
  ...applicationCommands,
  ...apiUserCommands,
  ...clusterCommands,
  ...environmentCommands,
  ...eventCommands,
  ...jobCommands,
  ...housekeepingCommands,
]

/** What scripts call them that were written for the earlier Signon (`reference/background-and-operations.md` 4). */
const earlierNames: Readonly<Record<string, string>> = {
  'organisations fetch': 'organisations import',
  'users delete-expired-never-signed-in': 'users delete-never-signed-in',
  'users set-2sv-for-org': 'organisations require-2sv',
  'permissions permissions-by-non-gds-user-and-origin': 'permissions by-non-gds-user-and-origin',
  'data-hygiene close-organisation': 'organisations close',
  'data-hygiene bulk-update-user-organisation': 'organisations merge',
  'event-log delete-logs-older-than-two-years': 'events delete-older-than-two-years',
  'oauth-access-grants delete-expired': 'oauth-access-records delete-expired',
}

const renamed = Object.entries(earlierNames).flatMap(([words, now]) =>
  named
    .filter((command) => command.words === now)
    .map(
      (command): Command => ({
        ...command,
        words,
        details: `${command.details} The same as ‘${now}’.`.trim(),
      }),
    ),
)

/** Everything that `bin/signon` does, in the order in which its help tells of it. */
export const commands: readonly Command[] = [...named, ...renamed]
