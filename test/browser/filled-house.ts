import { seedPeople, seedRegister } from '#demo/seed/seed.ts'
import type { ApplicationId } from '#domain/application.ts'
import type { User } from '#domain/user.ts'
import { uploadBatch } from '#features/batches/upload-batch.ts'
import { prepareMassReset } from '#features/mass-reset/prepare-mass-reset.ts'
import { addParent } from '#features/organisations/change-parents.ts'
import { day } from '#kernel/clock.ts'
import { filledImports } from '#test/organisation-imports.ts'
import type { TestApplication } from '#test/people.ts'
import { operator, type TestSignon } from '#test/signon.ts'

export interface FilledHouse {
  /** The session of a superadmin of the Government Digital Service. */
  readonly token: string
  /** What stands for the numbers in addresses: for each address that begins so. */
  readonly numbers: Readonly<Record<string, Readonly<Record<string, string | number>>>>
}

/** The real organisations and applications, the people of the demonstration, and what pages tell of beside them. */
export const fillWithRealData = async (test: TestSignon): Promise<FilledHouse> => {
  test.clock.step(-hereFor)
  await seedRegister(test.signon, operator)
  await test.application('Demo Publisher', { permissions: ['write', 'publish'] })
  await seedPeople(test.signon, operator)
  const { users } = test.signon.single
  const [whitehall] = await test.rows<{ id: ApplicationId }>(
    `select id from applications where name = 'Whitehall'`,
  )
  if (!whitehall) throw new Error('Whitehall is not among the real applications')
  const application = { id: whitehall.id, name: 'Whitehall', clientId: '', clientSecret: '', redirectUri: '' }
  return fill(
    test,
    await users.findByEmail('sam.okafor@example.gov.uk'),
    await users.findByEmail('nadia.rahman@example.gov.uk'),
    application,
  )
}

/** A few organisations, applications and people: enough for something to stand on every page. */
export const fillHouse = async (test: TestSignon): Promise<FilledHouse> => {
  test.clock.step(-hereFor)
  const gds = await test.organisation('Government Digital Service', {
    contentId: 'af07d5a5-df63-4ddc-9383-6a666845ebe9',
  })
  const education = await test.organisation('Department for Education', { parents: [gds] })
  const whitehall = await test.application('Whitehall', {
    permissions: ['editor', 'GDS Admin', 'Managing Editor'],
    homeUri: 'https://whitehall.example',
  })
  await test.application('Publisher', { permissions: ['skip_review'] })
  const sam = await test.user('Sam Okafor', {
    role: 'superadmin',
    organisationId: gds,
    twoStep: true,
    uses: [whitehall],
  })
  const nadia = await test.user('Nadia Rahman', { organisationId: education, uses: [whitehall] })
  return fill(test, sam, nadia, whitehall)
}

/** So long ago the house was founded; since then people have worked with it. */
const hereFor = 400 * day
const browser = {
  address: '192.0.2.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
}

const fill = async (
  test: TestSignon,
  sam: User,
  nadia: User,
  whitehall: TestApplication,
): Promise<FilledHouse> => {
  const { signon } = test
  const idOf = async (text: string, ...values: readonly unknown[]): Promise<number> => {
    const [row] = await test.rows<{ id: number }>(text, values)
    if (!row) throw new Error(`Nothing found: ${text}`)
    return row.id
  }
  test.clock.step(hereFor)
  await test.rows(
    `insert into events (created_at, number, about_uid, application_id, actor_kind, address, user_agent)
     select $1::timestamptz - (n * n + 1) * interval '12 hours', 47, $2, $3, 'application', $4, $5 from generate_series(24, 0, -1) n`,
    [signon.clock.now(), nadia.uid, whitehall.id, browser.address, browser.userAgent],
  )
  await test.rows(
    `update sign_in_states s set sign_in_count = 25, last_signed_in_at = $1::timestamptz - u.id * interval '12 hours'
     from users u where u.id = s.user_id and u.suspended_at is null`,
    [signon.clock.now()],
  )
  const permission = await idOf(
    `select id from permissions where application_id = $1 and name <> 'signin' and is_grantable_from_ui order by name limit 1`,
    whitehall.id,
  )
  const machine = await test.machine('Content publisher', whitehall)
  const passkey = await idOf(
    `insert into passkeys (user_id, name, credential_id, public_key, created_at)
     values ($1, 'Key ring', '\\x01', '\\x02', $2) returning id`,
    sam.id,
    signon.clock.now(),
  )
  const upload = (rows: string) =>
    uploadBatch(signon, { kind: 'person', userId: sam.id }, Buffer.from(`Name,Email\n${rows}`))
  const batch = await upload(
    'Grace Hopper,grace.hopper@example.gov.uk\nAlan Turing,alan.turing@example.gov.uk',
  )
  if (!('batch' in batch)) throw new Error('The batch was refused')
  const change = await signon.transaction((work) =>
    work.accessOfMany.prepare({ by: sam.id, application: whitehall.id, isGiving: true }, [nadia.id]),
  )
  const everybody = { roles: [], organisation: null, withBelow: false, isEverybody: true, withOneself: false }
  const reset = await prepareMassReset(signon, { kind: 'person', userId: sam.id }, everybody)
  await signon.transaction((work) =>
    work.record({ name: 'account-updated', about: nadia, note: 'name from Nadia to Nadia Rahman' }, operator),
  )
  const [child, parent] = [nadia.organisationId, sam.organisationId]
  if (child === null || parent === null) throw new Error('Sam or Nadia belongs to no organisation')
  const added = { lasts: 'next-import', reason: 'Their publishing team is ours for this week' } as const
  await addParent(signon, operator, { child: { id: child }, parent: { id: parent }, ...added })
  const ben = await test.user('Ben Boyd', { twoStep: true })
  await signon.single.jobs.add({ name: 'send-mail', payload: { mail: 'password-changed', user: ben.id } })
  const failed = await idOf(
    `update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'The postman is away.'
     where (payload->>'user')::integer = $1 returning id::integer`,
    ben.id,
  )
  return {
    token: await signon.single.sessions.open(sam.id, 'full', browser),
    numbers: {
      '/users': { id: nadia.id, application: whitehall.id },
      '/users/access_changes': { id: change },
      '/users/password_resets': { id: reset },
      '/users/:id/two_step_verification_reset': { id: ben.id },
      '/batch_invitations': { id: batch.batch },
      '/suspensions': { id: nadia.id },
      '/two_step_verification_exemptions': { id: nadia.id },
      '/account': {
        application: whitehall.id,
        app: await idOf('select id from totp_factors where user_id = $1 limit 1', sam.id),
        passkey,
      },
      '/applications': { id: whitehall.id, permission },
      '/organisations': { id: child, parent },
      '/organisations/imports': { id: await filledImports(signon) },
      '/records/failed_jobs': { id: failed },
      '/records/runs': { job: 'suspend-inactive' },
      '/api_users': { id: machine.user.id, token: machine.tokenId, application: whitehall.id },
    },
  }
}
