import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operator, startSignon } from '#test/signon.ts'
import { type MigrateDomain, migrateDomain } from './migrate-domain.ts'

// What this environment reads is not what is stored, and only that moves.
const test = await startSignon({ uriSubstitution: { pattern: '.example', replacement: '.staging.example' } })
const { signon } = test

const move = (more: Partial<MigrateDomain> & { from: string; to: string }) =>
  migrateDomain(signon, operator, { isRehearsal: false, allowHttp: false, ...more })

const stored = async (name: string) =>
  (
    await test.rows<{ redirect_uris: string[]; home_uri: string | null }>(
      'select redirect_uris, home_uri from applications where name = $1',
      [name],
    )
  )[0]

describe('moving applications to another domain', () => {
  it('BO-Q10: moves every address as it is stored, and skips a home address that is not there', async () => {
    await test.application('Whitehall', {
      redirectUris: ['https://whitehall.old.example/callback', 'https://WHITEHALL.OLD.EXAMPLE:8443/callback'],
      homeUri: 'https://old.example/whitehall',
    })
    const { id } = await test.application('Homeless', {
      redirectUris: ['https://homeless.old.example/callback'],
    })
    const moved = await move({ from: 'old.example', to: 'new.example' })
    deepEqual(
      moved.map(({ applicationName, field, to }) => [applicationName, field, to]),
      [
        ['Whitehall', 'redirect_uri', 'https://whitehall.new.example/callback'],
        ['Whitehall', 'redirect_uri', 'https://WHITEHALL.new.example:8443/callback'],
        ['Whitehall', 'home_uri', 'https://new.example/whitehall'],
        ['Homeless', 'redirect_uri', 'https://homeless.new.example/callback'],
      ],
    )
    deepEqual(await stored('Whitehall'), {
      redirect_uris: [
        'https://whitehall.new.example/callback',
        'https://WHITEHALL.new.example:8443/callback',
      ],
      home_uri: 'https://new.example/whitehall',
    })
    deepEqual(await test.rows('select number, note from events where application_id = $1', [id]), [
      {
        number: 56,
        note: 'from https://homeless.old.example/callback to https://homeless.new.example/callback',
      },
    ])
  })

  it('leaves those that are named to be ignored, however many, and refuses a name that nobody has', async () => {
    for (const name of ['Stays', 'Stays, too', 'Goes'])
      await test.application(name, { redirectUris: ['https://app.ignored.example/callback'] })
    const domains = { from: 'ignored.example', to: 'moved.example' }
    await rejects(move({ ...domains, ignored: ['Stays', 'Nobody'] }), {
      message: 'There is no application Nobody in service.',
    })
    deepEqual(
      (await move({ ...domains, ignored: ['stays', 'Stays, too'] })).map((one) => one.applicationName),
      ['Goes'],
    )
  })

  it('leaves other domains that only look alike', async () => {
    const redirectUris = [
      'https://bold.one.example/',
      'https://app.xone.example/',
      'https://one.example.org/',
    ]
    await test.application('Alike', { redirectUris })
    deepEqual(await move({ from: 'one.example', to: 'two.test' }), [
      {
        applicationName: 'Alike',
        field: 'redirect_uri',
        from: redirectUris[0],
        to: 'https://bold.two.test/',
      },
    ])
  })

  it('does nothing a second time, also when the new domain ends like the old one', async () => {
    await test.application('Nested', { redirectUris: ['https://app.gov.test/callback'] })
    equal((await move({ from: 'gov.test', to: 'staging.gov.test' })).length, 1)
    deepEqual(await move({ from: 'gov.test', to: 'staging.gov.test' }), [])
    deepEqual((await stored('Nested'))?.redirect_uris, ['https://app.staging.gov.test/callback'])
  })

  it('moves to a shorter domain that the old one ends with', async () => {
    await test.application('Shortened', {
      redirectUris: ['https://app.staging.x.test/callback'],
      homeUri: 'https://app.x.test/',
    })
    const moving = { from: 'staging.x.test', to: 'x.test' }
    deepEqual(
      (await move(moving)).map(({ field, to }) => [field, to]),
      [['redirect_uri', 'https://app.x.test/callback']],
    )
    deepEqual(await move(moving), [])
  })

  it('changes nothing in a rehearsal, and nothing of retired applications', async () => {
    const { id } = await test.application('Retired', { redirectUris: ['https://retired.three.example/'] })
    await signon.single.applications.retire(id)
    await test.application('Rehearsed', { redirectUris: ['https://app.three.example/'] })
    const moved = await move({ from: 'three.example', to: 'four.example', isRehearsal: true })
    deepEqual(
      moved.map(({ applicationName }) => applicationName),
      ['Rehearsed'],
    )
    deepEqual((await stored('Rehearsed'))?.redirect_uris, ['https://app.three.example/'])
  })

  it('moves all or none: http may not leave this machine', async () => {
    await test.application('Local', { redirectUris: ['http://localhost:3100/callback'] })
    await test.application('Other', { redirectUris: ['https://localhost:3100/callback'] })
    const moving = { from: 'localhost:3100', to: 'public.example' }
    await rejects(move(moving), {
      code: 'invalid',
      message: 'Local: The redirect address must begin with https.',
    })
    deepEqual((await stored('Other'))?.redirect_uris, ['https://localhost:3100/callback'])
    equal((await move({ ...moving, allowHttp: true })).length, 2)
  })

  it('wants two domains, and is refused to people', async () => {
    for (const from of ['', 'https://old.example', 'old.example/x', 'a b', '.*'])
      await rejects(move({ from, to: 'new.example' }), { code: 'invalid' }, from)
    const input = { from: 'a.example', to: 'b.example', isRehearsal: false, allowHttp: false }
    await rejects(migrateDomain(signon, { kind: 'person' }, input), { code: 'forbidden' })
  })
})
