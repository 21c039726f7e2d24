import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const browser = await test.signedIn(await test.user('Olga', { role: 'superadmin', twoStep: true }))

const listOf = ({ id }: TestApplication) => `/applications/${id}/supported_permissions`

/** The page of one permission, named by the application and its name. */
const pageOf = async (application: TestApplication, name: string, page: 'edit' | 'confirm_destroy') => {
  const [row] = await test.rows<{ id: number }>(
    'select id from permissions where application_id = $1 and name = $2',
    [application.id, name],
  )
  return `${listOf(application)}/${row?.id}/${page}`
}

const typed = (name: string, ...options: readonly string[]) => [
  ['supported_permission[name]', name] as const,
  ...options.map((option) => ['supported_permission[options]', option] as const),
]

const add = (application: TestApplication, name: string, ...options: readonly string[]) =>
  browser.post(`${listOf(application)}/new`, typed(name, ...options))

const offered = async ({ id }: TestApplication) =>
  (
    await test.rows<{ name: string; is_delegated: boolean; is_default: boolean }>(
      'select name, is_delegated, is_default from permissions where application_id = $1 order by id',
      [id],
    )
  ).map(({ name, is_delegated, is_default }) => [name, is_delegated, is_default])

const eventsOf = async ({ id }: TestApplication) =>
  (
    await test.rows<{ number: number; note: string | null }>(
      'select number, note from events where application_id = $1 order by id',
      [id],
    )
  ).map(({ number, note }) => [number, note])

const hiddenIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )

const sendTo = (path: string, form: Readonly<Record<string, string>>) =>
  browser.send(path, { method: 'POST', body: new URLSearchParams(form) })

const hide = ({ id }: TestApplication, name: string) =>
  test.rows('update permissions set is_grantable_from_ui = false where application_id = $1 and name = $2', [
    id,
    name,
  ])

describe('the permissions of an application', () => {
  it('are listed with signin first, and without those that only Signon gives', async () => {
    const application = await test.application('Listed', {
      permissions: ['editor', 'Author <b>', 'secret one'],
    })
    await hide(application, 'secret one')
    const { text } = await browser.get(listOf(application))
    match(text, /Permissions for Listed/)
    match(text, /signin<[\s\S]*Author &lt;b&gt;<[\s\S]*editor</)
    doesNotMatch(text, /secret one|Author <b>/)
    equal(text.match(/confirm_destroy/g)?.length, 2)
    match(text, /What is a ‘delegated’ permission\?/)
  })

  it('are added, each name once in any case (roles 8, case 20; roles 9, observation 8)', async () => {
    const application = await test.application('Growing')
    const answer = await add(application, ' Managing Editor ', 'delegated')
    deepEqual([answer.status, answer.location], [303, listOf(application)])
    match(
      (await browser.get(answer.location)).text,
      /Successfully added permission Managing Editor to Growing\./,
    )
    await add(application, 'plain', 'default')
    for (const [name, fault] of [
      ['managing EDITOR', /Name has already been taken/],
      ['SIGNIN', /Name has already been taken/],
      ['  ', /Name can’t be blank/],
      ['x'.repeat(256), /255 characters or less/],
      ['one\ntwo', /one line of text/],
      ['User_Update_Permission', /is Signon’s own/],
    ] as const) {
      const page = await add(application, name, 'default')
      equal(page.status, 422, name)
      match(page.text, fault)
      match(page.text, /<title>\s*Error: Add permission for Growing/)
      match(page.text, /value="default" checked/)
    }
    deepEqual(await offered(application), [
      ['signin', true, false],
      ['Managing Editor', true, false],
      ['plain', false, true],
    ])
    deepEqual(await eventsOf(application), [
      [57, '(Managing Editor) delegated'],
      [57, '(plain) default'],
    ])
  })

  it('are changed under the eyes of two, and holders keep them under the new name', async () => {
    const application = await test.application('Renaming', { permissions: ['editor'] })
    const ben = await test.user('Ben')
    await test.grant(ben, application, 'editor')
    const path = await pageOf(application, 'editor', 'edit')
    const version = /name="version" value="([^"]+)"/.exec((await browser.get(path)).text)?.[1] ?? ''
    equal((await browser.post(path, typed('writer', 'delegated'))).status, 303)
    deepEqual(await test.signon.single.grants.held(ben.id, application.id), ['writer'])
    deepEqual(await eventsOf(application), [[74, '(editor) renamed to writer, delegated: yes']])

    const late = await browser.post(path, [...typed('author'), ['version', version]], listOf(application))
    equal(late.status, 409)
    match(late.text, /It is now called writer, is delegated, and is not a default permission/)
    match(late.text, /value="author"/)
    equal((await browser.post(path, typed('SIGNIN'))).status, 422)
    equal((await browser.post(path, typed('writer', 'delegated'))).status, 303)
    equal((await eventsOf(application)).length, 1)
  })

  it('keep the name of signin, which cannot be deleted either (observation 6)', async () => {
    const application = await test.application('Essential')
    const path = await pageOf(application, 'signin', 'edit')
    match((await browser.get(path)).text, /readonly/)
    for (const name of ['entry', 'Signin']) {
      const page = await browser.post(path, typed(name, 'delegated'))
      equal(page.status, 422)
      match(page.text, /Name of permission signin can’t be changed/)
    }
    equal((await browser.post(path, typed('signin'))).status, 303)
    const removal = await pageOf(application, 'signin', 'confirm_destroy')
    equal((await browser.get(removal)).status, 409)
    equal((await browser.post(removal, {}, listOf(application))).status, 409)
    deepEqual(await offered(application), [['signin', false, false]])
  })

  it('that nobody holds are deleted without a word about those who hold them', async () => {
    const application = await test.application('Unheld', { permissions: ['editor'] })
    const { text } = await browser.get(await pageOf(application, 'editor', 'confirm_destroy'))
    match(text, /Nobody holds it/)
    doesNotMatch(text, /each of them/)
  })

  it('are deleted with everybody’s grants: the page says whose, and the application is told (admin-ui 13, observation 13)', async () => {
    const application = await test.application('Shrinking', { permissions: ['editor'] })
    const users = await Promise.all(
      ['Una', 'Ugo', 'Ulf'].map((name) => test.user(name, { uses: [application] })),
    )
    for (const user of users) await test.grant(user, application, 'editor')
    const path = await pageOf(application, 'editor', 'confirm_destroy')
    const { text } = await browser.get(path)
    match(text, /3 users hold it, and will not hold it any more/)
    match(text, /If Shrinking takes push updates, it is told about each of them at once/)
    const jobs = (await test.jobs()).length
    const answer = await browser.post(path, {})
    deepEqual([answer.status, answer.location], [303, listOf(application)])
    match((await browser.get(answer.location)).text, /Successfully deleted permission editor\./)
    for (const { id } of users)
      deepEqual(await test.signon.single.grants.held(id, application.id), ['signin'])
    deepEqual(await eventsOf(application), [[75, '(editor) held by 3']])
    deepEqual((await test.jobs()).slice(jobs), ['announce-user', 'announce-user', 'announce-user'])
    const payloads = await test.rows<{ payload: object }>(
      `select payload from (
         select payload::jsonb as payload from graphile_worker._private_jobs order by id desc limit 3) last`,
    )
    deepEqual(
      payloads.map(({ payload }) => payload).toReversed(),
      users
        .map(({ id }) => id)
        .toSorted((one, other) => one - other)
        .map((user) => ({
          user,
          update: true,
          reauthenticate: false,
          isPatient: true,
          application: application.id,
          only: application.id,
        })),
    )
    equal((await browser.post(path, {}, listOf(application))).status, 404)
  })

  it('are deleted without a push where the application takes none', async () => {
    const application = await test.application('Deaf', {
      permissions: ['editor'],
      supportsPushUpdates: false,
    })
    const holder = await test.user('Ute', { uses: [application] })
    await test.grant(holder, application, 'editor')
    const jobs = (await test.jobs()).length
    equal((await browser.post(await pageOf(application, 'editor', 'confirm_destroy'), {})).status, 303)
    equal((await test.jobs()).length, jobs)
  })

  it('are deleted once, when two do it at the same moment', async () => {
    const application = await test.application('Contested', { permissions: ['editor'] })
    const path = await pageOf(application, 'editor', 'confirm_destroy')
    const form = hiddenIn((await browser.get(path)).text)
    const answers = await Promise.all([1, 2, 3].map(() => sendTo(path, form)))
    deepEqual(answers.map(({ status }) => status).sort(), [303, 404, 404])
    equal((await eventsOf(application)).length, 1)
  })

  it('are not deleted when they, or their holders, are others than the page showed (roles 9, observation 9)', async () => {
    const application = await test.application('Moving', { permissions: ['editor'] })
    const path = await pageOf(application, 'editor', 'confirm_destroy')
    const edit = path.replace('confirm_destroy', 'edit')
    const una = await test.user('Una Moving', { uses: [application] })
    for (const [change, words] of [
      [() => test.grant(una, application, 'editor'), /1 user holds it/],
      [() => test.rows('delete from grants where user_id = $1', [una.id]), /Nobody holds it/],
      [() => browser.post(edit, typed('writer')), /Delete writer permission for Moving/],
    ] as const) {
      const form = hiddenIn((await browser.get(path)).text)
      await change()
      for (const sent of [form, { csrf_token: form['csrf_token'] ?? '' }, { ...form, holders: '' }]) {
        const late = await sendTo(path, sent)
        equal(late.status, 409)
        match(late.text, /<title>\s*Error: Delete/)
        match(late.text, /has changed since you opened this page\. Nothing was deleted/)
        match(late.text, words)
      }
    }
    deepEqual(
      (await offered(application)).map(([name]) => name),
      ['signin', 'writer'],
    )
    deepEqual(
      (await eventsOf(application)).map(([number]) => number),
      [74],
    )
    // The page that tells it has been seen, too.
    const { text } = await sendTo(path, { ...hiddenIn((await browser.get(path)).text), version: '' })
    equal((await sendTo(path, hiddenIn(text))).status, 303)
  })

  it('are not reached through another application, hidden, or of a retired one (admin-ui 13, observation 13)', async () => {
    const application = await test.application('Victim', { permissions: ['editor', 'hidden'] })
    const other = await test.application('Other')
    await hide(application, 'hidden')
    const foreign = (await pageOf(application, 'editor', 'edit')).replace(
      String(application.id),
      String(other.id),
    )
    const paths = [
      foreign,
      foreign.replace('edit', 'confirm_destroy'),
      await pageOf(application, 'hidden', 'edit'),
      await pageOf(application, 'hidden', 'confirm_destroy'),
      `${listOf(application)}/0/edit`,
      `${listOf(application)}/99999999999/confirm_destroy`,
    ]
    for (const path of paths) {
      equal((await browser.get(path)).status, 404, path)
      equal((await browser.post(path, typed('mine'), listOf(application))).status, 404, path)
    }
    const own = [
      listOf(application),
      `${listOf(application)}/new`,
      await pageOf(application, 'editor', 'edit'),
      await pageOf(application, 'editor', 'confirm_destroy'),
    ]
    await browser.post(`/applications/${application.id}/retirement`, {})
    for (const path of own) {
      equal((await browser.get(path)).status, 404, path)
      if (path !== own[0])
        equal((await browser.post(path, typed('mine'), '/applications/new')).status, 404, path)
    }
    deepEqual(
      (await offered(application)).map(([name]) => name),
      ['signin', 'editor', 'hidden'],
    )
    deepEqual(
      (await eventsOf(application)).map(([number]) => number),
      [54],
    )
  })
})
