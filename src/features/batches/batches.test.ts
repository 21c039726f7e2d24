import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BatchId } from '#domain/batch.ts'
import type { Jobs } from '#domain/jobs.ts'
import type { User } from '#domain/user.ts'
import { day } from '#kernel/clock.ts'
import type { Page, TestBrowser } from '#test/browser.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { inviteBatch } from './invite-batch.job.ts'

const test = await startSignon({ trustedProxies: ['127.0.0.1'] })
const { signon, clock, rows } = test
const journal = { error: () => undefined }

const cabinet = await test.organisation('Cabinet Office')
await test.organisation('Strict Office', { requiresTwoStep: true })
await test.organisation('Closed Office', { isClosed: true })
const whitehall = await test.application('Whitehall', { permissions: ['editor', 'reserved'] })
await test.application('Content API', { isApiOnly: true, permissions: ['api only'] })
await test.application('Gone', { permissions: ['gone'] })
await rows(`update applications set retired_at = $1 where name = 'Gone'`, [clock.now()])
await rows(`update permissions set is_grantable_from_ui = false where name = 'reserved'`)
await rows(`update permissions set is_default = true where application_id = $1 and name = 'signin'`, [
  whitehall.id,
])
const ada = await test.user('Ada', { role: 'admin', twoStep: true })
const sue = await test.user('Sue', { role: 'superadmin', twoStep: true })

const permission = async (name: string, { id }: TestApplication = whitehall): Promise<string> =>
  String(await signon.single.grants.findPermission(id, name))
const [signin, editor, reserved] = [
  await permission('signin'),
  await permission('editor'),
  await permission('reserved'),
]

const page = '/batch_invitations/new'
const tokenOn = ({ text }: Page) => /name="csrf_token" value="([^"]+)"/.exec(text)?.[1] ?? ''

/** Sends a file as browsers do. */
const upload = async (browser: TestBrowser, file: string | Buffer, more: Record<string, string> = {}) => {
  const form = new FormData()
  form.set('csrf_token', tokenOn(await browser.get(page)))
  for (const [name, value] of Object.entries(more)) form.set(name, value)
  const bytes = typeof file === 'string' ? Buffer.from(file) : file
  form.set('batch_invitation[user_names_and_emails]', new File([new Uint8Array(bytes)], 'users.csv'))
  return browser.send('/batch_invitations', { method: 'POST', body: form })
}

let made = 0
const fresh = (name: string) => `${name}.${++made}@example.gov.uk`
const csv = (...lines: readonly string[]) => ['Name,Email,Organisation', ...lines].join('\n')

/** Uploads a good file; the answer is where it goes on. */
const uploaded = async (browser: TestBrowser, ...lines: readonly string[]): Promise<string> => {
  const answer = await upload(browser, csv(...lines))
  equal(answer.status, 303, answer.text)
  return answer.location
}
const idIn = (path: string) => Number(/\/(\d+)/.exec(path)?.[1]) as BatchId
const progressOf = (path: string) => `/batch_invitations/${idIn(path)}`
type Fields = readonly (readonly [string, string])[]
const permissions = (...ids: readonly string[]): Fields =>
  ids.map((id) => ['user[supported_permission_ids][]', id] as const)

/** Does what the worker would, until the batch has ended. */
const work = async (): Promise<number> => {
  for (let jobs = 0; ; jobs += 1) {
    const [job] = await rows<{ payload: Jobs['invite-batch'] }>(
      `delete from graphile_worker._private_jobs job using graphile_worker._private_tasks task
       where task.id = job.task_id and task.identifier = 'invite-batch' returning job.payload`,
    )
    if (!job) return jobs
    await inviteBatch(signon, journal)(job.payload)
  }
}
const person = async (email: string): Promise<User> => signon.single.users.findByEmail(email)
const count = async (table: string) => (await rows(`select from ${table}`)).length

describe('uploading a batch', () => {
  it('is for superadmins and admins', async () => {
    for (const user of [ada, sue]) equal((await (await test.signedIn(user)).get(page)).status, 200)
    for (const role of ['super_organisation_admin', 'organisation_admin', 'normal'] as const) {
      const other = await test.user(`Other ${role}`, { role, organisationId: cabinet, twoStep: true })
      const browser = await test.signedIn(other)
      const paths = [
        page,
        '/batch_invitations',
        '/batch_invitations/1',
        '/batch_invitations/1/permissions/new',
      ]
      for (const path of paths) equal((await browser.get(path)).status, 403, `${role} ${path}`)
      const form = { csrf_token: tokenOn(await browser.get('/account/password/edit')) }
      for (const path of [
        '/batch_invitations',
        '/batch_invitations/1/permissions/new',
        '/batch_invitations/1/retry',
      ])
        equal((await browser.post(path, form, '/account/password/edit')).status, 403, `${role} ${path}`)
    }
    equal((await test.browser().get(page)).location, '/users/sign_in')
    equal(await count('batches'), 0)
  })

  it('is refused without the token of the form, whatever the form is sent as', async () => {
    const browser = await test.signedIn(ada)
    const file = csv(`Ben,${fresh('ben')},`)
    const bare = new FormData()
    bare.set('batch_invitation[pasted]', file)
    const foreign = new FormData()
    foreign.set('csrf_token', tokenOn(await test.browser().get('/users/sign_in')))
    foreign.set('batch_invitation[pasted]', file)
    const asFile = new FormData()
    asFile.set('csrf_token', new File([tokenOn(await browser.get(page))], 'token'))
    const twice = new FormData()
    for (const token of [tokenOn(await browser.get(page)), 'x']) twice.append('csrf_token', token)
    for (const body of [
      bare,
      foreign,
      asFile,
      twice,
      new URLSearchParams({ 'batch_invitation[pasted]': file }),
    ])
      equal((await browser.send('/batch_invitations', { method: 'POST', body })).status, 422)
    equal(await count('batches'), 0)
  })

  it('takes no more than a file, no larger one than it must, and nothing that is no form', async () => {
    const browser = await test.signedIn(ada)
    equal((await upload(browser, Buffer.alloc(2 * 1024 * 1024 + 1, 'x'))).status, 413)
    const several = new FormData()
    for (const name of ['one', 'other']) several.append(name, new File(['x'], name))
    equal((await browser.send('/batch_invitations', { method: 'POST', body: several })).status, 400)
    const many = new FormData()
    for (let field = 0; field < 30; field += 1) many.append(`field${field}`, 'x')
    equal((await browser.send('/batch_invitations', { method: 'POST', body: many })).status, 400)
    for (const [type, body] of [
      ['multipart/form-data', 'x'],
      ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf'],
      [
        'multipart/form-data; boundary=x',
        '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
      ],
    ] as const) {
      const sent = Buffer.from(body, 'latin1')
      const init = { method: 'POST', headers: { 'content-type': type }, body: new Uint8Array(sent) }
      equal((await browser.send('/batch_invitations', init)).status, 400, body)
      // Elsewhere no form brings a file.
      equal((await browser.send('/account/password/edit', init)).status, 415)
    }
  })

  it('keeps a good file, from a spreadsheet or pasted, and sends nothing', async () => {
    const browser = await test.signedIn(ada)
    const [ben, cat] = [fresh('ben'), fresh('cat')]
    match(
      await uploaded(browser, `Ben,${ben},cabinet-office`),
      /^\/batch_invitations\/\d+\/permissions\/new$/,
    )
    const pasted = `Email\tName\r\n${cat}\tCat\r\n`
    const answer = await browser.post('/batch_invitations', { 'batch_invitation[pasted]': pasted }, page)
    equal(answer.status, 303)
    const other = await upload(browser, '', { 'batch_invitation[pasted]': pasted })
    equal(other.status, 303)
    const kept = await rows('select name, email from batch_rows where batch_id = $1', [idIn(other.location)])
    deepEqual(kept, [{ name: 'Cat', email: cat }])
    deepEqual([await test.jobs(), await test.events(), await test.mails()], [[], [], []])
  })

  it('admin-ui 13, observation 9: takes every encoding, and says when it had to guess', async () => {
    const browser = await test.signedIn(ada)
    const file = csv(`Zoë,${fresh('zoe')},`)
    const files = [
      Buffer.from(file),
      Buffer.from(`\ufeff${file}`),
      Buffer.from(`\ufeff${file}`, 'utf16le'),
      Buffer.from(`\ufeff${file}`, 'utf16le').swap16(),
      Buffer.from(file, 'latin1'),
    ]
    for (const [index, bytes] of files.entries()) {
      const { text } = await browser.get((await upload(browser, bytes)).location)
      match(text, /<td[^>]*>Zoë<\/td>/)
      equal(/read as Windows-1252/.test(text), index === 4)
    }
  })

  it('admin-ui 13, observation 9: names every row that is wrong before anything is kept, and shows its words as text', async () => {
    const before = await count('batches')
    const browser = await test.signedIn(ada)
    const answer = await upload(
      browser,
      csv(
        `<b>Ben</b>,<script>alert(1)</script>,`,
        `,${fresh('no.name')},`,
        `Cat,same@example.gov.uk,`,
        `Dan,SAME@example.gov.uk,`,
        `Eve,${fresh('eve')},nowhere`,
        `Fay,${fresh('fay')},closed-office`,
        `Gil,${fresh('gil')},`,
      ),
    )
    equal(answer.status, 422)
    match(answer.text, /<title>\s*Error: Upload a batch of users/)
    match(answer.text, /<a href="#mistakes">There are 5 mistakes in the rows\. Nobody has been invited/)
    for (const [row, words] of [
      [2, /correct format, like name@example\.gov\.uk: “&lt;script&gt;alert\(1\)&lt;\/script&gt;”/],
      [3, /Enter a name: “no\.name/],
      [5, /is in row 4 already.+“same@example\.gov\.uk”/],
      [6, /no organisation with this slug: “nowhere”/],
      [7, /organisation is closed: “closed-office”/],
    ] as const)
      match(answer.text, new RegExp(`<td[^>]*>${row}</td>\\s*<td[^>]*>[^<]*${words.source}`))
    doesNotMatch(answer.text, /<script>alert|Gil/)
    equal(await count('batches'), before)
  })

  it('shows the first hundred mistakes, and how many there are beside', async () => {
    const browser = await test.signedIn(ada)
    const lines = Array.from({ length: 5000 }, (_, line) => `User ${line},bad${line},`)
    const { text } = await upload(browser, csv(...lines))
    match(text, /There are 5,000 mistakes in the rows/)
    match(text, /“bad99”/)
    doesNotMatch(text, /“bad100”/)
    match(text, /And 4,900 more\./)
  })

  it('says what is wrong with a file as a whole, and keeps what was pasted', async () => {
    const browser = await test.signedIn(ada)
    const cases = [
      ['', /You must upload a file, or paste its rows/],
      ['Nom,Courriel\nA,b', /CSV must have headers including &#39;Name&#39; and &#39;Email&#39;/],
      ['Name,Email\n', /CSV had no rows\./],
      ['Name,Email\n"x', /in row 2 a quotation mark/],
      [csv(...Array.from({ length: 5001 }, (_, row) => `N,n${row}@example.gov.uk,`)), /It has 5,001 users/],
    ] as const
    for (const [file, words] of cases) {
      const { text } = await upload(browser, file)
      match(text, words)
      match(text, /<title>\s*Error: /)
    }
    const answer = await browser.post('/batch_invitations', { 'batch_invitation[pasted]': '<i>x</i>' }, page)
    match(answer.text, /<textarea[^>]*>\s*&lt;i&gt;x&lt;\/i&gt;<\/textarea>/)
    // reference/admin-ui.md 12, 10: the mistake is not told of any more after a good upload.
    doesNotMatch((await browser.get(await uploaded(browser, `H,${fresh('h')},`))).text, /problem/)
  })

  it('forgets a week later what nobody sent', async () => {
    const browser = await test.signedIn(ada)
    const old = await uploaded(browser, `Ian,${fresh('ian')},`)
    clock.step(7 * day + 1)
    const later = await test.signedIn(ada)
    await uploaded(later, `Jan,${fresh('jan')},`)
    equal((await later.get(old)).status, 404)
  })
})

describe('choosing what a batch may do', () => {
  it('shows what the file comes to, and offers what may be given, with the defaults ticked', async () => {
    const browser = await test.signedIn(ada)
    const path = await uploaded(
      browser,
      `Kim,${fresh('kim')},cabinet-office`,
      `"=HYPERLINK(""x"")",${fresh('lea')},`,
      `Ada again,${ada.email.toUpperCase()},`,
    )
    const { text } = await browser.get(path)
    match(text, /3 users/)
    match(text, /Invite 2 users/)
    match(text, /<li>ada@example\.gov\.uk<\/li>/)
    match(text, /None named: 2 users/)
    match(text, /Cabinet Office: 1 user</)
    match(text, /=HYPERLINK\(&quot;x&quot;\)/)
    match(text, new RegExp(`value="${signin}" checked`))
    match(text, /Has access to Whitehall\?/)
    match(text, new RegExp(`value="${editor}">`))
    doesNotMatch(text, /api only|gone|reserved|Closed Office/)
    deepEqual(await test.mails(), [])
  })

  it('says so when everybody has an account', async () => {
    const browser = await test.signedIn(ada)
    const { text } = await browser.get(await uploaded(browser, `Ada,${ada.email},`))
    match(text, /There is nobody to invite/)
    doesNotMatch(text, /Invite \d/)
  })

  it('is for its creator: to others the batch is not there', async () => {
    const mine = await test.signedIn(ada)
    const path = await uploaded(mine, `Mia,${fresh('mia')},`)
    const other = await test.signedIn(sue)
    equal((await other.get(path)).status, 404)
    equal((await other.post(path, permissions(signin), page)).status, 404)
    equal((await other.post(`${progressOf(path)}/retry`, {}, page)).status, 404)
    for (const id of ['0', '-1', '999999999', '99999999999', 'x', '1e3', '%00'])
      for (const one of [`/batch_invitations/${id}`, `/batch_invitations/${id}/permissions/new`]) {
        const { status } = await mine.get(one)
        equal(status === 404 || status === 400, true, `${one} ${status}`)
      }
    const progress = await other.get(progressOf(path))
    match(progress.text, /permissions have not been chosen/)
    doesNotMatch(progress.text, /Manage permissions for new users/)
    match((await mine.get(progressOf(path))).text, /Manage permissions for new users/)
    deepEqual(await test.jobs(), [])
  })

  it('is refused with permissions that make no sense, and keeps what was chosen', async () => {
    const browser = await test.signedIn(ada)
    const path = await uploaded(browser, `Ned,${fresh('ned')},`)
    const alone = await browser.post(path, permissions(editor))
    match(alone.text, /<title>\s*Error: /)
    match(alone.text, /To give permissions for Whitehall, tick “Has access to Whitehall\?” too/)
    match(alone.text, new RegExp(`value="${editor}" checked`))
    match(alone.text, new RegExp(`value="${signin}">`))
    for (const bad of [reserved, '999999999', 'x', '-1'])
      match((await browser.post(path, permissions(signin, bad))).text, /is not offered, or not any more/)
    const [closed] = await rows<{ id: number }>(`select id from organisations where slug = 'closed-office'`)
    for (const organisation of [String(closed?.id), '999999999', 'x'])
      match(
        (await browser.post(path, [['batch_invitation[organisation_id]', organisation]])).text,
        /Choose an organisation from the list, or None/,
      )
    deepEqual(await test.jobs(), [])
  })

  it('admin-ui 13, observation 8: begins the batch once, however often it is sent', async () => {
    const browser = await test.signedIn(ada)
    const path = await uploaded(browser, `Oli,${fresh('oli')},`, `Pia,${fresh('pia')},`)
    const form = new URLSearchParams([
      ...permissions(signin),
      ['csrf_token', tokenOn(await browser.get(path))],
    ] as [string, string][])
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => browser.send(path, { method: 'POST', body: form })),
    )
    deepEqual(
      [...new Set(answers.map(({ status, location }) => `${status} ${location}`))],
      [`303 ${progressOf(path)}`],
    )
    const later = await browser.post(path, permissions(signin, editor), page)
    equal(later.location, progressOf(path))
    match(
      (await browser.get(later.location)).text,
      /Permissions have already been set for this batch of users/,
    )
    deepEqual(await test.jobs(), ['invite-batch', 'send-mail'])
    const events = await rows(
      'select actor_id, note, about_uid, host(address) as address from events where number = 76',
    )
    deepEqual(events, [{ actor_id: ada.id, note: '2 users', about_uid: null, address: '127.0.0.1' }])
    const kept = await rows('select permission_id from batch_permissions where batch_id = $1', [idIn(path)])
    deepEqual(kept, [{ permission_id: Number(signin) }])
    await work()
    equal((await browser.get(path)).location, progressOf(path))
    deepEqual(
      (await test.mails()).map(({ to, subject }) => [to.replace(/\..*/, ''), /Set up/.test(subject)]).sort(),
      [
        ['oli', false],
        ['oli', true],
        ['pia', false],
        ['pia', true],
      ],
    )
  })
})

describe('a batch that is sent', () => {
  it('invites everybody once, with organisation, permissions and 2-step verification, and skips whoever is there (admin-ui 12, case 9; EL-Q4)', async () => {
    const browser = await test.signedIn(ada)
    const [own, given, strict] = [fresh('own'), fresh('given'), fresh('strict')]
    const path = await uploaded(
      browser,
      `Own <b>,${own},cabinet-office`,
      `Given,${given},`,
      `Strict,${strict},strict-office`,
      `Sue,${sue.email},cabinet-office`,
    )
    const answer = await browser.post(path, [
      ...permissions(signin, editor),
      ['batch_invitation[organisation_id]', String(cabinet)],
    ])
    match((await browser.get(answer.location)).text, /Scheduled invitation of 4 users/)
    match((await browser.get(answer.location)).text, /In progress\. 0 of 4 users processed\./)
    equal(await work(), 1)

    const { text } = await browser.get(progressOf(path))
    match(text, /4 users processed\./)
    match(text, /Own &lt;b&gt;/)
    match(text, /Skipped: user already existed\./)
    equal(text.match(/<td[^>]*>Invited<\/td>/g)?.length, 3)
    doesNotMatch(text, /data-progress="running"|Try \d/)

    for (const email of [own, given]) {
      const user = await person(email)
      deepEqual(
        [user.role, user.organisationId, user.invitedBy, user.invitedAt],
        ['normal', cabinet, ada.id, clock.now()],
      )
      deepEqual(await signon.single.grants.held(user.id, whitehall.id), ['editor', 'signin'])
      equal((await signon.single.twoStep.find(user.id)).isRequired, false)
      deepEqual(await test.events(user.uid), [37, 35])
    }
    deepEqual(
      await rows('select number, actor_id, note from events where about_uid = $1 order by id', [
        (await person(own)).uid,
      ]),
      [
        { number: 37, actor_id: ada.id, note: 'in a batch' },
        { number: 35, actor_id: ada.id, note: '(editor, signin)' },
      ],
    )
    equal((await signon.single.users.find({ email: sue.email })).organisationId, null)
    deepEqual(await signon.single.grants.held(sue.id, whitehall.id), [])
    deepEqual((await test.mails()).map(({ to }) => to).sort(), [given, own, strict].sort())
  })

  it('mandates 2-step verification for whoever has no organisation, or for all, and tells of it as a single invitation does', async () => {
    const browser = await test.signedIn(ada)
    const required = async (fields: Fields): Promise<readonly unknown[]> => {
      const [alone, member] = [fresh('alone'), fresh('member')]
      const path = await uploaded(browser, `Alone,${alone},`, `Member,${member},cabinet-office`)
      await browser.post(path, fields)
      await work()
      const mails = await test.mails()
      return Promise.all(
        [alone, member].map(async (email) => {
          const { id, uid } = await person(email)
          const { isRequired } = await signon.single.twoStep.find(id)
          const subjects = mails.filter(({ to }) => to === email).map(({ subject }) => subject)
          return [isRequired, await test.events(uid), subjects.sort()]
        }),
      )
    }
    const invitation = '[Test] Set up your GOV.UK publishing account'
    const mandate = '[Test] Make your Signon account more secure'
    const mandated = [true, [37, 42], [mandate, invitation]]
    deepEqual(await required([]), [mandated, [false, [37], [invitation]]])
    deepEqual(await required([['user[require_2sv]', '1']]), [mandated, mandated])
  })

  it('fails in one row alone, and only that is tried again (admin-ui 12, case 12)', async () => {
    const browser = await test.signedIn(ada)
    const [bad, good] = [fresh('a.bad'), fresh('good')]
    const path = await uploaded(browser, `Bad,${bad},strict-office`, `Good,${good},cabinet-office`)
    await browser.post(path, permissions(signin))
    await rows(`update organisations set is_closed = true where slug = 'strict-office'`)
    await work()
    const { text } = await browser.get(progressOf(path))
    match(text, /2 users processed\. 1 user could not be invited\./)
    match(text, /Failed: The organisation is closed\./)
    match(text, /Try 1 user again/)
    const failed = await browser.get(`${progressOf(path)}?outcome=failed`)
    match(failed.text, new RegExp(bad))
    doesNotMatch(failed.text, new RegExp(good))
    // Anybody who looks after accounts may look; only its creator tries again.
    doesNotMatch((await (await test.signedIn(sue)).get(progressOf(path))).text, /Try 1 user again/)

    await rows(`update organisations set is_closed = false where slug = 'strict-office'`)
    const retries = await Promise.all(
      [1, 2, 3].map(() => browser.post(`${progressOf(path)}/retry`, {}, progressOf(path))),
    )
    deepEqual(
      retries.map(({ status }) => status),
      [303, 303, 303],
    )
    await work()
    match((await browser.get(progressOf(path))).text, /2 users processed\.\s*</)
    deepEqual((await test.mails()).map(({ to }) => to).sort(), [bad, good])
    const notes = await rows('select note from events where number = 76 order by id desc limit 2')
    deepEqual(notes, [{ note: '1 user, tried again' }, { note: '2 users' }])

    const none = await browser.post(`${progressOf(path)}/retry`, {}, page)
    match((await browser.get(none.location)).text, /There is nobody in this batch to try again/)
    deepEqual([await work(), await test.mails()], [0, []])
  })

  it('is stopped when its creator may not invite any more, and goes on when they may', async () => {
    const boss = await test.user('Boss', { role: 'admin', twoStep: true })
    const path = await uploaded(await test.signedIn(boss), `Ron,${fresh('ron')},`)
    await (await test.signedIn(boss)).post(path, permissions(signin))
    await rows(`update users set role = 'normal' where id = $1`, [boss.id])
    await work()
    match(
      (await (await test.signedIn(ada)).get(progressOf(path))).text,
      /Stopped, because whoever uploaded it/,
    )
    deepEqual(await rows('select note, actor_kind from events where number = 100'), [
      { note: 'Boss may not invite any more', actor_kind: 'signon' },
    ])
    deepEqual(await test.mails(), [])
    equal(
      (await (await test.signedIn(boss)).post(`${progressOf(path)}/retry`, {}, '/account/password/edit'))
        .status,
      403,
    )

    await rows(`update users set role = 'admin' where id = $1`, [boss.id])
    const browser = await test.signedIn(boss)
    match((await browser.get(progressOf(path))).text, /Go on with 1 user/)
    await browser.post(`${progressOf(path)}/retry`, {}, progressOf(path))
    await signon.single.users.suspend(boss.id, 'Left')
    await work()
    deepEqual(await test.mails(), [])
    await rows('delete from users where id = $1', [boss.id])
    match((await (await test.signedIn(ada)).get(progressOf(path))).text, /An account that is gone/)
  })

  it('shows its rows a hundred at a time', async () => {
    const browser = await test.signedIn(ada)
    const lines = Array.from({ length: 250 }, (_, line) => `User ${line},${fresh('paged')},`)
    const path = progressOf(await uploaded(browser, ...lines))
    const numbers: number[] = []
    for (let next: string | undefined = path; next; ) {
      const { text } = await browser.get(next)
      numbers.push(...[...text.matchAll(/data-heading="Row">(\d+)</g)].map(([, number]) => Number(number)))
      next = /href="([^"]+)"[^>]*rel="next"/.exec(text)?.[1]
    }
    deepEqual(
      numbers,
      lines.map((_, line) => line + 2),
    )
    equal((await browser.get(`${path}?after=x`)).status, 400)
  })
})

describe('the list of batches', () => {
  it('has everybody’s, the newest first, a page at a time', async () => {
    const browser = await test.signedIn(sue)
    const newest = idIn(await uploaded(browser, `Tom,${fresh('tom')},`))
    await rows(
      `insert into batches (created_by, state, encoding, row_count, created_at)
       select $1, 'draft', 'utf-8', 1, $2 from generate_series(1, 30)`,
      [ada.id, clock.now()],
    )
    const { text } = await browser.get('/batch_invitations')
    match(text, /by Ada/)
    const older = /href="(\/batch_invitations\?before=\d+)"/.exec(text)?.[1] ?? ''
    const next = await browser.get(older)
    match(next.text, new RegExp(`href="/batch_invitations/${newest}"`))
    match(next.text, /Finished\s*</)
    equal((await browser.get('/batch_invitations?before=x')).status, 400)
  })
})
