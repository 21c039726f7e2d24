import { deepEqual, equal, match, notEqual, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operator, startSignon } from '#test/signon.ts'
import { type CreateApplication, createApplication } from './create-application.ts'
import { listApplications } from './list-applications.ts'
import { retireApplication } from './retire-application.ts'
import { rotateSecret } from './rotate-secret.ts'

const test = await startSignon()
const { signon } = test

const described = (name: string, more: Partial<CreateApplication> = {}): CreateApplication => ({
  name,
  redirectUris: ['https://app.example.gov.uk/auth/gds/callback'],
  permissions: [],
  allowHttp: false,
  ...more,
})

const permissionsOf = (id: number) =>
  test.rows<{ name: string; is_delegated: boolean; is_default: boolean; is_grantable_from_ui: boolean }>(
    'select name, is_delegated, is_default, is_grantable_from_ui from permissions where application_id = $1 order by id',
    [id],
  )

const isGood = async (clientId: string, secret: string): Promise<boolean> =>
  (await signon.single.applications.authenticate(clientId, secret)) !== undefined

const eventsOf = (id: number) =>
  test.rows<{ number: number; note: string | null }>(
    'select number, note from events where application_id = $1 order by id',
    [id],
  )

describe('creating an application', () => {
  it('gives it a client id, a secret that is kept as a hash only, and the permissions of every application', async () => {
    const { application, clientSecret } = await createApplication(signon, operator, described(' Whitehall '))
    deepEqual(
      [application.name, application.requiresPkce, application.supportsPushUpdates],
      ['Whitehall', true, true],
    )
    match(application.clientId, /^[\w-]{43}$/)
    match(clientSecret, /^[\w-]{43}$/)
    notEqual(application.clientId, clientSecret)
    equal(await isGood(application.clientId, clientSecret), true)
    deepEqual(await permissionsOf(application.id), [
      { name: 'signin', is_delegated: true, is_default: false, is_grantable_from_ui: true },
      { name: 'user_update_permission', is_delegated: false, is_default: false, is_grantable_from_ui: false },
    ])
    deepEqual(await eventsOf(application.id), [{ number: 53, note: null }])
  })

  it('adds the permissions named, each once, and records them', async () => {
    const permissions = ['editor', ' Editor', 'Signin', 'Managing Editor']
    const { application } = await createApplication(signon, operator, described('Publisher', { permissions }))
    const names = (await permissionsOf(application.id)).map(({ name }) => name)
    deepEqual(names, ['signin', 'user_update_permission', 'editor', 'Managing Editor'])
    deepEqual((await eventsOf(application.id)).slice(1), [
      { number: 57, note: '(editor)' },
      { number: 57, note: '(Managing Editor)' },
    ])
  })

  it('says everything that is wrong at once', async () => {
    const wrong = described('', {
      redirectUris: ['http://app.example.gov.uk/callback', 'https://app.example.gov.uk/#x'],
      homeUri: 'javascript:alert(1)',
      permissions: [' '],
    })
    await rejects(createApplication(signon, operator, wrong), {
      code: 'invalid',
      message: [
        'Enter a name',
        'Enter a name for each permission',
        'The redirect address must begin with https.',
        'The redirect address cannot contain a fragment.',
        'The home address must be a full https address.',
      ].join('\n'),
    })
    await rejects(createApplication(signon, operator, described('None', { redirectUris: [] })), {
      code: 'invalid',
    })
  })

  it('takes http addresses on this machine anywhere, and others in development only', async () => {
    const local = [
      'http://localhost:3100/callback',
      'http://127.0.0.1/callback',
      'http://app.localhost/callback',
    ]
    await createApplication(
      signon,
      operator,
      described('Local', { redirectUris: local, homeUri: 'http://localhost:3100' }),
    )
    const plain = { redirectUris: ['http://app.dev.gov.uk/callback'], homeUri: 'http://app.dev.gov.uk' }
    await rejects(createApplication(signon, operator, described('Plain', plain)), {
      message: /redirect.*\n.*home/,
    })
    await createApplication(signon, operator, described('Plain', { ...plain, allowHttp: true }))
  })

  it('takes no other machine for this one', async () => {
    for (const host of ['127.evil.example', '127.0.0.1.evil.example', 'localhost.evil.example'])
      await rejects(
        createApplication(signon, operator, described('Evil', { redirectUris: [`http://${host}/callback`] })),
        { code: 'invalid', message: 'The redirect address must begin with https.' },
        host,
      )
  })

  it('refuses a name that is taken, in any case, and people', async () => {
    await createApplication(signon, operator, described('Travel'))
    await rejects(createApplication(signon, operator, described('TRAVEL')), { code: 'conflict' })
    await rejects(createApplication(signon, { kind: 'person' }, described('Mine')), { code: 'forbidden' })
  })
})

describe('rotating a secret', () => {
  it('leaves the one before good, and ends the one before that', async () => {
    const { application, clientSecret } = await createApplication(signon, operator, described('Rotating'))
    const second = await rotateSecret(signon, operator, { name: 'rotating' })
    const goodOnes = () =>
      Promise.all([clientSecret, second.clientSecret].map((secret) => isGood(application.clientId, secret)))
    deepEqual(await goodOnes(), [true, true])
    await rotateSecret(signon, operator, { name: 'Rotating' })
    deepEqual(await goodOnes(), [false, true])
    deepEqual(
      (await eventsOf(application.id)).map(({ number }) => number),
      [53, 55, 55],
    )
  })

  it('twice at the same moment leaves two secrets', async () => {
    const { application } = await createApplication(signon, operator, described('Hurried'))
    const both = await Promise.all([1, 2].map(() => rotateSecret(signon, operator, { name: 'Hurried' })))
    deepEqual(await Promise.all(both.map(({ clientSecret }) => isGood(application.clientId, clientSecret))), [
      true,
      true,
    ])
  })
})

describe('retiring an application', () => {
  it('refuses its secret from then on, and keeps it in the list', async () => {
    const { application, clientSecret } = await createApplication(signon, operator, described('Leaving'))
    const retired = await retireApplication(signon, operator, { name: 'leaving' })
    deepEqual(retired.retiredAt, test.clock.now())
    equal(await isGood(application.clientId, clientSecret), false)
    const listed = (await listApplications(signon, operator)).find(({ name }) => name === 'Leaving')
    deepEqual(listed?.retiredAt, test.clock.now())
    deepEqual(
      (await eventsOf(application.id)).map(({ number }) => number),
      [53, 54],
    )
  })

  it('once is enough, and then nothing more is done to it', async () => {
    await createApplication(signon, operator, described('Gone'))
    await retireApplication(signon, operator, { name: 'Gone' })
    await rejects(retireApplication(signon, operator, { name: 'Gone' }), { code: 'conflict' })
    await rejects(rotateSecret(signon, operator, { name: 'Gone' }), { code: 'conflict' })
    await rejects(retireApplication(signon, operator, { name: 'Never there' }), { code: 'not-found' })
  })

  it('is refused to people, like everything here', async () => {
    const nobody = { kind: 'person' } as const
    await createApplication(signon, operator, described('Coveted'))
    await rejects(retireApplication(signon, nobody, { name: 'Coveted' }), { code: 'forbidden' })
    await rejects(rotateSecret(signon, nobody, { name: 'Coveted' }), { code: 'forbidden' })
    await rejects(listApplications(signon, nobody), { code: 'forbidden' })
  })
})
