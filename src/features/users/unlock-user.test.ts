import { deepEqual, equal, rejects } from 'node:assert/strict'
import { it } from 'node:test'
import { hour } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'
import { showUser } from './show-user.ts'
import { unlockUser } from './unlock-user.ts'

const test = await startSignon()
const { signon, clock } = test

it('lets somebody sign in again who typed too many wrong passwords', async () => {
  const ada = await test.user('Ada')
  await signon.single.users.lock(ada.id)
  equal((await showUser(signon, operator, { email: ada.email })).status, 'locked')
  equal((await test.browser().signIn(ada.email)).status, 200)

  const { wasLocked, account } = await unlockUser(signon, operator, { email: 'ADA@example.gov.uk' })
  deepEqual([wasLocked, account.status], [true, 'active'])
  equal((await test.browser().signIn(ada.email)).status, 302)
  equal((await test.events(ada.uid)).includes(5), true)
})

it('says when there is no lock, or no longer one, and records nothing', async () => {
  const ben = await test.user('Ben')
  equal((await unlockUser(signon, operator, { email: ben.email })).wasLocked, false)
  await signon.single.users.lock(ben.id)
  clock.step(hour)
  equal((await unlockUser(signon, operator, { email: ben.email })).wasLocked, false)
  deepEqual(await test.events(ben.uid), [])
})

it('shows what somebody holds on the applications in service', async () => {
  const whitehall = await test.application('Whitehall', { permissions: ['editor', 'Admin'] })
  const old = await test.application('Old')
  const cleo = await test.user('Cleo', { uses: [whitehall, old] })
  await test.grant(cleo, whitehall, 'editor', 'Admin')
  await signon.single.applications.retire(old.id)
  deepEqual((await showUser(signon, operator, { email: cleo.email })).permissions, {
    Whitehall: ['signin', 'Admin', 'editor'],
  })
})

it('knows nothing of strangers, and tells people nothing', async () => {
  await rejects(showUser(signon, operator, { email: 'nobody@example.gov.uk' }), { code: 'not-found' })
  await rejects(unlockUser(signon, operator, { email: 'nobody@example.gov.uk' }), { code: 'not-found' })
  await rejects(showUser(signon, { kind: 'person' }, { email: 'ada@example.gov.uk' }), { code: 'forbidden' })
})
