import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Key, keyRing } from '#kernel/sealed.ts'
import { tokenId } from '#kernel/token.ts'
import { sealedColumns } from '#store/sealed-places.ts'
import { createSignon, type Signon } from '#store/signon.ts'
import { operator, startSignon } from '#test/signon.ts'
import { resealSecrets } from './reseal.ts'

const test = await startSignon()
const oldKey: Key = { id: 'test', bytes: Buffer.alloc(32, 7) }
const newKey: Key = { id: '2027a', bytes: Buffer.alloc(32, 8) }
const withKeys = (...keys: [Key, ...Key[]]): Signon =>
  createSignon({ ...test.signon, db: test.db, keys: keyRing(keys) })
const both = withKeys(newKey, oldKey)

const sealed = async (table: string, column: string): Promise<readonly string[]> =>
  (
    await test.rows<{ text: string }>(`select ${column} as text from ${table} where ${column} is not null`)
  ).map(({ text }) => text)

const totals = (places: Awaited<ReturnType<typeof resealSecrets>>) =>
  places.filter(({ matched }) => matched > 0).map(({ place, ...counts }) => [place, ...Object.values(counts)])

describe('sealing secrets anew', () => {
  it('knows every column that is sealed', async () => {
    const columns = await test.rows<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and column_name like 'sealed%'`,
    )
    deepEqual([...sealedColumns()].sort(), columns.map(({ name }) => name).sort())
  })

  it('lets nobody but an operator do it', async () => {
    const root = await test.user('Root', { role: 'superadmin' })
    await rejects(resealSecrets(both, { kind: 'person', userId: root.id }), /permission/)
  })

  it('changes nothing in a rehearsal; then everything opens with the new key alone, and it is recorded', async () => {
    const application = await test.application('Pushed To')
    const machine = await test.machine('Caller', application)
    const ada = await test.user('Ada', { twoStep: true })
    const session = await test.signon.single.sessions.open(ada.id, 'full', {})
    const inSession = { id: tokenId(session) ?? '', user: ada }
    const setUp = await test.signon.single.sessions.keepSetUp(inSession, 'KEYOFANAPP')
    await test.signon.single.pushCredentials.put(application.id, machine.tokenId, 'what Signon presents')
    await test.signon.transaction(async (work) => {
      await work.applications.addSecret(application.id, 'a client secret', { isForCluster: true })
    })
    const foreseen = await resealSecrets(both, operator, { isRehearsal: true })
    ok((await sealed('totp_factors', 'sealed_secret')).every((text) => text.startsWith('test.')))
    deepEqual(await test.events(), [])

    const done = await resealSecrets(both, operator)
    deepEqual(
      done.map(({ place, matched, changed }) => [place, matched, changed]),
      foreseen.map(({ place, matched }) => [place, matched, matched]),
    )
    const onlyNew = withKeys(newKey)
    equal((await onlyNew.single.pushCredentials.seek(application.id))?.token, 'what Signon presents')
    match((await onlyNew.single.secondFactors.codeSources(ada.id))[0]?.secret ?? '', /^JBSWY3DP/)
    equal(await onlyNew.single.sessions.seekSetUp(inSession), setUp)
    ok((await test.events()).every((number) => number === 98))
    deepEqual(totals(await resealSecrets(both, operator)), [])
  })

  it('goes on past what no key opens, leaves it, and tells', async () => {
    await test.rows('delete from totp_factors')
    for (let number = 0; number < 505; number += 1) await test.user(`Many ${number}`, { twoStep: true })
    await test.rows(`update totp_factors set sealed_secret = 'lost' || substr(sealed_secret, 5)
      where user_id = (select min(user_id) from totp_factors)`)
    deepEqual(totals(await resealSecrets(both, operator)), [['authenticator apps', 505, 504, 1]])
    const keys = (await sealed('totp_factors', 'sealed_secret')).map((text) => text.split('.')[0])
    deepEqual(new Set(keys), new Set(['lost', '2027a']))
  })

  it('does not undo what happens to a secret meanwhile', async () => {
    await test.rows('delete from totp_factors')
    const user = await test.user('Meanwhile', { twoStep: true })
    const [factor] = await test.signon.single.secondFactors.list(user.id)
    ok(factor)
    await Promise.all([
      resealSecrets(both, operator),
      resealSecrets(both, operator),
      test.signon.single.secondFactors.remove(user.id, factor.id),
    ])
    deepEqual(await sealed('totp_factors', 'sealed_secret'), [])
  })
})
