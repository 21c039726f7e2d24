import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Jobs } from '#domain/jobs.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import { type Role, roles } from '#domain/user.ts'
import { minute } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { operator, startSignon } from '#test/signon.ts'
import { requireTwoStepOf } from './require-two-step-of.ts'
import { tellOrganisation } from './tell-organisation.job.ts'

const test = await startSignon()
const { signon, clock } = test

const signedInAs = async (role: Role, name = `Reader ${role}`) => {
  const organisationId = await test.organisation(`Home of ${name}`)
  return test.signedIn(await test.user(name, { role, organisationId, twoStep: true }))
}
const superadmin = await signedInAs('superadmin')

const isRequired = async (id: OrganisationId): Promise<boolean> =>
  (await signon.single.organisationPages.find(id)).requiresTwoStep
const press = (browser: TestBrowser, id: OrganisationId) =>
  browser.post(`/organisations/${id}/edit`, {}, `/organisations/${id}/edit`)

/** Sends the form as it stood on a page that was opened before. */
const pressOpened = async (browser: TestBrowser, id: OrganisationId, fields: Record<string, string>) => {
  const { text } = await browser.get(`/organisations/${id}`)
  const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(text) ?? []
  return browser.send(`/organisations/${id}/edit`, {
    method: 'POST',
    body: new URLSearchParams({ csrf_token: token, ...fields }),
  })
}

/** The jobs that are to tell of it, taken out of the queue. */
const takeTelling = async (): Promise<readonly Jobs['tell-organisation'][]> =>
  (
    await test.rows<{ payload: Jobs['tell-organisation'] }>(
      `delete from graphile_worker._private_jobs p using graphile_worker._private_tasks t
       where t.id = p.task_id and t.identifier = 'tell-organisation' returning p.payload`,
    )
  ).map(({ payload }) => payload)

/** Does them, and those that follow; the answer is how many there were. */
const tellAll = async (): Promise<number> => {
  let count = 0
  for (let jobs = await takeTelling(); jobs.length > 0; jobs = await takeTelling())
    for (const job of jobs) {
      await tellOrganisation(signon)(job)
      count += 1
    }
  return count
}
const told = async (): Promise<readonly string[]> => (await test.mails()).map(({ to }) => to).sort()

/** One member of every standing. */
const peopled = async (name: string): Promise<OrganisationId> => {
  const organisationId = await test.organisation(name)
  await test.user(`${name} plain`, { organisationId })
  await test.user(`${name} ready`, { organisationId, twoStep: true })
  await test.user(`${name} admin`, { organisationId, role: 'admin' })
  const exempt = await test.user(`${name} exempt`, { organisationId })
  await signon.single.twoStep.exempt(exempt.id, { reason: 'no phone', until: '2027-01-01' }, null)
  const suspended = await test.user(`${name} suspended`, { organisationId })
  await signon.single.users.suspend(suspended.id, 'left')
  const required = await test.user(`${name} required`, { organisationId })
  await signon.single.twoStep.require(required.id)
  return organisationId
}

const factsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<dt[^>]*>\s*([^<]*?)\s*<\/dt>\s*<dd[^>]*>\s*([^<]*?)\s*<\/dd>/g)].map(
      ([, key = '', value = '']) => [key, value],
    ),
  )

// reference/admin-ui.md 13 (11), roles-and-permissions.md 9 (8), event-log.md EL-Q6: a preview, an event, words, a notice.
describe('requiring 2-step verification of an organisation', () => {
  it('is for superadmins: others are refused whatever they send', async () => {
    const id = await test.organisation('Not yours')
    for (const role of roles.filter((one) => one !== 'superadmin')) {
      const browser = await signedInAs(role, `Other ${role}`)
      equal((await browser.get(`/organisations/${id}/edit`)).status, 403, role)
      const { text } = await browser.get('/')
      const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(text) ?? []
      const body = new URLSearchParams({ csrf_token: token, was: 'spared' })
      equal((await browser.send(`/organisations/${id}/edit`, { method: 'POST', body })).status, 403, role)
    }
    equal((await superadmin.get('/organisations/999999/edit')).status, 404)
    equal((await pressOpened(superadmin, id, { csrf_token: 'forged', was: 'spared' })).status, 422)
    equal(await isRequired(id), false)
    deepEqual(await test.events(), [])
    const actor = { kind: 'person', userId: (await test.user('Direct', { role: 'admin' })).id } as const
    await rejects(requireTwoStepOf(signon, actor, { organisation: { id }, isRequired: true }), {
      code: 'forbidden',
    })
  })

  it('EL-Q6; admin-ui 13, observation 11: shows before how many are asked, exempt, or have it set up, and then asks, tells and records', async () => {
    const id = await peopled('Preview')
    const preview = await superadmin.get(`/organisations/${id}/edit`)
    match(preview.text, /<h1[^>]*>Require 2-step verification for Preview<\/h1>/)
    deepEqual(factsIn(preview.text), {
      Members: '6',
      'Have set it up': '1',
      'Will be asked at their next click': '1',
      'Asked anyway, by role or in person': '2',
      Exempt: '1',
      'Suspended, without having set it up': '1',
    })
    clock.step(minute)
    const answer = await press(superadmin, id)
    deepEqual([answer.status, answer.location], [303, `/organisations/${id}`])
    const page = await superadmin.get(answer.location)
    match(page.text, /2-step verification is required of everybody in Preview\. 1 member is asked/)
    match(page.text, /Yes\s*<\/strong>\s*since 2 November 2026/)
    const [event] = await test.rows<object>(
      `select number, about_uid, actor_kind, note, host(address) as address from events where number = 70`,
    )
    deepEqual(event, {
      number: 70,
      about_uid: null,
      actor_kind: 'person',
      note: 'Preview',
      address: '127.0.0.1',
    })
    equal(await tellAll(), 1)
    deepEqual(await told(), ['preview.plain@example.gov.uk'])
  })

  it('interrupts open sessions of members at their next click, and lets them go on when it is lifted', async () => {
    const id = await peopled('Clicks')
    const member = await test.user('Clicking', { organisationId: id })
    const [browser, stranger] = [
      await test.signedIn(member),
      await test.signedIn(await test.user('Elsewhere')),
    ]
    equal((await browser.get('/')).status, 200)
    await press(superadmin, id)
    equal((await browser.get('/')).location, '/account/two_step_verification/prompt')
    equal((await stranger.get('/')).status, 200)

    const lifting = await superadmin.get(`/organisations/${id}/edit`)
    match(lifting.text, /Stop requiring 2-step verification for Clicks/)
    equal(factsIn(lifting.text)['Will not be asked any more'], '2')
    await press(superadmin, id)
    equal((await browser.get('/')).status, 200)
    equal(await isRequired(id), false)
    equal((await test.rows('select from events where number = 71 and note = $1', ['Clicks'])).length, 1)
    await tellAll()
    deepEqual(await told(), [])
  })

  it('tells the second of two, and never does the opposite of what a page offered (admin-ui 12, case 17)', async () => {
    const id = await test.organisation('Raced')
    const first = await pressOpened(superadmin, id, { was: 'spared' })
    equal(first.status, 303)
    const second = await pressOpened(superadmin, id, { was: 'spared' })
    equal(second.status, 409)
    match(second.text, /Somebody else has done that meanwhile: 2-step verification is required already/)
    match(second.text, /<title>Error: /)
    equal(await isRequired(id), true)
    for (const fields of [{}, { was: '' }, { was: 'true' }])
      equal((await pressOpened(superadmin, id, fields as Record<string, string>)).status, 400)
    equal(await isRequired(id), true)
    equal((await test.rows('select from events where note = $1', ['Raced'])).length, 1)
    equal((await takeTelling()).length, 1)
  })

  it('happens once, however many send it at once', async () => {
    const id = await test.organisation('Crowded')
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        requireTwoStepOf(signon, operator, { organisation: { id }, isRequired: true }),
      ),
    )
    equal(answers.filter(({ hasChanged }) => hasChanged).length, 1)
    equal((await test.rows('select from events where note = $1', ['Crowded'])).length, 1)
    equal((await takeTelling()).length, 1)
  })

  it('shows markup in its name as text', async () => {
    const id = await test.organisation('Office <script>alert(1)</script>')
    const { text } = await superadmin.get(`/organisations/${id}/edit`)
    doesNotMatch(text, /<script>alert/)
    await press(superadmin, id)
    doesNotMatch((await superadmin.get(`/organisations/${id}`)).text, /<script>alert/)
    await takeTelling()
  })
})

describe('telling the members of an organisation', () => {
  it('goes through all of them in batches, and tells each once, however often it is done', async () => {
    const id = await test.organisation('Large')
    await test.rows(
      `insert into users (uid, kind, name, email, organisation_id, created_at, updated_at)
       select md5('large ' || n)::uuid, 'person', 'Member ' || n, 'member.' || n || '@large.gov.uk', $1, $2, $2
       from generate_series(1, 1203) n`,
      [id, clock.now()],
    )
    await requireTwoStepOf(signon, operator, { organisation: { id }, isRequired: true })
    const [first] = await takeTelling()
    await Promise.all([1, 2].map(() => first && tellOrganisation(signon)(first)))
    const orders = () =>
      test.rows<{ user: string }>(
        `select p.payload->>'user' as user from graphile_worker._private_jobs p
         join graphile_worker._private_tasks t on t.id = p.task_id where t.identifier = 'send-mail'`,
      )
    equal((await orders()).length, 500)
    await tellAll()
    if (first) await tellOrganisation(signon)(first)
    await tellAll()
    const sent = (await orders()).map(({ user }) => user)
    deepEqual([sent.length, new Set(sent).size], [1203, 1203])
    await test.rows('delete from graphile_worker._private_jobs')
  })

  it('stops when it is not required any more, and tells again when it is required anew', async () => {
    const organisationId = await test.organisation('Wavering')
    await test.user('Wavering member', { organisationId })
    const organisation = { id: organisationId }
    await requireTwoStepOf(signon, operator, { organisation, isRequired: true })
    const [stale] = await takeTelling()
    await requireTwoStepOf(signon, operator, { organisation, isRequired: false })
    if (stale) await tellOrganisation(signon)(stale)
    deepEqual(await told(), [])

    clock.step(minute)
    await requireTwoStepOf(signon, operator, { organisation, isRequired: true })
    if (stale) await tellOrganisation(signon)(stale)
    deepEqual(await told(), [])
    await tellAll()
    deepEqual(await told(), ['wavering.member@example.gov.uk'])
  })

  it('tells nobody of an organisation that is gone', async () => {
    const id = await test.organisation('Gone')
    await requireTwoStepOf(signon, operator, { organisation: { id }, isRequired: true })
    await test.rows('delete from organisations where id = $1', [id])
    equal(await tellAll(), 1)
    deepEqual(await told(), [])
  })
})
