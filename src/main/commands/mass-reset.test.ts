import { deepEqual, equal, match } from 'node:assert/strict'
import { userInfo } from 'node:os'
import { describe, it } from 'node:test'
import { testCommands } from '#test/commands.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { run, json, refusal } = testCommands(test)
const command = ['users', 'reset-passwords', '--reason', 'leak'] as const

describe('users reset-passwords', () => {
  it('previews, resets, and leaves API users and those who do not fit alone', async () => {
    const home = await test.organisation('Home Office')
    const below = await test.organisation('Border Force', { parents: [home] })
    const ann = await test.user('Ann', { organisationId: below })
    const cy = await test.user('Cy')
    await test.machine('Robot', await test.application('Imports'))
    const chosen = [...command, '--organisation', 'home-office', '--with-below']
    deepEqual(await json(...chosen, '--dry-run'), {
      matched: 1,
      changed: 0,
      details: [{ email: ann.email, outcome: 'would be reset' }],
      selection: 'Home Office and all below it',
      dry_run: true,
    })
    equal(await test.signon.single.passwords.has(ann.id), true)

    const { id, ...document } = await json(...chosen)
    deepEqual(document, { matched: 1, changed: 1, details: [{ email: ann.email, outcome: 'reset' }] })
    equal(typeof id, 'number')
    deepEqual(
      [await test.signon.single.passwords.has(ann.id), await test.signon.single.passwords.has(cy.id)],
      [false, true],
    )
    const events = await test.rows(
      'select number, note, actor_kind, actor_name from events where number in (90, 91) order by id',
    )
    const by = { actor_kind: 'console', actor_name: userInfo().username }
    deepEqual(events, [
      { number: 90, note: '1 user (Home Office and all below it): leak', ...by },
      { number: 91, note: 'leak', ...by },
    ])
    match((await run(...command, '--everybody')).out, /cy@example\.gov\.uk {2}reset\n1 found, 1 reset/)
  })

  it('refuses what is unknown, contradictory or nobody in particular', async () => {
    const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['users', 'reset-passwords', '--everybody'], 2, /--reason must be given/],
      [[...command], 1, /Choose whose passwords to reset/],
      [[...command, '--role', 'boss'], 2, /--role must be one of superadmin/],
      [[...command, '--organisation', 'nowhere'], 1, /nowhere/],
      [[...command, '--with-below', '--everybody'], 2, /--with-below needs --organisation/],
      [[...command, '--last-signed-in-since', '2026-02-31'], 2, /must be a day/],
      [[...command, '--everybody', '--role', 'admin'], 1, /either everybody, or some/],
      [[...command, '--role', 'superadmin'], 1, /Nobody who can sign in/],
    ]
    for (const [line, code, words] of refusals) {
      const [exit, , message] = await refusal(...line)
      equal(exit, code, line.join(' '))
      match(message, words)
    }
  })
})
