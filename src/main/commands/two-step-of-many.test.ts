import { deepEqual, match } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { testCommands } from '#test/commands.ts'
import { operator, startSignon } from '#test/signon.ts'

const test = await startSignon()
const { run, json, refusal } = testCommands(test)
const home = await test.organisation('Home Office')

const exempt = ({ id }: User) =>
  test.signon.single.twoStep.exempt(id, { reason: 'no phone', until: '2027-01-01' }, null)
const isRequired = async ({ id }: User) => (await test.signon.single.twoStep.find(id)).isRequired

beforeEach(() => test.rows('delete from users'))

describe('requiring 2-step verification of many', () => {
  it('by organisation asks everybody who is in it now, but not who is exempt', async () => {
    const [ann, bob, cy] = [
      await test.user('Ann', { organisationId: home }),
      await test.user('Bob', { organisationId: home }),
      await test.user('Cy'),
    ]
    await exempt(bob)
    const line = ['users', 'set-2sv-by-org', 'home-office']
    const would = { email: ann.email, outcome: 'would have to use 2-step verification' }
    deepEqual(await json(...line, '--dry-run'), { matched: 1, changed: 0, details: [would], dry_run: true })
    deepEqual((await json(...line)).changed, 1)
    deepEqual([await isRequired(ann), await isRequired(bob), await isRequired(cy)], [true, false, false])
    deepEqual(await test.events(ann.uid), [42])
    deepEqual(
      (await test.mails()).map(({ to }) => to),
      [ann.email],
    )
    deepEqual((await json(...line)).matched, 0)
    deepEqual((await refusal('users', 'set-2sv-by-org', 'nowhere')).slice(0, 2), [1, 'not-found'])
  })

  it('by address goes by how it ends, whatever the case, and by a domain at least', async () => {
    const [ann, sub] = [
      await test.user('Ann', { email: 'ann@cabinet.gov.uk' }),
      await test.user('Sub', { email: 'sub@dept.cabinet.gov.uk' }),
    ]
    await test.user('Wild', { email: 'wild@cabinetxgov.uk' })
    const ofDomain = async (suffix: string) =>
      (await json('users', 'set-2sv-by-email-domain', suffix, '--dry-run')).details.map(
        ({ email }: { email: string }) => email,
      )
    deepEqual(await ofDomain('@Cabinet.gov.uk'), [ann.email])
    deepEqual(await ofDomain('cabinet.gov.uk'), [ann.email, sub.email])
    deepEqual(await ofDomain('@%.gov.uk'), [])
    for (const suffix of ['uk', '@', '""'])
      deepEqual((await refusal('users', 'set-2sv-by-email-domain', suffix)).slice(0, 2), [1, 'invalid'])
    deepEqual((await json('users', 'set-2sv-by-email-domain', '@cabinet.gov.uk')).changed, 1)
    deepEqual([await isRequired(ann), await isRequired(sub)], [true, false])
  })

  it('of admins of organisations follows from their role, so nothing is left to change', async () => {
    const admin = await test.user('Admin', { role: 'organisation_admin', organisationId: home })
    await test.user('Normal')
    deepEqual(await json('users', 'set-2sv-for-org-admins'), {
      matched: 1,
      changed: 0,
      details: [{ email: admin.email, outcome: 'must use it already, by their role' }],
    })
    match(
      (await run('users', 'set-2sv-for-org-admins')).out,
      /Their role requires it already\. Nothing was changed/,
    )
    deepEqual(await test.events(admin.uid), [])
  })

  it('for an organisation is what organisations require-2sv is', async () => {
    await test.user('Ann', { organisationId: home })
    const { changed, organisation } = await json('users', 'set-2sv-for-org', 'home-office')
    deepEqual([changed, organisation], [1, 'home-office'])
    deepEqual(
      await test.rows(`select require_two_step as is from organisations where slug = 'home-office'`),
      [{ is: true }],
    )
    const { requireTwoStepOf } = await import('#features/organisations/require-two-step-of.ts')
    await requireTwoStepOf(test.signon, operator, {
      organisation: { slug: 'home-office' },
      isRequired: false,
    })
  })
})
