import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { after, day } from '#kernel/clock.ts'
import { Forbidden } from '#kernel/failure.ts'
import { type ClusterPlace, openCluster, type SecretCluster } from '#outside/kubernetes.ts'
import { overtaken, startCluster } from '#test/cluster-server.ts'
import type { TestMachine } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { clusterJobs } from './cluster.job.ts'
import { renewInternalTokens } from './renew-internal-tokens.ts'
import { syncTokenSecrets } from './sync-token-secrets.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const { single } = signon
const kubernetes = await startCluster()
const publishing = await test.application('Publishing API')

const machine = async (
  name: string,
  { email, application = publishing, days = 400 }: Partial<Options> = {},
): Promise<TestMachine> => {
  const expiresAt = after(clock.now(), days * day)
  const made = await test.machine(name, application, { expiresAt })
  await rows('update users set email = $2 where id = $1', [
    made.user.id,
    email ?? `${made.user.id}@alphagov.co.uk`,
  ])
  return made
}

interface Options {
  readonly email: string
  readonly application: typeof publishing
  readonly days: number
}

const sync = async (place: ClusterPlace = kubernetes.place) =>
  syncTokenSecrets(signon, operator, await openCluster(place))
const outcomes = async () => (await sync()).details.map(({ name, outcome }) => `${name}: ${outcome}`)
const copies = () => rows('select id from api_tokens where sealed_token is not null')
const isGood = async (text: string | undefined): Promise<boolean> =>
  text !== undefined && (await single.apiTokens.seekByText(text)) !== undefined

describe('writing tokens of API users into the cluster', () => {
  beforeEach(async () => {
    await rows(`delete from users where kind = 'machine'`)
    for (const name of kubernetes.secrets.keys()) kubernetes.lose(name)
    kubernetes.calls.length = 0
    kubernetes.answer()
  })

  it('is not for people, whatever their role', async () => {
    const ada = await test.user('Ada', { role: 'superadmin' })
    const cluster = await openCluster(kubernetes.place)
    await rejects(syncTokenSecrets(signon, { kind: 'person', userId: ada.id }, cluster), Forbidden)
    deepEqual(kubernetes.calls, [])
  })

  it('delivers a renewed token, erases the copy, and has nothing to do the next night', async () => {
    const { user } = await machine('Short URL Manager', { days: 20 })
    await renewInternalTokens(signon, operator)
    equal((await copies()).length, 1)

    const name = 'signon-token-short-url-manager-publishing-api'
    deepEqual(await outcomes(), [`${name}: delivered`])
    ok(await isGood(kubernetes.value(name, 'bearer_token')))
    deepEqual(await copies(), [])
    deepEqual(await test.events(user.uid), [48, 92])
    const { labels, type, managers, resourceVersion } = kubernetes.secrets.get(name) ?? {}
    deepEqual([labels, type, managers], [{ 'app.kubernetes.io/managed-by': 'signon' }, 'Opaque', ['signon']])

    deepEqual(await outcomes(), [`${name}: in place`])
    equal(kubernetes.secrets.get(name)?.resourceVersion, resourceVersion)
    deepEqual(kubernetes.calls, [`GET ${name} 404`, `PATCH ${name} 200`, `GET ${name} 200`])
    deepEqual(await test.events(user.uid), [48, 92])
  })

  it('takes over a secret that it wrote before it was rewritten, when the token in it is the newest', async () => {
    const { token } = await machine('Robot')
    kubernetes.put('signon-token-robot-publishing-api', { bearer_token: token })
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: in place'])
    deepEqual(kubernetes.calls, ['GET signon-token-robot-publishing-api 200'])
  })

  it('issues a token of ours anew when the cluster lost it, beside the old, and one only', async () => {
    const { user, token } = await machine('Robot')
    const name = 'signon-token-robot-publishing-api'
    deepEqual(await outcomes(), [`${name}: issued`])
    deepEqual(await outcomes(), [`${name}: in place`])
    ok(await isGood(token))
    ok(await isGood(kubernetes.value(name, 'bearer_token')))
    kubernetes.lose(name)
    deepEqual(await outcomes(), [`${name}: issued`])
    deepEqual(await outcomes(), [`${name}: in place`])
    deepEqual(await test.events(user.uid), [29, 92, 29, 92])
    deepEqual(await copies(), [])
  })

  it('never issues another night after night for a token that a person made for longer', async () => {
    await machine('Robot', { days: 3650 })
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: issued'])
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: in place'])
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: in place'])
  })

  it('leaves tokens of others that a person was shown', async () => {
    const { user } = await machine('Robot', { email: 'robot@partner.example' })
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: shown to a person'])
    equal(kubernetes.secrets.size, 0)
    deepEqual(await test.events(user.uid), [])
  })

  it('leaves out suspended API users, retired applications, what is revoked or expired, and Signon’s own', async () => {
    const suspended = await machine('Suspended')
    await single.users.suspend(suspended.user.id, 'gone')
    const old = await test.application('Old')
    await machine('Retired', { application: old })
    await single.applications.retire(old.id)
    const revoked = await machine('Revoked')
    await single.apiTokens.revoke(revoked.tokenId)
    await machine('Expired', { days: -1 })
    const own = await machine('Own')
    await single.pushCredentials.put(publishing.id, own.tokenId, own.token)
    deepEqual(await outcomes(), [])
  })

  it('puts nothing into the cluster for an API user who is suspended between being found and being dealt with', async () => {
    const { user } = await machine('Quick')
    const real = await openCluster(kubernetes.place)
    const slow: SecretCluster = {
      ...real,
      async read(name) {
        await single.users.suspend(user.id, 'gone')
        return real.read(name)
      },
    }
    await syncTokenSecrets(signon, operator, slow)
    equal(kubernetes.secrets.size, 0)
  })

  it('refuses two that would have the same name, by name, and names that the cluster does not take', async () => {
    const other = await test.application('publishing  api')
    await machine('Robot', { email: 'one@alphagov.co.uk' })
    await machine('Röbot', { email: 'two@alphagov.co.uk' })
    await machine('Robot!', { email: 'three@alphagov.co.uk', application: other })
    await machine('snake_case', { email: 'four@alphagov.co.uk' })
    await machine('x'.repeat(250), { email: 'five@alphagov.co.uk' })
    const { details, changed } = await sync()
    equal(changed, 0)
    deepEqual(
      details.map(({ outcome }) => outcome),
      ['refused', 'refused', 'refused', 'refused', 'refused'],
    )
    const twins = details.filter(({ name }) => name === 'signon-token-robot-publishing-api')
    equal(twins.length, 3)
    for (const email of ['one', 'two', 'three']) match(twins[0]?.reason ?? '', new RegExp(`${email}@`))
    deepEqual(kubernetes.calls, [])
    await single.applications.retire(other.id)
  })

  it('heals at the next run when it died between delivering and erasing', async () => {
    const { user } = await machine('Robot', { days: 20 })
    await renewInternalTokens(signon, operator)
    const dying: typeof signon = {
      ...signon,
      transaction: (working) =>
        signon.transaction((work) =>
          working({
            ...work,
            clusterTokens: {
              ...work.clusterTokens,
              eraseCopies: () => Promise.reject(new Error('killed')),
            },
          }),
        ),
    }
    const cluster = await openCluster(kubernetes.place)
    const { details } = await syncTokenSecrets(dying, operator, cluster)
    deepEqual([details[0]?.outcome, details[0]?.reason], ['failed', 'something unexpected went wrong'])
    equal((await copies()).length, 1)
    const before = kubernetes.value('signon-token-robot-publishing-api', 'bearer_token')

    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: in place'])
    equal(kubernetes.value('signon-token-robot-publishing-api', 'bearer_token'), before)
    deepEqual(await copies(), [])
    deepEqual(await test.events(user.uid), [48, 92])
  })

  it('delivers what it had issued when the cluster did not take it, and issues no more', async () => {
    const { user } = await machine('Robot')
    kubernetes.answer((request, response) => {
      if (request.method !== 'PATCH') return false
      response.writeHead(500).end()
      return true
    })
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: failed'])
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: failed'])
    kubernetes.answer()
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: delivered'])
    deepEqual(await test.events(user.uid), [29, 92])
  })

  it('issues one when two run at once', async () => {
    const { user } = await machine('Robot')
    await Promise.all([sync(), sync(), sync()])
    deepEqual(await test.events(user.uid), [29, 92])
    ok(await isGood(kubernetes.value('signon-token-robot-publishing-api', 'bearer_token')))
    deepEqual(await copies(), [])
  })

  it('looks again when another one was faster between its two looks', async () => {
    const { user } = await machine('Robot')
    await overtaken(kubernetes, sync)
    deepEqual(await test.events(user.uid), [29, 92])
  })

  it('goes on after a failure, and fails as a job when it is through, without a secret in its words', async () => {
    await machine('Bad', { days: 20 })
    await machine('Good', { days: 20 })
    await renewInternalTokens(signon, operator)
    kubernetes.answer((request, response) => {
      if (!request.url?.includes('-bad-')) return false
      response.writeHead(409, { 'content-type': 'application/json' }).end('{"data":"c2VjcmV0"}')
      return true
    })
    const lines: string[] = []
    const journal = { error: (facts: object) => void lines.push(JSON.stringify(facts)) }
    const jobs = clusterJobs(signon, journal, () => openCluster(kubernetes.place))
    await rejects(
      jobs['sync-token-secrets'](),
      /1 of 2 secrets were not delivered.*409: something else changed/,
    )
    ok(kubernetes.value('signon-token-good-publishing-api', 'bearer_token'))
    match(lines.join(), /signon-token-bad-publishing-api.*status 409/)
    doesNotMatch(lines.join(), /c2VjcmV0|sgn_/)
    kubernetes.answer()
    deepEqual(await jobs['sync-token-secrets'](), { matched: 2, delivered: 1 })
    deepEqual(await jobs['renew-internal-tokens'](), { renewed: 0 })
  })

  it('says what it would write, and writes and issues nothing, in a rehearsal', async () => {
    const { user } = await machine('Lost')
    await machine('Renewed', { days: 20 })
    await renewInternalTokens(signon, operator)
    const cluster = await openCluster(kubernetes.place)
    const { changed, details } = await syncTokenSecrets(signon, operator, cluster, { isRehearsal: true })
    deepEqual([changed, details.map(({ outcome }) => outcome)], [0, ['issued', 'delivered']])
    equal(kubernetes.secrets.size, 0)
    deepEqual(await test.events(user.uid), [])
    equal((await copies()).length, 1)
  })

  it('delivers nothing that it cannot open or that was altered, and issues instead', async () => {
    const { user } = await machine('Robot', { days: 20 })
    await renewInternalTokens(signon, operator)
    const sealed = signon.keys.seal(
      'sgn_forged',
      `API token of ${user.id} for ${publishing.id}`,
      signon.random,
    )
    await rows('update api_tokens set sealed_token = $1 where sealed_token is not null', [sealed])
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: issued'])
    ok(await isGood(kubernetes.value('signon-token-robot-publishing-api', 'bearer_token')))
    deepEqual(await copies(), [])
  })

  it('issues a token that is awaited in a copy of another environment, with its purpose and owner', async () => {
    const { user, tokenId } = await machine('Robot')
    await rows('delete from api_tokens where id = $1', [tokenId])
    const awaited = (email: string | null) =>
      rows(
        `insert into awaited_api_tokens (user_id, application_id, purpose, owner_email, days, created_at)
         values ($1, $2, 'Night', $3, 730, $4)`,
        [user.id, publishing.id, email, clock.now()],
      )
    await awaited('team@partner.example')
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: shown to a person'])
    await rows('delete from awaited_api_tokens')
    await awaited(null)
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: issued'])
    deepEqual(await outcomes(), ['signon-token-robot-publishing-api: in place'])
    const [made] = await rows('select purpose from api_tokens where user_id = $1', [user.id])
    deepEqual(made, { purpose: 'Night' })
  })
})
