import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OrganisationId } from '#domain/organisation.ts'
import type { RuleDuration } from '#domain/parent-rule.ts'
import { roles } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { addParent, blockParent, endParentRule } from './change-parents.ts'

const test = await startSignon()
const { signon } = test

const ada = await test.user('Ada', { role: 'superadmin', twoStep: true })
const superadmin = await test.signedIn(ada)

const edge = (child: OrganisationId, parent: OrganisationId) => ({
  child: { id: child },
  parent: { id: parent },
})
const lasting = (lasts: RuleDuration, reason = 'They share a team') => ({ lasts, reason })
const isAbove = async (parent: OrganisationId, child: OrganisationId): Promise<boolean> =>
  (await signon.single.organisationParents.seek({ child, parent }))?.isEffective ?? false
const notes = async (about: string) =>
  (
    await test.rows<{ number: number; note: string }>(
      `select number, note from events where note like $1 order by id`,
      [`${about}%`],
    )
  ).map(({ number, note }) => `${number} ${note}`)

/** The text of a page’s main part, in one line. */
const wordsOf = (page: string): string =>
  (page.split('<main')[1] ?? '').replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
const pageOf = async (id: OrganisationId, browser = superadmin): Promise<string> =>
  (await browser.get(`/organisations/${id}`)).text

const hiddenIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )

const adding = (id: OrganisationId) => `/organisations/${id}/parents/new`
const blocking = (child: OrganisationId, parent: OrganisationId) =>
  `/organisations/${child}/parents/${parent}/block`
const ending = (child: OrganisationId, parent: OrganisationId) =>
  `/organisations/${child}/parents/${parent}/end`

describe('who changes the graph of organisations', () => {
  it('is a superadmin: nobody else, whatever they send', async () => {
    const [child, parent] = [await test.organisation('Kept child'), await test.organisation('Kept parent')]
    for (const role of roles.filter((one) => one !== 'superadmin')) {
      const user = await test.user(`Other ${role}`, { role, organisationId: child, twoStep: true })
      const browser = await test.signedIn(user)
      for (const path of [adding(child), blocking(child, parent), ending(child, parent)]) {
        equal((await browser.get(path)).status, 403, `${role} ${path}`)
        equal(
          (
            await browser.post(
              path,
              { parent: String(parent), lasts: 'permanently', reason: 'x' },
              '/account',
            )
          ).status,
          403,
          `${role} ${path}`,
        )
      }
      const actor = { kind: 'person', userId: user.id } as const
      for (const change of [addParent, blockParent])
        await rejects(change(signon, actor, { ...edge(child, parent), ...lasting('permanently') }), {
          code: 'forbidden',
        })
      await rejects(endParentRule(signon, actor, edge(child, parent)), { code: 'forbidden' })
    }
    deepEqual([await isAbove(parent, child), await test.events()], [false, []])
    doesNotMatch(
      await pageOf(child, await test.signedIn(await test.user('Reads', { role: 'admin', twoStep: true }))),
      /parents\/new/,
    )
  })

  it('sends a form that was ours, about organisations that there are, with a reason of some length', async () => {
    const [child, parent] = [await test.organisation('Odd child'), await test.organisation('Odd parent')]
    const fields = { parent: String(parent), lasts: 'permanently', reason: 'x' }
    for (const path of [adding(child), blocking(child, parent), ending(child, parent)]) {
      const send = (form: Record<string, string>) =>
        superadmin.send(path, { method: 'POST', body: new URLSearchParams(form) })
      equal((await send(fields)).status, 422, path)
      equal((await send({ ...fields, csrf_token: 'forged' })).status, 422, path)
      equal((await send({ ...fields, reason: 'x'.repeat(1_000_000) })).status, 413, path)
    }
    for (const odd of ['999999', '0', '-1', 'x', '99999999999', '%27'])
      for (const path of [
        `/organisations/${odd}/parents/new`,
        `/organisations/${odd}/parents/${parent}/block`,
        `/organisations/${child}/parents/${odd}/block`,
        `/organisations/${child}/parents/${odd}/end`,
      ]) {
        equal((await superadmin.get(path)).status, 404, path)
        equal((await superadmin.post(path, { ...fields, was: 'added' }, '/account')).status, 404, path)
      }
    for (const wrong of ['', '0', 'x', '999999', String(child), `${parent} `]) {
      const { status, text } = await superadmin.post(adding(child), { ...fields, parent: wrong })
      equal(status, 422, wrong)
      match(text, /href="#parent">Choose a parent from the list/)
    }
    for (const path of [adding(child), blocking(child, parent)]) {
      for (const reason of ['', ' \t ', 'x'.repeat(256), 'é'.repeat(20_000)]) {
        const { status, text } = await superadmin.post(path, { ...fields, reason })
        equal(status, 422)
        match(text, /<title>\s*Error: /)
        match(text, /href="#reason">(?:Enter a reason|Reason must be 255 characters or less)</)
      }
      for (const lasts of ['', 'forever', '__proto__'])
        match(
          (await superadmin.post(path, { ...fields, lasts })).text,
          /href="#lasts">Choose how long it lasts</,
        )
    }
    equal((await superadmin.get(blocking(child, child))).status, 400)
    equal((await superadmin.post(blocking(child, child), fields, '/account')).status, 400)
    await rejects(addParent(signon, operator, { ...edge(child, child), ...lasting('permanently') }), {
      message: 'An organisation cannot be a parent of itself.',
    })
    deepEqual([await isAbove(parent, child), await test.events()], [false, []])
  })

  it('reads markup in a reason as it was typed', async () => {
    const [child, parent] = [
      await test.organisation('Markup <i>child</i>'),
      await test.organisation('Markup <b>parent'),
    ]
    const reason = `<script>alert(1)</script> "quoted" ${'x'.repeat(200)}`
    await superadmin.post(adding(child), {
      parent: String(parent),
      lasts: 'permanently',
      reason: ` ${reason} `,
    })
    for (const page of [
      await pageOf(child),
      await pageOf(parent),
      (await superadmin.get(ending(child, parent))).text,
    ]) {
      doesNotMatch(page, /<script>alert|<i>child|<b>parent/)
      match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &quot;quoted&quot; x{200}/)
    }
    const { text } = await superadmin.post(blocking(child, parent), { lasts: '', reason })
    doesNotMatch(text, /<script>alert/)
    match(text, /value="&lt;script&gt;/)
  })
})

describe('a parent that is added by hand', () => {
  it('is above at once, beside the others, and says where it comes from', async () => {
    const source = await test.organisation('Source parent')
    const child = await test.organisation('Two above', { parents: [source] })
    const parent = await test.organisation('Hand parent')
    const form = await superadmin.get(adding(child))
    match(form.text, /<h1[^>]*>Add a parent to Two above</)
    doesNotMatch(form.text, new RegExp(`<option value="${child}"`))
    const sent = await superadmin.post(adding(child), {
      parent: String(parent),
      lasts: 'next-import',
      reason: '  They share a team ',
    })
    deepEqual([sent.status, sent.location], [303, `/organisations/${child}`])
    const { text } = await superadmin.get(sent.location)
    match(text, /From now on, Hand parent is a parent of Two above\./)
    match(
      wordsOf(text),
      /Parent organisations Hand parent Added by Ada on 2 November 2026 until the next import: They share a team Remove Hand parent as a parent .*Source parent From GOV\.UK Block Source parent as a parent/,
    )
    match(wordsOf(await pageOf(parent)), /Child organisations .* Two above Added by Ada on 2 November 2026/)
    deepEqual(await notes('Hand parent above Two above'), [
      '83 Hand parent above Two above until the next import: They share a team',
    ])
  })

  it('is added once: the same again changes nothing, and another reason is a change', async () => {
    const [child, parent] = [await test.organisation('Again child'), await test.organisation('Again parent')]
    const add = (lasts: RuleDuration, reason?: string) =>
      addParent(signon, operator, { ...edge(child, parent), ...lasting(lasts, reason) })
    const all = await Promise.all([
      add('permanently'),
      add('permanently'),
      add('permanently', ' They share a team'),
    ])
    deepEqual(all.map(({ hasChanged }) => hasChanged).sort(), [false, false, true])
    equal((await add('permanently', 'Another')).hasChanged, true)
    equal((await add('next-import', 'Another')).hasChanged, true)
    equal((await notes('Again parent')).length, 3)
    match(wordsOf(await pageOf(child)), /Added by test on 2 November 2026 until the next import: Another/)
    const again = await superadmin.post(adding(child), {
      parent: String(parent),
      lasts: 'next-import',
      reason: 'Another',
    })
    match(
      (await superadmin.get(again.location)).text,
      /is a parent of Again child already: nothing was changed/,
    )
  })

  it('cannot close a circle, and is told the way that there is', async () => {
    const top = await test.organisation('Top')
    const middle = await test.organisation('Middle', { parents: [top] })
    const bottom = await test.organisation('Bottom', { parents: [middle] })
    const { status, text } = await superadmin.post(adding(top), {
      parent: String(bottom),
      lasts: 'permanently',
      reason: 'Round',
    })
    equal(status, 422)
    match(
      text,
      /href="#parent">Bottom is already below Top, so it cannot be above it as well\. The way down is: Top, then Middle, then Bottom\.</,
    )
    match(text, new RegExp(`<option value="${bottom}" selected`))
    equal(await isAbove(bottom, top), false)

    // Once nothing leads down any more, it may be above.
    await blockParent(signon, operator, { ...edge(bottom, middle), ...lasting('permanently') })
    equal(
      (await addParent(signon, operator, { ...edge(top, bottom), ...lasting('permanently') })).hasChanged,
      true,
    )
    // And now the way of before would close the circle, so it stays blocked.
    const refused = await superadmin.post(ending(bottom, middle), {})
    equal(refused.status, 409)
    match(
      refused.text,
      /href="#end">Middle is already below Bottom, .*The way down is: Bottom, then Top, then Middle\.</,
    )
    equal(await isAbove(middle, bottom), false)
    deepEqual(await notes('Middle above Bottom'), ['84 Middle above Bottom permanently: They share a team'])
  })

  it('does not close a circle when two administrators add its halves at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await test.organisation(`A ${round}`), await test.organisation(`B ${round}`)]
      const outcomes = await Promise.allSettled([
        addParent(signon, operator, { ...edge(a, b), ...lasting('permanently') }),
        addParent(signon, operator, { ...edge(b, a), ...lasting('permanently') }),
      ])
      deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      equal(Number(await isAbove(a, b)) + Number(await isAbove(b, a)), 1)
    }
  })

  it('is gone when it is removed, and stays where GOV.UK has it too', async () => {
    const source = await test.organisation('Also source')
    const child = await test.organisation('Removing', { parents: [source] })
    const parent = await test.organisation('Only hand')
    for (const one of [source, parent])
      await addParent(signon, operator, { ...edge(child, one), ...lasting('permanently') })
    match(
      wordsOf(await pageOf(child)),
      /Also source From GOV\.UK, and added by test on 2 November 2026 permanently/,
    )
    match(
      wordsOf((await superadmin.get(ending(child, parent))).text),
      /GOV\.UK does not say that Only hand is a parent of [^,]*, so from then on it will not be\./,
    )
    match(
      wordsOf((await superadmin.get(ending(child, source))).text),
      /GOV\.UK says that Also source is a parent/,
    )
    for (const one of [source, parent]) equal((await superadmin.post(ending(child, one), {})).status, 303)
    deepEqual([await isAbove(source, child), await isAbove(parent, child)], [true, false])
    deepEqual(await notes('Only hand above Removing, was'), [
      '85 Only hand above Removing, was added permanently',
    ])
    equal((await superadmin.get(ending(child, parent))).status, 404)
  })
})

describe('a parent that is blocked', () => {
  it('is above no more, and stands in a list of its own until that ends', async () => {
    const parent = await test.organisation('Blocked parent')
    const child = await test.organisation('Blocked child', { parents: [parent] })
    match(
      (await superadmin.get(blocking(child, parent))).text,
      /<h1[^>]*>Block Blocked parent as a parent of Blocked child</,
    )
    const sent = await superadmin.post(blocking(child, parent), {
      lasts: 'permanently',
      reason: 'Wrong on GOV.UK',
    })
    deepEqual([sent.status, await isAbove(parent, child)], [303, false])
    match(
      wordsOf(await pageOf(child)),
      /Parent organisations No parent Blocked parents Blocked parent Blocked by Ada on 2 November 2026 permanently: Wrong on GOV\.UK Stop blocking Blocked parent as a parent/,
    )
    match(wordsOf(await pageOf(parent)), /None Blocked children Blocked child Blocked by Ada/)
    doesNotMatch((await superadmin.get('/organisations?filter=blocked-child')).text, />Blocked parent</)

    equal((await superadmin.post(ending(child, parent), {})).status, 303)
    equal(await isAbove(parent, child), true)
    deepEqual(await notes('Blocked parent above'), [
      '84 Blocked parent above Blocked child permanently: Wrong on GOV.UK',
      '85 Blocked parent above Blocked child, was blocked permanently',
    ])
  })

  it('may be one that GOV.UK does not have, or not yet', async () => {
    const [child, parent] = [await test.organisation('Later child'), await test.organisation('Later parent')]
    const block = () => blockParent(signon, operator, { ...edge(child, parent), ...lasting('permanently') })
    deepEqual([(await block()).hasChanged, (await block()).hasChanged], [true, false])
    await test.rows('update organisation_parents set is_in_source = true where child_id = $1', [child])
    equal(await isAbove(parent, child), false)
    await test.rows('update organisation_parents set is_in_source = false where child_id = $1', [child])
    equal((await endParentRule(signon, operator, edge(child, parent))).hasChanged, true)
    deepEqual(await test.rows('select from organisation_parents where child_id = $1', [child]), [])
    equal((await endParentRule(signon, operator, edge(child, parent))).hasChanged, false)
  })

  it('is added by hand, or the other way round, and the last word holds', async () => {
    const [child, parent] = [await test.organisation('Words child'), await test.organisation('Words parent')]
    const both = { ...edge(child, parent), ...lasting('permanently') }
    await addParent(signon, operator, both)
    await blockParent(signon, operator, both)
    equal(await isAbove(parent, child), false)
    await addParent(signon, operator, { ...both, ...lasting('next-import') })
    equal(await isAbove(parent, child), true)
    deepEqual(
      (await notes('Words parent')).map((note) => note.slice(0, 2)),
      ['83', '84', '83'],
    )
  })

  it('is not ended by a form that was about something else', async () => {
    const parent = await test.organisation('Stale parent')
    const child = await test.organisation('Stale child', { parents: [parent] })
    const both = { ...edge(child, parent), ...lasting('permanently') }
    await addParent(signon, operator, both)
    const { text } = await superadmin.get(ending(child, parent))
    const { csrf_token: token = '', was = '' } = hiddenIn(text)
    await addParent(signon, operator, { ...both, reason: 'Another reason' })
    const send = (form: Record<string, string>) =>
      superadmin.send(ending(child, parent), {
        method: 'POST',
        body: new URLSearchParams({ csrf_token: token, ...form }),
      })
    const late = await send({ was })
    equal(late.status, 409)
    match(late.text, /Somebody has set something else since you opened this page/)
    for (const form of [{}, { was: '' }, { was: 'added' }] as Record<string, string>[])
      equal((await send(form)).status, 409)
    await blockParent(signon, operator, both)
    equal((await send({ was: hiddenIn(late.text)['was'] ?? '' })).status, 409)
    equal(await isAbove(parent, child), false)
  })

  it('is not blocked by a form that was about something else (roles 9, observation 9)', async () => {
    const parent = await test.organisation('Late parent')
    const child = await test.organisation('Late child', { parents: [parent] })
    const both = { ...edge(child, parent), ...lasting('permanently') }
    const ways = [
      () => blockParent(signon, operator, both),
      () => blockParent(signon, operator, { ...both, lasts: 'next-import' }),
      () => blockParent(signon, operator, { ...both, reason: 'Another <b>' }),
      () => addParent(signon, operator, both),
      () => endParentRule(signon, operator, both),
    ]
    for (const change of ways) {
      const opened = await superadmin.get(blocking(child, parent))
      await change()
      const seen = await signon.single.organisationParents.seek({ child, parent })
      const told = (await notes('Late parent above')).length
      const send = (form: Record<string, string>) =>
        superadmin.send(blocking(child, parent), {
          method: 'POST',
          body: new URLSearchParams({ ...hiddenIn(opened.text), ...lasting('permanently', 'Mine'), ...form }),
        })
      // What has faults comes back with what was seen at first.
      const faulty = await send({ reason: '' })
      deepEqual([faulty.status, hiddenIn(faulty.text)['was']], [422, hiddenIn(opened.text)['was']])
      for (const form of [{}, { was: '' }]) {
        const late = await send(form)
        equal(late.status, 409)
        match(late.text, /<title>\s*Error: Block/)
        match(late.text, /Somebody has set something else since you opened this page\. Nothing was changed/)
        match(late.text, /value="Mine"/)
        match(late.text, /From GOV\.UK|Blocked by test|added by test/)
        equal((await send({ was: hiddenIn(late.text)['was'] ?? '', reason: '' })).status, 422)
      }
      deepEqual(await signon.single.organisationParents.seek({ child, parent }), seen)
      equal((await notes('Late parent above')).length, told)
    }
    equal((await superadmin.post(blocking(child, parent), lasting('permanently', 'Mine'))).status, 303)
  })

  it('is not added over what somebody set by hand: that is ended first', async () => {
    const [child, parent] = [await test.organisation('Over child'), await test.organisation('Over parent')]
    const both = { ...edge(child, parent), ...lasting('permanently') }
    const add = (reason: string) =>
      superadmin.post(adding(child), { parent: String(parent), lasts: 'next-import', reason })
    for (const [set, words] of [
      [blockParent, 'Blocked'],
      [addParent, 'Added'],
    ] as const) {
      await set(signon, operator, both)
      const { status, text } = await add('Mine')
      equal(status, 422)
      match(
        text,
        new RegExp(
          `href="#parent">Something is set by hand of Over parent and Over child already \\(${words} by test on 2 November 2026 permanently: They share a team\\)\\. Nothing was changed: end that on the page of Over child first, and add the parent then\\.<`,
        ),
      )
      match(text, /value="Mine"/)
      equal((await superadmin.post(ending(child, parent), {})).status, 303)
      equal((await add('Mine')).status, 303)
      equal((await superadmin.post(ending(child, parent), {})).status, 303)
    }
  })

  it('is set by one of two who send it at once, and the other is told', async () => {
    const [child, parent] = [await test.organisation('Both child'), await test.organisation('Both parent')]
    const hidden = hiddenIn((await superadmin.get(blocking(child, parent))).text)
    const sent = await Promise.all(
      ['One', 'Two', 'Three'].map((reason) =>
        superadmin.send(blocking(child, parent), {
          method: 'POST',
          body: new URLSearchParams({ ...hidden, ...lasting('permanently', reason) }),
        }),
      ),
    )
    deepEqual(sent.map(({ status }) => status).sort(), [303, 409, 409])
    equal((await notes('Both parent above')).length, 1)
  })
})

describe('the page of an organisation, of the graph', () => {
  it('tells how far its administrators reach, each organisation once, and closed ones too', async () => {
    const top = await test.organisation('Reach top')
    const left = await test.organisation('Reach left', { parents: [top] })
    const right = await test.organisation('Reach right', { parents: [top], isClosed: true })
    const both = await test.organisation('Reach both', { parents: [left, right] })
    for (const [name, organisationId] of Object.entries({ top, left, right, both }))
      await test.user(`In ${name}`, { organisationId })
    match(
      wordsOf(await pageOf(top)),
      /3 organisations are below Reach top, directly or further down\. 4 people are in it or below it\./,
    )
    match(wordsOf(await pageOf(left)), /1 organisation is below Reach left.* 2 people are/)
    match(wordsOf(await pageOf(both)), /No organisation is below Reach both.* 1 person is/)
    await blockParent(signon, operator, { ...edge(left, top), ...lasting('permanently') })
    match(wordsOf(await pageOf(top)), /2 organisations are below Reach top.* 3 people are/)
  })

  it('tells since when GOV.UK does not list it', async () => {
    const id = await test.organisation('Vanished')
    doesNotMatch(wordsOf(await pageOf(id)), /Not listed/)
    await test.rows('update organisations set vanished_at = $2 where id = $1', [
      id,
      new Date('2026-10-03T12:00:00Z'),
    ])
    match(wordsOf(await pageOf(id)), /On GOV\.UK Not listed since 3 October 2026/)
  })

  it('names whoever set something by the name that they have, and somebody when they are gone', async () => {
    const [child, parent] = [await test.organisation('Whose child'), await test.organisation('Whose parent')]
    const ben = await test.user('Ben', { role: 'superadmin', twoStep: true })
    const actor = { kind: 'person', userId: ben.id } as const
    await addParent(signon, actor, { ...edge(child, parent), ...lasting('permanently') })
    await test.rows(`update users set name = 'Benjamin' where id = $1`, [ben.id])
    match(wordsOf(await pageOf(child)), /Added by Benjamin on/)
    await test.rows('delete from users where id = $1', [ben.id])
    match(wordsOf(await pageOf(child)), /Added by somebody on/)
  })
})
