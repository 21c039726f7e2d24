import { deepEqual, match } from 'node:assert/strict'
import { userInfo } from 'node:os'
import { describe, it } from 'node:test'
import { testCommands } from '#test/commands.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()

const { run, json } = testCommands(test)
const isRequired = async (): Promise<boolean | undefined> =>
  (
    await test.rows<{ is: boolean }>(
      `select require_two_step as is from organisations where slug = 'cabinet-office'`,
    )
  )[0]?.is
const events = () => test.rows<object>('select number, note, actor_kind, actor_name from events order by id')

describe('organisations require-2sv', () => {
  it('requires it, says of every member what follows, and lifts it again', async () => {
    const organisationId = await test.organisation('Cabinet Office')
    await test.user('Ada', { organisationId })
    await test.user('Ben', { organisationId, twoStep: true })
    await test.user('Elsewhere')
    const line = ['organisations', 'require-2sv', 'cabinet-office']
    const asked = {
      organisation: 'cabinet-office',
      matched: 2,
      details: [
        { email: 'ada@example.gov.uk', outcome: 'asked to set it up' },
        { email: 'ben@example.gov.uk', outcome: 'has set it up' },
      ],
    }
    deepEqual(await json(...line, '--dry-run'), { ...asked, changed: 0, dry_run: true })
    match(
      (await run(...line, '--dry-run')).out,
      /Would be so: 2-step verification is required of everybody in Cabinet Office\. 1 of 2 members/,
    )
    deepEqual([await isRequired(), await events(), await test.jobs()], [false, [], []])

    deepEqual(await json(...line), { ...asked, changed: 1 })
    deepEqual([await isRequired(), await test.jobs()], [true, ['tell-organisation']])
    deepEqual(await json(...line), { ...asked, changed: 0 })
    match(
      (await run(...line)).out,
      /is required of everybody in Cabinet Office already\. Nothing was changed\./,
    )
    deepEqual(await test.jobs(), ['tell-organisation'])

    match(
      (await run(...line, '--off')).out,
      /ada@example\.gov\.uk {2}not asked any more\n(.|\n)*is not required of everybody in Cabinet Office\. 1 of 2 members are not asked any more\.\n$/,
    )
    deepEqual(
      [await isRequired(), await events()],
      [
        false,
        [70, 71].map((number) => ({
          number,
          note: 'Cabinet Office',
          actor_kind: 'console',
          actor_name: userInfo().username,
        })),
      ],
    )
  })

  it('refuses an organisation that there is not', async () => {
    const { code, err } = await run('organisations', 'require-2sv', 'no-such-place')
    deepEqual({ code, err }, { code: 1, err: 'There is no organisation with the slug no-such-place.\n' })
  })
})

describe('organisations list and show', () => {
  it('tell of organisations, and of where their edges come from', async () => {
    const top = await test.organisation('Shown top', { contentId: 'aaaaaaaa-0000-4000-8000-000000000001' })
    const id = await test.organisation('Shown', { parents: [top], isClosed: true })
    await test.user('Shown person', { organisationId: id })
    const listed = await json('organisations', 'list')
    deepEqual(
      listed
        .filter(({ slug }: { slug: string }) => slug.startsWith('shown'))
        .map((one: object) => Object.keys(one)),
      [0, 1].map(() => ['id', 'slug', 'content_id', 'name', 'abbreviation', 'closed']),
    )
    match((await run('organisations', 'list')).out, /^shown +Shown \(closed\) /m)

    const edge = { effective: true, in_source: true, rule: null }
    const shown = await json('organisations', 'show', 'AAAAAAAA-0000-4000-8000-000000000001')
    deepEqual(
      { slug: shown.slug, reach: shown.reach, parents: shown.parents, children: shown.children },
      {
        slug: 'shown-top',
        reach: { organisations: 1, people: 1 },
        parents: [],
        children: [{ slug: 'shown', name: 'Shown', ...edge }],
      },
    )
    match((await run('organisations', 'show', 'shown')).out, /^parent +shown-top +Shown top +From GOV\.UK$/m)
    const { code, err } = await run('organisations', 'show', 'no-such-place')
    deepEqual({ code, err }, { code: 1, err: 'There is no organisation with the slug no-such-place.\n' })
  })
})

describe('organisations parent', () => {
  it('adds, blocks and ends, says what holds, and changes nothing the second time', async () => {
    await test.organisation('Twig')
    await test.organisation('Branch')
    const both = ['twig', 'branch']
    const why = ['--until', 'next-import', '--reason', 'One team']
    const answer = { child: 'twig', parent: 'branch' }
    const add = ['organisations', 'parent', 'add', ...both, ...why]
    deepEqual(await json(...add), { ...answer, changed: true, effective: true })
    deepEqual(await json(...add), { ...answer, changed: false, effective: true })
    match((await run(...add)).out, /^Branch is a parent of Twig already\. Nothing was changed\.\n$/)
    const [parent] = (await json('organisations', 'show', 'twig')).parents
    deepEqual(
      { ...parent, rule: { ...parent.rule, since: null } },
      {
        slug: 'branch',
        name: 'Branch',
        effective: true,
        in_source: false,
        rule: {
          kind: 'added',
          lasts: 'next-import',
          reason: 'One team',
          by: userInfo().username,
          since: null,
        },
      },
    )

    const block = ['organisations', 'parent', 'block', ...both, '--until', 'permanent', '--reason', 'Wrong']
    match((await run(...block)).out, /^From now on, Branch is not a parent of Twig\.\n$/)
    deepEqual(await json(...block), { ...answer, changed: false, effective: false })
    const end = ['organisations', 'parent', 'end', ...both]
    deepEqual(await json(...end), { ...answer, changed: true, effective: false })
    deepEqual(await json(...end), { ...answer, changed: false, effective: false })
    deepEqual(
      await test.rows<{ note: string }>(
        `select number, note, actor_kind from events where number in (83, 84, 85) order by id`,
      ),
      [
        [83, 'Branch above Twig until the next import: One team'],
        [84, 'Branch above Twig permanently: Wrong'],
        [85, 'Branch above Twig, was blocked permanently'],
      ].map(([number, note]) => ({ number, note, actor_kind: 'console' })),
    )
  })

  it('refuses a circle with the way that there is, what is not there, and a line that is not whole', async () => {
    const trunk = await test.organisation('Trunk')
    await test.organisation('Leaf', { parents: [trunk] })
    const add = (...line: readonly string[]) => run('organisations', 'parent', 'add', ...line)
    const why = ['--until', 'permanently', '--reason', 'x']
    const refusals = [
      [['trunk', 'leaf', ...why], 1, /Leaf is already below Trunk, .*The way down is: Trunk, then Leaf\./],
      [['trunk', 'trunk', ...why], 1, /An organisation cannot be a parent of itself\./],
      [['trunk', 'nowhere', ...why], 1, /There is no organisation with the slug nowhere\./],
      [['trunk', 'leaf', '--until', 'permanently', '--reason', ' '], 1, /Enter a reason/],
      [['trunk', 'leaf', '--until', 'permanently', '--reason', 'x'.repeat(256)], 1, /255 characters or less/],
      [
        ['trunk', 'leaf', '--until', 'tomorrow', '--reason', 'x'],
        2,
        /--until must be next-import or permanent\./,
      ],
      [['trunk', 'leaf', '--reason', 'x'], 2, /--until must be given/],
      [['trunk', 'leaf', '--until', 'permanently'], 2, /--reason must be given/],
      [['trunk', ...why], 2, /PARENT must be given/],
    ] as const
    for (const [line, expected, words] of refusals) {
      const { code, out, err } = await add(...line)
      deepEqual([code, out], [expected, ''], line.join(' '))
      match(err, words)
    }
  })
})

describe('organisations close and merge', () => {
  it('say first what they would do, and then what they did, under both of their names', async () => {
    const contentId = 'bbbbbbbb-0000-4000-8000-000000000001'
    const old = await test.organisation('Old place', { contentId })
    const fresh = await test.organisation('New place', { contentId: 'bbbbbbbb-0000-4000-8000-000000000002' })
    await test.user('Mover', { organisationId: old })
    const closing = { matched: 1, people: 1 }
    deepEqual(await json('organisations', 'close', 'old-place', '--dry-run'), {
      ...closing,
      changed: 0,
      details: [{ organisation: 'old-place', outcome: 'would be closed' }],
      dry_run: true,
    })
    match(
      (await run('organisations', 'close', contentId)).out,
      /^Old place: closed\. 1 person is in it, and stays\.\nThe next import opens it again unless GOV\.UK has closed it, too\.\n$/,
    )
    deepEqual(await json('data-hygiene', 'close-organisation', contentId), {
      ...closing,
      changed: 0,
      details: [{ organisation: 'old-place', outcome: 'closed already' }],
    })

    const merging = { from: 'old-place', into: 'new-place', matched: 1 }
    const email = 'mover@example.gov.uk'
    deepEqual(await json('organisations', 'merge', 'old-place', 'new-place', '--dry-run'), {
      ...merging,
      changed: 0,
      details: [{ email, outcome: 'would be moved' }],
      dry_run: true,
    })
    const alias = [
      'data-hygiene',
      'bulk-update-user-organisation',
      contentId,
      'bbbbbbbb-0000-4000-8000-000000000002',
    ]
    deepEqual(await json(...alias), { ...merging, changed: 1, details: [{ email, outcome: 'moved' }] })
    match((await run(...alias)).out, /^0 people moved from Old place to New place\.\n$/)
    deepEqual(await test.rows('select organisation_id from users where email = $1', [email]), [
      { organisation_id: fresh },
    ])
  })

  it('BO-Q9: refuse what is not there', async () => {
    for (const line of [
      ['close', 'nowhere'],
      ['merge', 'nowhere', 'new-place'],
      ['merge', 'new-place', 'nowhere'],
    ]) {
      const { code, err } = await run('organisations', ...line)
      deepEqual({ code, err }, { code: 1, err: 'There is no organisation with the slug nowhere.\n' })
    }
    const { code, err } = await run(
      'data-hygiene',
      'close-organisation',
      'bbbbbbbb-0000-4000-8000-00000000000f',
    )
    deepEqual(
      { code, err },
      {
        code: 1,
        err: 'There is no organisation with the content id bbbbbbbb-0000-4000-8000-00000000000f.\n',
      },
    )
  })
})
