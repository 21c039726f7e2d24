import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, day } from '#kernel/clock.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { TestMachine } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { warnOfExpiringTokens } from './warn-of-expiring-tokens.job.ts'

const test = await startSignon()
const { signon, clock } = test
const { single } = signon
const publisher = await test.application('Publishing API')
const noted: string[] = []
const warn = warnOfExpiringTokens(signon, { error: (_, message) => void noted.push(message) })

/** A machine with a token made a year ago that expires in so many days. */
const machine = async (name: string, days: number, application = publisher): Promise<TestMachine> => {
  const made = await test.machine(name, application, { expiresAt: after(clock.now(), days * day) })
  await test.rows('update api_tokens set created_at = $2 where id = $1', [
    made.tokenId,
    after(clock.now(), -365 * day),
  ])
  return made
}

/** Puts another token in the place of this one. */
const replace = async ({ user, tokenId: replaces }: TestMachine, isUsed: boolean): Promise<ApiTokenId> => {
  const token = { user: user.id, application: publisher.id, text: user.uid, purpose: null, expiresAt: null }
  const id = await single.apiTokens.add({ ...token, replaces })
  if (isUsed) await test.rows('update api_tokens set last_used_at = $2 where id = $1', [id, clock.now()])
  return id
}

const letters = async () => {
  await warn()
  return test.mails()
}

describe('the warning of tokens that expire', () => {
  it('goes to the owner 60, 30, 14, 7 and 1 days before, each once', async () => {
    const { user, tokenId } = await machine('Robot', 61)
    const told: string[] = []
    for (let passed = 0; passed <= 62; passed += 1) {
      for (const { subject, to } of [...(await letters()), ...(await letters())]) {
        equal(to, user.email)
        told.push(`${61 - passed}: ${subject}`)
      }
      clock.step(day)
    }
    deepEqual(told, [
      '60: [Test] An access token for Publishing API expires in 60 days',
      '30: [Test] An access token for Publishing API expires in 30 days',
      '14: [Test] An access token for Publishing API expires in 14 days',
      '7: [Test] An access token for Publishing API expires in 7 days',
      '1: [Test] An access token for Publishing API expires tomorrow',
    ])
    const rows = await test.rows('select days from api_token_notices where api_token_id = $1 order by 1', [
      tokenId,
    ])
    deepEqual(
      rows,
      [1, 7, 14, 30, 60].map((days) => ({ days })),
    )
  })

  it('says what it is about, to the owner of the token, without the token', async () => {
    const { user, tokenId, token } = await machine('Named', 7)
    await test.rows(
      `update api_tokens set owner_email = 'ops@example.gov.uk', purpose = 'Night' where id = $1`,
      [tokenId],
    )
    const [letter, ...others] = await letters()
    equal(others.length, 0)
    equal(letter?.to, 'ops@example.gov.uk')
    for (const words of [
      /^Hello\n/,
      /access token of Named for Publishing API in GOV\.UK Signon Test expires in 7 days, on \d+ \w+ 202\d\./,
      new RegExp(`It begins with ${token.slice(0, 8).replaceAll('-', '\\-')}\\.`),
      /What it is for: Night/,
      new RegExp(`https://signon\\.example/api_users/${user.id}/manage_tokens\n`),
    ])
      match(letter?.text ?? '', words)
    doesNotMatch(letter?.text ?? '', new RegExp(token.slice(9).replaceAll('-', '\\-')))
    await single.apiTokens.revoke(tokenId)
  })

  it('is made up for when it was missed, and the days are those that are left', async () => {
    const { tokenId } = await machine('Missed', 12)
    deepEqual(
      (await letters()).map(({ subject }) => subject.slice(-10)),
      ['in 12 days'],
    )
    deepEqual(await letters(), [])
    await single.apiTokens.revoke(tokenId)
  })

  it('is for nobody whose token was revoked, replaced by one in use, retired or suspended, and not for Signon itself', async () => {
    const revoked = await machine('Revoked', 7)
    await single.apiTokens.revoke(revoked.tokenId)
    const suspended = await machine('Suspended', 7)
    await single.users.suspend(suspended.user.id, 'left')
    const old = await test.application('Old')
    await machine('Retired', 7, old)
    await single.applications.retire(old.id)
    const own = await machine('Own', 7)
    await single.pushCredentials.put(publisher.id, own.tokenId, own.token)
    await machine('Expired', 0)
    await test.machine('Endless', publisher)
    const replaced = await machine('Replaced', 7)
    await replace(replaced, true)
    deepEqual(await letters(), [])
  })

  it('goes on while the replacement is not in use, and when that was revoked', async () => {
    const [waiting, undone] = [await machine('Waiting', 7), await machine('Undone', 7)]
    await replace(waiting, false)
    await single.apiTokens.revoke(await replace(undone, true))
    const told = await letters()
    deepEqual(told.map(({ to }) => to).toSorted(), [undone.user.email, waiting.user.email])
    for (const { tokenId } of [waiting, undone]) await single.apiTokens.revoke(tokenId)
  })

  it('is not sent when there is nothing to say any more by then', async () => {
    const made = await machine('Late', 7)
    await warn()
    await single.apiTokens.revoke(made.tokenId)
    deepEqual(await test.mails(), [])
  })

  it('is given once when several workers look at once', async () => {
    const { tokenId } = await machine('Parallel', 14)
    await Promise.all([warn(), warn(), warn()])
    equal((await test.mails()).length, 1)
    await single.apiTokens.revoke(tokenId)
  })

  it('observation 28, BO-Q7: makes no token by itself: none for a revoked or expired one, nor for a person', async () => {
    await machine('Lapsing', 7)
    const tokens = () => test.rows('select id, expires_at, revoked_at from api_tokens order by id')
    const before = await tokens()
    equal((await letters()).length, 1)
    deepEqual(await tokens(), before)
    deepEqual(noted, [])
  })
})
