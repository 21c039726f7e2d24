import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { testCommands } from '#test/commands.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const folder = await mkdtemp(join(tmpdir(), 'signon-hygiene-'))
after(() => rm(folder, { recursive: true, force: true }))
const { run, json, refusal } = testCommands(test, folder)
const treasury = await test.organisation('Treasury')
await test.organisation('Closed', { isClosed: true })
const words = 'data-hygiene bulk-update-organisation people.csv'.split(' ')
const file = (...rows: readonly string[]) => writeFile(join(folder, 'people.csv'), rows.join('\n'))
const headers = 'Old email,New email,New organisation'
const seek = ({ id }: User) => test.signon.single.users.seek(id)

beforeEach(() => test.rows('delete from users'))

describe('data-hygiene bulk-update-organisation', () => {
  it('moves people and asks their new addresses to confirm, and may be run again', async () => {
    const [ann, bob] = [await test.user('Ann'), await test.user('Bob')]
    const { user: moved } = { user: await test.user('Moved', { email: 'moved.new@example.gov.uk' }) }
    await file(
      'Comment,New organisation,Old email,New email',
      'x,treasury,ANN@example.gov.uk,ann.new@example.gov.uk',
      '',
      'x,treasury,bob@example.gov.uk,bob@example.gov.uk',
      'x,treasury,moved@example.gov.uk,moved.new@example.gov.uk',
    )
    const details = [
      { row: 2, email: ann.email, outcome: 'would change; ann.new@example.gov.uk must be confirmed' },
      { row: 4, email: bob.email, outcome: 'would change' },
      { row: 5, email: 'moved@example.gov.uk', outcome: 'looks to have already been updated' },
    ]
    deepEqual(await json(...words, '--dry-run'), { matched: 3, changed: 0, details, dry_run: true })
    deepEqual([(await seek(ann))?.organisationId, await test.events(ann.uid)], [null, []])

    deepEqual((await json(...words)).changed, 2)
    for (const user of [ann, bob]) equal((await seek(user))?.organisationId, treasury)
    equal((await test.signon.single.emailChanges.seek(ann.id))?.email, 'ann.new@example.gov.uk')
    deepEqual([await test.events(ann.uid), await test.events(bob.uid)], [[46, 16], [46]])
    deepEqual(
      (await test.mails()).map(({ to }) => to).toSorted(),
      [ann.email, 'ann.new@example.gov.uk'].toSorted(),
    )

    deepEqual((await json(...words)).changed, 0)
    deepEqual([await test.mails(), (await seek(moved))?.organisationId], [[], null])
  })

  it('goes on past a row that fails, and ends with failure', async () => {
    const [ann, bob] = [await test.user('Ann'), await test.user('Bob')]
    await file(
      headers,
      'nobody@example.gov.uk,nobody.new@example.gov.uk,treasury',
      `ann@example.gov.uk,${bob.email},treasury`,
      'bob@example.gov.uk,bob.new@example.gov.uk,treasury',
    )
    const { code, out, err } = await run(...words)
    deepEqual([code, err], [1, '2 of 3 rows failed.\n'])
    match(out, /row 2 {2}nobody@example\.gov\.uk {2}failed: There is no account for nobody/)
    match(out, /row 3 {2}ann@example\.gov\.uk +failed: There is already an account for bob/)
    deepEqual([(await seek(ann))?.organisationId, (await seek(bob))?.organisationId], [null, treasury])
    deepEqual(await test.events(ann.uid), [])
  })

  it('refuses the whole file for anything that is wrong in it, with the numbers of its rows', async () => {
    const bob = await test.user('Bob')
    await file(
      headers,
      'bob@example.gov.uk,bob.new@example.gov.uk,treasury',
      'ann@example.gov.uk,nonsense,nowhere',
      'bob@example.gov.uk,bob.new@example.gov.uk,closed',
      ',x@example.gov.uk,',
    )
    const [code, kind, message] = await refusal(...words)
    deepEqual([code, kind], [1, 'invalid'])
    for (const line of [
      /Row 3: nonsense: Enter an email address/,
      /Row 3: There is no organisation with the slug nowhere\./,
      /Row 4: bob@example\.gov\.uk is in row 2, too\./,
      /Row 4: bob\.new@example\.gov\.uk is in row 2, too\./,
      /Row 4: The organisation closed is closed\./,
      /Row 5: There is no old email\./,
      /Row 5: There is no new organisation\./,
    ])
      match(message, line)
    equal((await seek(bob))?.organisationId, null)
    await file('Old email,New email', 'a@example.gov.uk,b@example.gov.uk')
    match((await refusal(...words))[2], /must have the headers 'Old email', 'New email', 'New organisation'/)
    await file(headers)
    match((await refusal(...words))[2], /has no rows/)
    match((await refusal('data-hygiene', 'bulk-update-organisation', 'missing.csv'))[2], /cannot be read/)
  })
})
