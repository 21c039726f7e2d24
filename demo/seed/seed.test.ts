import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { minute } from '#kernel/clock.ts'
import { operator, startSignon, type TestSignon } from '#test/signon.ts'
import { demoPeople, demoPublisherName } from './people.ts'
import { publisherCredentials } from './publisher-credentials.ts'
import { seedPeople, seedRegister } from './seed.ts'

const directory = await mkdtemp(join(tmpdir(), 'signon-seed-'))
after(() => rm(directory, { recursive: true, force: true }))
const publisherUrl = 'http://localhost:3001'

const seed = async ({ signon }: TestSignon, url = publisherUrl) => {
  await seedRegister(signon, operator)
  const credentials = await publisherCredentials(signon, operator, directory, url)
  await seedPeople(signon, operator)
  return credentials
}

/** All that the seed decides; ids, secrets and times differ from one database to the next. */
const contents = async ({ rows }: TestSignon) => ({
  organisations: await rows('select slug, is_closed from organisations order by slug'),
  applications: await rows(
    `select name, home_uri, redirect_uris, push_uri, is_gds_only, is_directory_api, retired_at is not null as is_retired
     from applications order by name`,
  ),
  permissions: await rows(
    `select a.name as application, p.name, p.is_delegated, p.is_default
     from permissions p join applications a on a.id = p.application_id order by a.name, p.name`,
  ),
  people: await rows(
    `select u.name, u.email, u.role, o.slug, u.suspension_reason
     from users u left join organisations o on o.id = u.organisation_id order by u.email`,
  ),
  grants: await rows(
    `select u.email, a.name as application, p.name from grants g join users u on u.id = g.user_id
     join permissions p on p.id = g.permission_id join applications a on a.id = p.application_id
     order by u.email, a.name, p.name`,
  ),
})

const whole = await startSignon()
const firstCredentials = await seed(whole)
const expected = await contents(whole)

describe('filling the demonstration', () => {
  it('makes everybody, with all that they hold', async () => {
    equal(expected.people.length, demoPeople.length)
    const suspended = await whole.rows('select email from users where suspended_at is not null')
    deepEqual(suspended, [{ email: 'tom.hughes@example.gov.uk' }])
    const flags = await whole.rows('select from permissions where is_delegated')
    notEqual(flags.length, 0)
    notEqual((await whole.rows('select from applications where retired_at is not null')).length, 0)
  })

  it('changes and records nothing when it is done already', async () => {
    const [events, jobs] = [await whole.events(), await whole.jobs()]
    whole.clock.step(minute)
    deepEqual(await seed(whole), firstCredentials)
    deepEqual(await contents(whole), expected)
    deepEqual([await whole.events(), await whole.jobs()], [events, jobs])
    deepEqual(await whole.rows('select name from applications where updated_at <> created_at'), [])
  })

  it('registers the publisher at another address when it has moved, and keeps its credentials', async () => {
    deepEqual(await seed(whole, 'http://localhost:4001'), firstCredentials)
    const { homeUri, redirectUris } = await whole.signon.single.applications.findByName(demoPublisherName)
    deepEqual([homeUri, redirectUris], ['http://localhost:4001', ['http://localhost:4001/auth/gds/callback']])
  })

  it('completes what a run that was stopped half way has left', async () => {
    const half = await startSignon()
    await seed(half)
    await half.rows(`delete from users where email = 'sam.okafor@example.gov.uk'`)
    await half.rows(
      `delete from grants where user_id in (select id from users where email like 'n%' or email like 't%')`,
    )
    await half.rows('update users set suspended_at = null, suspension_reason = null')
    await half.rows('update applications set retired_at = null')
    await half.rows('update permissions set is_delegated = false, is_default = false')
    await half.rows(`delete from applications where name in ('Whitehall', '${demoPublisherName}')`)
    await seed(half)
    deepEqual(await contents(half), expected)
  })

  it('has somebody whole or not at all, so that the last one tells that all is done', async () => {
    const stopped = await startSignon()
    await seedRegister(stopped.signon, operator)
    await publisherCredentials(stopped.signon, operator, directory, publisherUrl)
    await stopped.rows(`create function stop() returns trigger language plpgsql as
      $$ begin raise exception 'stopped'; end $$`)
    await stopped.rows(
      `create trigger stop before update of suspended_at on users for each row execute function stop()`,
    )
    await rejects(seedPeople(stopped.signon, operator), /stopped/)
    const there = await stopped.rows<{ email: string }>('select email from users order by id')
    deepEqual(
      there.map(({ email }) => email),
      demoPeople.slice(0, -1).map(({ email }) => email),
    )
    await stopped.rows('drop trigger stop on users')
    await seedPeople(stopped.signon, operator)
    deepEqual(await contents(stopped), expected)
  })
})
