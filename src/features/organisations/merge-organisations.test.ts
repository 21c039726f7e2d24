import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OrganisationId } from '#domain/organisation.ts'
import { roles } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { closeOrganisation } from './close-organisation.ts'
import { mergeOrganisations } from './merge-organisations.ts'

const test = await startSignon()
const { signon } = test

const nowhere = '00000000-0000-4000-8000-000000000000'
const countOf = (id: OrganisationId) => signon.single.organisationMembers.count(id)
const notesOf = (number: number, note: string) =>
  test.rows<{ actor_kind: string }>('select actor_kind from events where number = $1 and note = $2', [
    number,
    note,
  ])

/** People of an organisation, as many as are asked for. */
const fill = (organisation: OrganisationId, name: string, count: number) =>
  test.rows(
    `insert into users (uid, kind, name, email, organisation_id, created_at, updated_at)
     select md5($2 || n)::uuid, 'person', $2 || ' ' || n, lower($2) || '.' || n || '@example.gov.uk', $1, $3, $3
     from generate_series(1, $4::integer) n`,
    [organisation, name, signon.clock.now(), count],
  )

describe('merging an organisation into another', () => {
  it('is for operators only', async () => {
    const [from, into] = [await test.organisation('Kept'), await test.organisation('Keeper')]
    await fill(from, 'Kept', 1)
    for (const role of roles) {
      const { id: userId } = await test.user(`Merges ${role}`, { role, organisationId: into })
      const actor = { kind: 'person', userId } as const
      await rejects(mergeOrganisations(signon, actor, { from: { id: from }, into: { id: into } }), {
        code: 'forbidden',
      })
      await rejects(closeOrganisation(signon, actor, { organisation: { id: from } }), { code: 'forbidden' })
    }
    deepEqual([await countOf(from), await test.events()], [1, []])
  })

  it('BO-Q9: refuses organisations that there are not, and moves nobody without one', async () => {
    const there = await test.organisation('There')
    await test.user('Without')
    await fill(there, 'There', 2)
    for (const gone of [
      { contentId: nowhere },
      { slug: 'no-such-place' },
      { slug: '' },
      { id: 999999 as OrganisationId },
    ])
      for (const which of [
        { from: gone, into: { id: there } },
        { from: { id: there }, into: gone },
      ])
        for (const isRehearsal of [true, false])
          await rejects(mergeOrganisations(signon, operator, { ...which, isRehearsal }), {
            code: 'not-found',
          })
    deepEqual([await countOf(there), await test.events()], [2, []])
  })

  it('refuses the same twice, and one that is closed', async () => {
    const there = await test.organisation('Twice')
    const closed = await test.organisation('Closed', { isClosed: true })
    await rejects(mergeOrganisations(signon, operator, { from: { id: there }, into: { slug: 'twice' } }), {
      code: 'invalid',
    })
    await rejects(mergeOrganisations(signon, operator, { from: { id: there }, into: { id: closed } }), {
      code: 'conflict',
      message: 'Closed is closed, and so nobody can be put into it.',
    })
  })

  it('BO-Q8 BO-Q16: counts before it moves, records each person and the whole, and tells applications', async () => {
    const [from, into] = [
      await test.organisation('Old Board', { isClosed: true }),
      await test.organisation('New Board'),
    ]
    const ann = await test.user('Ann', { organisationId: from, role: 'organisation_admin' })
    await test.user('Bob', { organisationId: from })
    await test.user('Cat', { organisationId: into })
    const both = { from: { slug: 'old-board' }, into: { slug: 'new-board' } }

    const rehearsed = await mergeOrganisations(signon, operator, { ...both, isRehearsal: true })
    deepEqual([rehearsed.matched, rehearsed.emails], [2, ['ann@example.gov.uk', 'bob@example.gov.uk']])
    deepEqual([await countOf(from), await test.events(), await test.jobs()], [2, [], []])

    const merged = await mergeOrganisations(signon, operator, both)
    deepEqual([merged.matched, merged.emails], [2, ['ann@example.gov.uk', 'bob@example.gov.uk']])
    deepEqual([await countOf(from), await countOf(into)], [0, 3])
    deepEqual(await test.events(ann.uid), [46])
    deepEqual(await test.jobs(), ['announce-user', 'announce-user'])
    equal((await notesOf(46, 'from Old Board to New Board')).length, 2)
    deepEqual(await notesOf(87, 'from Old Board to New Board'), [{ actor_kind: 'console' }])

    const again = await mergeOrganisations(signon, operator, both)
    deepEqual([again.matched, again.emails], [0, []])
    equal((await notesOf(87, 'from Old Board to New Board')).length, 1)
    await test.rows('delete from graphile_worker._private_jobs')
  })

  it('moves everybody once, when two do it at once, and somebody leaves meanwhile', async () => {
    const [from, into] = [await test.organisation('Large'), await test.organisation('Larger')]
    const elsewhere = await test.organisation('Elsewhere')
    await fill(from, 'Large', 250)
    const which = { from: { id: from }, into: { id: into } }
    const [one, other] = await Promise.all([
      mergeOrganisations(signon, operator, which),
      mergeOrganisations(signon, operator, which),
      test.rows(`update users set organisation_id = $1 where email = 'large.250@example.gov.uk'`, [
        elsewhere,
      ]),
    ])
    const moved = [...one.emails, ...other.emails]
    equal(new Set(moved).size, moved.length)
    deepEqual([await countOf(from), (await countOf(into)) + (await countOf(elsewhere))], [0, 250])
    equal((await notesOf(46, 'from Large to Larger')).length, moved.length)
  })

  it('goes on where it was broken off', async () => {
    const [from, into] = [await test.organisation('Broken'), await test.organisation('Whole')]
    await fill(from, 'Broken', 150)
    const which = { from: { id: from }, into: { id: into } }
    let transactions = 0
    const dying: typeof signon = {
      ...signon,
      transaction: (working) => {
        transactions += 1
        return transactions > 1 ? Promise.reject(new Error('killed')) : signon.transaction(working)
      },
    }
    await rejects(mergeOrganisations(dying, operator, which), /killed/)
    deepEqual([await countOf(from), await countOf(into)], [50, 100])
    equal((await mergeOrganisations(signon, operator, which)).emails.length, 50)
    deepEqual([await countOf(from), await countOf(into)], [0, 150])
    equal((await notesOf(46, 'from Broken to Whole')).length, 150)
  })
})

describe('closing an organisation', () => {
  it('says how many people are in it, keeps them there, and is done once', async () => {
    const id = await test.organisation('Ending')
    await fill(id, 'Ending', 3)
    const close = (isRehearsal = false) =>
      closeOrganisation(signon, operator, { organisation: { slug: 'ending' }, isRehearsal })
    const facts = ({ hasChanged, people }: Awaited<ReturnType<typeof close>>) => ({ hasChanged, people })
    deepEqual(facts(await close(true)), { hasChanged: true, people: 3 })
    deepEqual(
      [(await signon.single.organisations.seek(id))?.isClosed, await notesOf(86, 'Ending')],
      [false, []],
    )

    const both = (await Promise.all([close(), close()])).map(facts)
    deepEqual(both.map(({ hasChanged }) => hasChanged).sort(), [false, true])
    deepEqual(facts(await close()), { hasChanged: false, people: 3 })
    deepEqual([(await signon.single.organisations.seek(id))?.isClosed, await countOf(id)], [true, 3])
    deepEqual(await notesOf(86, 'Ending'), [{ actor_kind: 'console' }])
  })

  it('refuses one that there is not', async () => {
    for (const organisation of [{ slug: 'no-such-place' }, { contentId: nowhere }])
      await rejects(closeOrganisation(signon, operator, { organisation }), { code: 'not-found' })
  })
})
