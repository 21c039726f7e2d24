import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon } = test

const content = await test.application('Content store', { permissions: ['editor', 'export', 'import'] })
const router = await test.application('Router')
const other = await test.application('Other', { permissions: ['editor'] })
const browser = await test.signedIn(await test.user('Sue', { role: 'superadmin', twoStep: true }))

const applicationsPath = ({ id }: User) => `/api_users/${id}/applications`
const changePath = ({ id }: User, application = content) =>
  `/api_users/${id}/applications/${application.id}/permissions/edit`

const idOf = async (name: string, application = content): Promise<string> =>
  String(await signon.single.grants.findPermission(application.id, name))

/** Sends the form as it was shown, with these boxes ticked. */
const save = async (
  user: User,
  shown: readonly string[],
  ticked: readonly string[],
  application = content,
) => {
  const page = await browser.get(changePath(user))
  const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const body = new URLSearchParams({ csrf_token: csrf })
  for (const id of shown) body.append('held', id)
  for (const id of ticked) body.append('permissions', id)
  return browser.send(changePath(user, application), { method: 'POST', body })
}

const held = async (user: User) => (await signon.single.grants.heldByApplication(user.id))['Content store']

describe('what an API user holds', () => {
  it('is listed for applications that it has a token for, with a way to change it where there is anything', async () => {
    const { user } = await test.machine('Robot', content)
    await test.grant(user, content, 'editor')
    await test.grant(user, other, 'signin', 'editor')
    await signon.single.apiTokens.add({
      user: user.id,
      application: router.id,
      text: signon.random.uuid(),
      purpose: null,
      expiresAt: null,
    })
    const { text } = await browser.get(applicationsPath(user))
    match(text, /Apps Robot has access to/)
    match(text, /Content store[\s\S]*Content store for tests[\s\S]*signin, editor[\s\S]*Update<span/)
    match(text, /Router/)
    equal([...text.matchAll(/>\s*Update</g)].length, 1)
    doesNotMatch(text, /Other/)
    equal((await browser.get(changePath(user, other))).status, 404)
    equal((await browser.get(changePath(user, router))).status, 404)
  })

  it('roles 8, case 17: leaves these pages with its last token, and stays', async () => {
    const { user, tokenId } = await test.machine('Fading', content)
    equal((await browser.get(changePath(user))).status, 200)
    await signon.single.apiTokens.revoke(tokenId)
    match((await browser.get(applicationsPath(user))).text, /no token for any application/)
    equal((await browser.get(changePath(user))).status, 404)
    deepEqual(await held(user), ['signin'])
  })
})

describe('changing it', () => {
  it('gives what was ticked and takes what was not, and tells the application', async () => {
    const { user } = await test.machine('Changing', content)
    await test.grant(user, content, 'export')
    const [editor, exporting, importing] = [await idOf('editor'), await idOf('export'), await idOf('import')]
    const form = (await browser.get(changePath(user))).text
    match(form, new RegExp(`name="held" value="${exporting}"`))
    doesNotMatch(form, /value="signin"|>\s*signin\s*</)
    const before = (await test.jobs()).length

    const answer = await save(user, [exporting], [editor, importing])
    deepEqual([answer.status, answer.location], [303, applicationsPath(user)])
    match((await browser.get(applicationsPath(user))).text, /Permissions updated/)
    deepEqual(await held(user), ['signin', 'editor', 'import'])
    const notes = await test.rows('select number, note from events where about_uid = $1 order by id', [
      user.uid,
    ])
    deepEqual(notes, [
      { number: 35, note: '(editor, import)' },
      { number: 36, note: '(export)' },
    ])
    deepEqual((await test.jobs()).slice(before), ['announce-user', 'announce-user'])
  })

  it('keeps what somebody else changed meanwhile', async () => {
    const { user } = await test.machine('Shared', content)
    const [editor, exporting] = [await idOf('editor'), await idOf('export')]
    await test.grant(user, content, 'import')
    // This form was shown when `export` was held and `import` was not.
    equal((await save(user, [exporting], [exporting, editor])).status, 303)
    deepEqual(await held(user), ['signin', 'editor', 'import'])
  })

  it('reaches neither signin nor what only Signon gives, nor what is of another application', async () => {
    const { user } = await test.machine('Bounded', content)
    await signon.single.grants.addPermission(content.id, {
      name: 'user_update_permission',
      isDelegated: false,
      isDefault: false,
      isGrantableFromUi: false,
    })
    await test.grant(user, content, 'user_update_permission')
    doesNotMatch((await browser.get(changePath(user))).text, /user_update_permission/)
    const [signin, hidden, foreign] = [
      await idOf('signin'),
      await idOf('user_update_permission'),
      await idOf('editor', other),
    ]
    for (const id of [signin, hidden, foreign, '999999']) {
      equal((await save(user, [], [id])).status, 404, id)
      equal((await save(user, [id], [])).status, 404, id)
    }
    for (const id of ['x', '-1', '1e3', '']) equal((await save(user, [], [id])).status, 400, id)
    equal((await save(user, [], [foreign], other)).status, 404)
    deepEqual(await held(user), ['signin', 'user_update_permission'])
    deepEqual(await test.events(user.uid), [])
  })

  it('happens once when it is sent twice at once', async () => {
    const { user } = await test.machine('Double', content)
    const editor = await idOf('editor')
    const answers = await Promise.all([1, 2, 3].map(() => save(user, [], [editor])))
    deepEqual(
      answers.map(({ status }) => status),
      [303, 303, 303],
    )
    deepEqual(await test.events(user.uid), [35])
  })
})
