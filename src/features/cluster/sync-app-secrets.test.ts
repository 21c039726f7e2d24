import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Forbidden } from '#kernel/failure.ts'
import { randomSecret } from '#kernel/token.ts'
import { openCluster } from '#outside/kubernetes.ts'
import { overtaken, startCluster } from '#test/cluster-server.ts'
import { operator, startSignon } from '#test/signon.ts'
import { syncAppSecrets } from './sync-app-secrets.ts'

const test = await startSignon()
const { signon, rows } = test
const { applications } = signon.single
const kubernetes = await startCluster()

const sync = async () => syncAppSecrets(signon, operator, await openCluster(kubernetes.place))
const outcomes = async () => (await sync()).details.map(({ name, outcome }) => `${name}: ${outcome}`)
const copies = () => rows('select slot from application_secrets where sealed_secret is not null')
/** Numbers of the events about an application. */
const eventsOf = async ({ id }: { readonly id: number }): Promise<readonly number[]> => {
  const found = await rows<{ number: number }>(
    'select number from events where application_id = $1 order by id',
    [id],
  )
  return found.map(({ number }) => number)
}
const signsIn = async (name: string): Promise<boolean> => {
  const [id, secret] = [kubernetes.value(name, 'oauth_id'), kubernetes.value(name, 'oauth_secret')]
  return (await applications.authenticate(id ?? '', secret ?? '')) !== undefined
}
const name = 'signon-app-whitehall'

describe('writing client secrets into the cluster', () => {
  beforeEach(async () => {
    await rows('delete from applications')
    for (const one of kubernetes.secrets.keys()) kubernetes.lose(one)
    kubernetes.calls.length = 0
    kubernetes.answer()
  })

  it('is not for people, whatever their role', async () => {
    const ada = await test.user('Ada', { role: 'superadmin' })
    const cluster = await openCluster(kubernetes.place)
    await rejects(syncAppSecrets(signon, { kind: 'person', userId: ada.id }, cluster), Forbidden)
  })

  it('issues a second secret for what the cluster has not, and the first stays good', async () => {
    const whitehall = await test.application('Whitehall')
    const { clientId, clientSecret, id } = whitehall
    deepEqual(await outcomes(), [`${name}: issued`])
    equal(await signsIn(name), true)
    equal(await applications.authenticate(clientId, clientSecret), id)
    deepEqual(await outcomes(), [`${name}: in place`])
    deepEqual(kubernetes.calls, [`GET ${name} 404`, `PATCH ${name} 200`, `GET ${name} 200`])
    deepEqual(await copies(), [])
    deepEqual(await eventsOf(whitehall), [55, 93])
  })

  it('leaves what the cluster has, were it the older of two', async () => {
    const { id, clientId, clientSecret } = await test.application('Whitehall')
    kubernetes.put(name, { oauth_id: clientId, oauth_secret: clientSecret })
    deepEqual(await outcomes(), [`${name}: in place`])
    await applications.addSecret(id, randomSecret(signon.random))
    deepEqual(await outcomes(), [`${name}: in place`])
    equal(kubernetes.secrets.get(name)?.resourceVersion, 1)
  })

  it('mends a wrong client id beside a right secret', async () => {
    const { clientSecret } = await test.application('Whitehall')
    kubernetes.put(name, { oauth_id: 'another', oauth_secret: clientSecret })
    deepEqual(await outcomes(), [`${name}: delivered`])
    equal(await signsIn(name), true)
    equal(kubernetes.value(name, 'oauth_secret'), clientSecret)
  })

  it('ends no secret of an application that has two, and says so', async () => {
    const { id, clientId, clientSecret } = await test.application('Whitehall')
    const second = randomSecret(signon.random)
    await applications.addSecret(id, second)
    deepEqual(await outcomes(), [`${name}: both secrets taken`])
    equal(kubernetes.secrets.size, 0)
    for (const secret of [clientSecret, second]) equal(await applications.authenticate(clientId, secret), id)
  })

  it('leaves retired applications out, and refuses two of one name by name', async () => {
    const { id } = await test.application('Old')
    await applications.retire(id)
    await test.application('Content Store')
    await test.application('Content-store')
    const { details, changed } = await sync()
    equal(changed, 0)
    deepEqual(
      details.map((one) => [one.name, one.outcome]),
      Array.from({ length: 2 }, () => ['signon-app-content-store', 'refused']),
    )
    match(details[0]?.reason ?? '', /Content Store and Content-store would have the same name/)
    deepEqual(kubernetes.calls, [])
  })

  it('delivers what it had issued when the cluster did not take it, and when it died', async () => {
    const whitehall = await test.application('Whitehall')
    kubernetes.answer((request, response) => {
      if (request.method !== 'PATCH') return false
      response.destroy()
      return true
    })
    deepEqual(await outcomes(), [`${name}: failed`])
    deepEqual(await outcomes(), [`${name}: failed`])
    kubernetes.answer()
    deepEqual(await outcomes(), [`${name}: delivered`])
    deepEqual(await eventsOf(whitehall), [55, 93])
    deepEqual(await copies(), [])
  })

  it('issues one when several run at once', async () => {
    const whitehall = await test.application('Whitehall')
    await Promise.all([sync(), sync(), sync()])
    equal(await signsIn(name), true)
    deepEqual(await eventsOf(whitehall), [55, 93])
  })

  it('looks again when another one was faster between its two looks', async () => {
    const whitehall = await test.application('Whitehall')
    await overtaken(kubernetes, sync)
    deepEqual(await eventsOf(whitehall), [55, 93])
  })

  it('says what it would write, and writes and issues nothing, in a rehearsal', async () => {
    await test.application('Whitehall')
    const cluster = await openCluster(kubernetes.place)
    const { changed, details } = await syncAppSecrets(signon, operator, cluster, { isRehearsal: true })
    deepEqual([changed, details], [0, [{ name, outcome: 'issued' }]])
    equal(kubernetes.secrets.size, 0)
    deepEqual(await rows('select slot from application_secrets'), [{ slot: 1 }])
  })
})
