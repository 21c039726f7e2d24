import { accessCommands } from './access.ts'
import { apiUserCommands } from './api-users.ts'
import { applicationCommands } from './applications.ts'
import type { Command } from './command.ts'
import { databaseCommands } from './database.ts'
import { doctorCommands } from './doctor.ts'
import { dormancyCommands } from './dormancy.ts'
import { eventCommands } from './events.ts'
import { organisationCommands } from './organisations.ts'
import { runningCommands } from './running.ts'
import { twoStepCommands } from './two-step.ts'
import { userCommands } from './users.ts'

/** Everything that `bin/signon` does, in the order in which its help tells of it. */
export const commands: readonly Command[] = [
  ...runningCommands,
  ...databaseCommands,
  ...doctorCommands,
  ...userCommands,
  ...twoStepCommands,
  ...dormancyCommands,
  ...accessCommands,
  ...organisationCommands,
  ...applicationCommands,
  ...apiUserCommands,
  ...eventCommands,
]
