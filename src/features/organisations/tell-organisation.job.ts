import type { Jobs } from '#domain/jobs.ts'
import type { Signon } from '#store/signon.ts'

const membersAtOnce = 500

/**
 * Tells members of an organisation that it requires 2-step verification: some hundred in a transaction, which leaves the
 * others to a job of its own. That somebody was told is remembered, so whoever does this twice tells nobody twice.
 */
export const tellOrganisation =
  (signon: Signon) =>
  ({ organisation, requiredAt, after }: Jobs['tell-organisation']): Promise<void> =>
    signon.transaction(async (work) => {
      const countsFrom = await work.organisationPages.requiredSince(organisation)
      if (countsFrom?.toISOString() !== requiredAt) return
      const members = await work.organisationPages.asked(organisation, after, membersAtOnce)
      for (const user of members)
        if (await work.accountNotices.tell(user, { kind: 'organisation-two-step', countsFrom }))
          await work.jobs.add({ name: 'send-mail', payload: { mail: 'two-step-required', user } })

      const last = members.at(-1)
      if (last !== undefined && members.length === membersAtOnce)
        await work.jobs.add({
          name: 'tell-organisation',
          payload: { organisation, requiredAt, after: last },
        })
    })
