import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Actor } from '#domain/events.ts'
import { type Role, roles, type User } from '#domain/user.ts'
import { systemClock } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { testQueue, until } from '#test/queue.ts'
import { startSignon } from '#test/signon.ts'
import { discardJob, retryAllJobs, retryJob } from './failed-jobs.ts'

const test = await startSignon()
const { signon, rows } = test
const queue = testQueue(test)

const signedInAs = async (role: Role, name: string): Promise<TestBrowser> => {
  const organisationId = await test.organisation(`Home of ${name}`)
  return test.signedIn(await test.user(name, { role, organisationId, twoStep: true }))
}
const keeper = await test.user('Keeper', { role: 'superadmin', twoStep: true })
const superadmin = await test.signedIn(keeper)
const actor: Actor = { kind: 'person', userId: keeper.id }

/** Makes every job that waits one that failed for the last time. */
const failAll = (error = 'Whitehall answered with status 503.') =>
  rows('update graphile_worker._private_jobs set attempts = max_attempts, last_error = $1', [error])
const idsOfJobs = async (): Promise<readonly string[]> =>
  (await rows<{ id: string }>('select id from graphile_worker.jobs order by id')).map(({ id }) => id)
const firstId = async (): Promise<string> => (await idsOfJobs())[0] ?? ''
const addMail = (user: Pick<User, 'id'>) =>
  signon.single.jobs.add({ name: 'send-mail', payload: { mail: 'password-changed', user: user.id } })
const eventsAbout = (user: User) =>
  rows<{ number: number; note: string; application: string | null }>(
    `select e.number, e.note, a.name as application from events e left join applications a on a.id = e.application_id
     where about_uid = $1 order by e.id`,
    [user.uid],
  )
const press = (path: string, browser = superadmin) => browser.post(path, {}, '/records/failed_jobs')

describe('failed jobs', () => {
  it('are looked after by superadmins only, whatever others send', async () => {
    await addMail(await test.user('Someone'))
    await failAll()
    const id = await firstId()
    for (const role of roles.filter((one) => one !== 'superadmin')) {
      const browser = await signedInAs(role, `Other ${role}`)
      for (const path of ['/records/failed_jobs', `/records/failed_jobs/${id}/discard`])
        equal((await browser.get(path)).status, 403)
      for (const path of [
        `/records/failed_jobs/${id}/retry`,
        '/records/failed_jobs/all/retry',
        `/records/failed_jobs/${id}/discard`,
      ])
        equal((await browser.post(path, {}, '/')).status, 403, `${role} ${path}`)
    }
    const admin: Actor = { kind: 'person', userId: (await test.user('Direct', { role: 'admin' })).id }
    for (const attempt of [
      () => retryJob(signon, admin, id),
      () => retryAllJobs(signon, admin),
      () => discardJob(signon, admin, id),
    ])
      await rejects(attempt, { code: 'forbidden' })
    const forged = await superadmin.send(`/records/failed_jobs/${id}/discard`, { method: 'POST' })
    equal(forged.status, 422)
    equal((await queue.pushes())[0]?.attempts, 20)
    deepEqual(await test.events(), [])
  })

  it('are shown with what, about whom, how often and why, and those that still wait are not', async () => {
    const app = await test.application('White<b>hall</b>')
    const user = await test.user('Ada <i>Failing</i>', { email: 'ada@example.gov.uk' })
    await signon.single.jobs.add({
      name: 'push-user-update',
      payload: { user: user.id, application: app.id },
    })
    const gone = await test.user('Gone')
    await addMail(gone)
    await failAll(
      'Whitehall said <script>no</script> to Bearer sgn_4jK1mZ0s9TqLwYb8Xc2Vd7Re6Uf5\nat secret.ts',
    )
    await rows('delete from users where id = $1', [gone.id])
    await addMail(user)
    const { text } = await superadmin.get('/records/failed_jobs')
    match(text, /There are 2\./)
    match(text, /data-heading="Job">Push user update</)
    match(text, new RegExp(`href="/users/${user.id}/edit">Ada &lt;i&gt;Failing`))
    match(text, /White&lt;b&gt;hall/)
    match(text, /Whitehall said &lt;script&gt;no&lt;\/script&gt; to Bearer …/)
    match(text, /Nobody’s account, or one that is gone/)
    doesNotMatch(text, /<script>no|<i>Failing|<b>hall|sgn_4jK|secret\.ts/)
    equal(text.match(/data-heading="Job"/g)?.length, 2)
    match(text, /Try again<span class="govuk-visually-hidden"> Push user update, about Ada &lt;i&gt;/)
  })

  it('are tried again by the queue itself once the application is up, and leave an event', async (t) => {
    const app = await queue.application('Whitehall')
    const user = await test.user('Ben', { uses: [app] })
    app.answer((_request, response) => response.writeHead(503).end())
    await queue.pushUpdate(user, app)
    await rows('update graphile_worker._private_jobs set attempts = 13')
    await queue.worker(t)
    await until(queue.isTried(14))
    equal(app.calls.length, 1)
    match((await superadmin.get('/records/failed_jobs')).text, /Whitehall answered with status 503\./)

    app.answer()
    const answer = await press(`/records/failed_jobs/${await firstId()}/retry`)
    deepEqual([answer.status, answer.location], [303, '/records/failed_jobs'])
    match((await superadmin.get(answer.location)).text, /‘Push user update’ for Ben is tried again now/)
    await until(queue.isDone)
    deepEqual(app.users.get(user.uid)?.permissions, ['signin'])
    deepEqual(await eventsAbout(user), [{ number: 79, note: '(Push user update)', application: 'Whitehall' }])
  })

  it('begin again with all their attempts, from now on by the service’s clock', async () => {
    const user = await test.user('Cat')
    await addMail(user)
    await failAll()
    await rows(`update graphile_worker._private_jobs set run_at = run_at + interval '9 hours'`)
    await press(`/records/failed_jobs/${await firstId()}/retry`)
    const [job] = await rows<{ attempts: number; run_at: Date }>(
      'select attempts, run_at from graphile_worker.jobs',
    )
    deepEqual(job, { attempts: 0, run_at: test.clock.now() })
    const { text } = await superadmin.get('/records/failed_jobs')
    match(text, /No failed jobs/)
    doesNotMatch(text, /There are none/)
  })

  it('are given up for good, and leave an event', async () => {
    const user = await test.user('Dan')
    await addMail(user)
    await failAll()
    const path = `/records/failed_jobs/${await firstId()}/discard`
    const list = await superadmin.get('/records/failed_jobs')
    doesNotMatch(list.text, new RegExp(`<form[^>]*action="${path}"`))
    match(list.text, new RegExp(`<a[^>]*href="${path}"[^>]*>\\s*Give up`))
    const asked = await superadmin.get(path)
    match(asked.text, /<h1[^>]*>Give up on this message\?<\/h1>/)
    match(asked.text, /‘Send mail: password changed’ for Dan/)
    match(asked.text, /It will not be sent, and cannot be brought back\./)
    match(asked.text, /href="\/records\/failed_jobs">Cancel/)
    equal((await idsOfJobs()).length, 1)
    const answer = await superadmin.post(path, {})
    equal(answer.status, 303)
    match((await superadmin.get(answer.location)).text, /‘Send mail: password changed’ for Dan is given up/)
    deepEqual(await idsOfJobs(), [])
    deepEqual(await eventsAbout(user), [
      { number: 80, note: '(Send mail: password changed)', application: null },
    ])
  })

  it('are called messages where they are some, before they are given up', async () => {
    await signon.single.jobs.addScheduled('purge-expired')
    await failAll()
    const { text } = await superadmin.get(`/records/failed_jobs/${await firstId()}/discard`)
    match(text, /<h1[^>]*>Give up on this job\?<\/h1>(.|\n)*‘Purge expired’\.(.|\n)*It will not be done, and/)
    await rows('delete from graphile_worker._private_jobs')
  })

  it('are left alone, and that is said, when somebody else was faster or they are being done', async () => {
    const user = await test.user('Eve')
    await addMail(user)
    await failAll()
    const id = await firstId()
    const says = /govuk-notification-banner(.|\n)*not among the failed ones any more/
    await press(`/records/failed_jobs/${id}/retry`)
    const gone = await superadmin.get(`/records/failed_jobs/${id}/discard`)
    deepEqual([gone.status, gone.location], [303, '/records/failed_jobs'])
    match((await superadmin.get(gone.location)).text, says)
    for (const deed of ['retry', 'discard']) {
      const { status, location } = await press(`/records/failed_jobs/${id}/${deed}`)
      equal(status, 303)
      const { text } = await superadmin.get(location)
      match(text, says, deed)
      doesNotMatch(text, /notification-banner--success/)
    }
    await failAll()
    await rows(`update graphile_worker._private_jobs set locked_at = $1, locked_by = 'worker'`, [
      systemClock.now(),
    ])
    await press(`/records/failed_jobs/${id}/discard`)
    deepEqual(await idsOfJobs(), [id])
    await rows('delete from graphile_worker._private_jobs')
    match((await superadmin.get((await press(`/records/failed_jobs/${id}/retry`)).location)).text, says)
    deepEqual(
      (await eventsAbout(user)).map(({ number }) => number),
      [79],
    )
    for (const odd of ['0', '-1', 'x', '9223372036854775808', '%27', 'ALL'])
      equal((await press(`/records/failed_jobs/${odd}/retry`)).status, 404, odd)
  })

  it('happen to each once, however many press at once', async () => {
    const user = await test.user('Fay')
    await addMail(user)
    await failAll()
    const id = await firstId()
    const jobs = await Promise.all([
      retryJob(signon, actor, id),
      discardJob(signon, actor, id),
      retryJob(signon, actor, id),
      retryAllJobs(signon, actor).then((count) => (count === 0 ? undefined : count)),
    ])
    equal(jobs.filter((job) => job !== undefined).length, 1)
    equal((await eventsAbout(user)).length, 1)
  })

  it('are tried again all together, each with its event, and those that wait are not touched', async () => {
    const [gus, hal] = [await test.user('Gus'), await test.user('Hal')]
    await addMail(gus)
    await addMail(gus)
    await failAll()
    await addMail(hal)
    const waiting = () =>
      rows(`select run_at from graphile_worker.jobs where id = (select max(id) from graphile_worker.jobs)`)
    const before = await waiting()
    const answer = await press('/records/failed_jobs/all/retry')
    match((await superadmin.get(answer.location)).text, /2 jobs are tried again now\./)
    deepEqual(await waiting(), before)
    deepEqual(
      (await queue.pushes()).map(({ attempts }) => attempts),
      [0, 0, 0],
    )
    deepEqual(
      (await eventsAbout(gus)).map(({ number }) => number),
      [79, 79],
    )
    deepEqual(await eventsAbout(hal), [])
    match(
      (await superadmin.get((await press('/records/failed_jobs/all/retry')).location)).text,
      /No job was left/,
    )
  })

  it('are read page by page, the last queued first, each once', async () => {
    const user = await test.user('Ida')
    for (let number = 0; number < 60; number += 1) await addMail(user)
    await failAll()
    const ids: string[] = []
    let address = '/records/failed_jobs'
    for (let pages = 0; address !== '' && pages < 5; pages += 1) {
      const { text } = await superadmin.get(address)
      ids.push(...[...text.matchAll(/failed_jobs\/(\d+)\/retry/g)].map(([, id = '']) => id))
      address = /href="(\/records\/failed_jobs\?before=\d+)"/.exec(text)?.[1] ?? ''
    }
    deepEqual(ids, [...(await idsOfJobs())].reverse())
    match((await superadmin.get('/records/failed_jobs?before=1')).text, /No more failed jobs/)
    equal((await superadmin.get('/records/failed_jobs?before=x')).status, 200)
  })
})
