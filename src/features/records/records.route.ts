import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { countFailedJobs } from './failed-jobs.ts'
import { recordsPage } from './records.page.ts'

export const recordsRoutes: Routes = (scope, signon) => {
  scope.get(paths.records, { config: { may: 'read the security log' } }, async (request, reply) => {
    const failed = await countFailedJobs(signon, actorOf(request))
    return reply.page(
      recordsPage({
        kinds: [
          {
            text: 'Who did what',
            href: paths.recordsEvents,
            about:
              'Everything that happened, whoever did it: people, operators by command, applications, and Signon itself.',
          },
          {
            text: 'Sign-in attempts on unknown accounts',
            href: paths.recordsSignIns,
            about: 'Attempts to sign in with addresses that no account has, and where they came from.',
          },
          {
            text: 'Failed jobs',
            href: paths.recordsFailedJobs,
            about: `${failed} Emails and messages to applications that failed as often as they are tried.`,
          },
          {
            text: 'Scheduled work',
            href: paths.recordsRuns,
            about: 'What Signon does by itself, when, and what came of it.',
          },
        ],
      }),
    )
  })
}
