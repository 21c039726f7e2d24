import { ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hour } from '#kernel/clock.ts'
import { startSignon } from './signon.ts'

const test = await startSignon()

type Send = (email: string) => Promise<unknown>

const millisecondsOf = async (work: Promise<unknown>): Promise<number> => {
  const begin = performance.now()
  await work
  return performance.now() - begin
}

/** Sends the form of a page, of one browser, with an address. */
const sender = async (
  page: string,
  to: string,
  others: Readonly<Record<string, string>> = {},
): Promise<Send> => {
  const browser = test.browser()
  const { text } = await browser.get(page)
  const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(text)?.groups?.['token'] ?? ''
  return (email) => {
    const body = new URLSearchParams({ 'user[email]': email, ...others, csrf_token: csrf })
    return browser.send(to, { method: 'POST', body })
  }
}

/**
 * How many times as long a known address takes as an unknown one: the median of pairs. The two of a pair run one after
 * the other, each first in every other pair, so that a machine which is busy at times slows both; and a median does not
 * mind the pairs in which it slowed one.
 */
const timesAsLong = async (send: Send, pairs: number): Promise<number> => {
  const ratios: number[] = []
  for (let pair = -5; pair < pairs; pair += 1) {
    const { email } = await test.user(`Known ${pair}`, {
      email: `known.${test.clock.now().getTime()}.${pair}@example.gov.uk`,
    })
    const known = () => millisecondsOf(send(email))
    const unknown = () => millisecondsOf(send(`un${email}`))
    const [first, second] = pair % 2 === 0 ? [known, unknown] : [unknown, known]
    const [one, other] = [await first(), await second()]
    // The first ones make connections and plans; and no throttle is to be full.
    if (pair >= 0) ratios.push(pair % 2 === 0 ? one / other : other / one)
    if (pair % 20 === 0) test.clock.step(hour)
  }
  return ratios.toSorted((one, other) => one - other)[Math.floor(pairs / 2)] ?? Number.NaN
}

const alike = (ratio: number): void =>
  ok(
    ratio > 3 / 4 && ratio < 4 / 3,
    `a known address takes ${ratio.toFixed(2)} times as long as an unknown one`,
  )

describe('the time that an answer takes does not tell whether somebody has an account', () => {
  it('when they ask for a link to choose another password', async () => {
    alike(await timesAsLong(await sender('/users/password/new', '/users/password'), 100))
  })

  it('when they sign in with a wrong password', async () => {
    const send = await sender('/users/sign_in', '/users/sign_in', { 'user[password]': 'wrong' })
    alike(await timesAsLong(send, 40))
  })
})
