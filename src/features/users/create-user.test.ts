import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { type CreateUser, createUser } from './create-user.ts'

const test = await startSignon()
const { signon } = test

const ben: CreateUser = { name: ' Ben Wright ', email: 'Ben@Example.gov.uk', role: 'normal', password }

describe('creating a user', () => {
  it('makes a person who can sign in, and records who made them', async () => {
    const created = await createUser(signon, operator, ben)
    deepEqual(
      [created.name, created.email, created.role, created.organisationSlug, created.status],
      ['Ben Wright', 'ben@example.gov.uk', 'normal', null, 'active'],
    )
    equal((await test.browser().signIn('ben@example.gov.uk')).location, '/')
    const [event] = await test.rows<{ number: number; actor_name: string }>(
      'select number, actor_name from events where about_uid = $1 order by id limit 1',
      [created.uid],
    )
    deepEqual([event?.number, event?.actor_name], [27, 'test'])
  })

  it('gives them nothing, whatever applications give by default', async () => {
    await test.application('Whitehall', { permissions: ['editor'] })
    await test.rows('update permissions set is_default = true')
    const { id } = await createUser(signon, operator, { ...ben, email: 'nothing@example.gov.uk' })
    deepEqual(await signon.single.grants.heldByApplication(id), {})
  })

  it('names everything that is wrong at once, and leaves no trace', async () => {
    const before = await test.events()
    const wrong = {
      name: ' ',
      email: 'ben@gmail.com',
      role: 'organisation_admin',
      password: 'short',
    } as const
    await rejects(createUser(signon, operator, wrong), {
      code: 'invalid',
      message: [
        'Enter a name',
        'Email not accepted. Please enter a workplace email to continue.',
        'Organisation can’t be ‘None’ for Organisation admin',
        'Password must be 10 characters or more',
      ].join('\n'),
    })
    deepEqual(await test.events(), before)
  })

  it('refuses an address that somebody has, in any case, and an unknown organisation', async () => {
    await test.user('Taken')
    await rejects(createUser(signon, operator, { ...ben, email: 'TAKEN@example.gov.uk' }), {
      code: 'conflict',
    })
    const elsewhere = { ...ben, email: 'else@example.gov.uk', organisationSlug: 'nowhere' }
    await rejects(createUser(signon, operator, elsewhere), { code: 'not-found', message: /nowhere/ })
  })

  it('puts nobody into an organisation that is closed', async () => {
    const closed = await test.organisation('Board of Trade', { isClosed: true })
    const { slug } = (await signon.single.organisations.seek(closed)) ?? {}
    const late = { ...ben, email: 'late@example.gov.uk', organisationSlug: slug }
    await rejects(createUser(signon, operator, late), {
      code: 'invalid',
      message: `The organisation ${slug} is closed`,
    })
    equal(await signon.single.users.seekByEmail('late@example.gov.uk'), undefined)
  })

  it('is refused to people', async () => {
    await rejects(createUser(signon, { kind: 'person' }, ben), { code: 'forbidden' })
  })

  it('keeps the password as a slow hash only', async () => {
    await createUser(signon, operator, { ...ben, email: 'hash@example.gov.uk' })
    const [row] = await test.rows<{ password_hash: string }>(
      'select password_hash from users where email = $1',
      ['hash@example.gov.uk'],
    )
    match(row?.password_hash ?? '', /^\$argon2id\$/)
  })
})
