import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
let people: readonly User[]
let browser: TestBrowser

before(async () => {
  browser = await test.signedIn(await test.user('Root', { role: 'superadmin', twoStep: true }))
  const made: User[] = []
  for (let number = 10; number < 40; number += 1) made.push(await test.user(`Crowd ${number}`))
  people = made
})

const idOf = (number: number): string => String(people[number]?.id)
const ticked = (text: string): readonly string[] =>
  [...text.matchAll(/type="checkbox" value="(\d+)" checked/g)].map(([, id = '']) => id)
const hidden = (text: string): readonly string[] =>
  [...text.matchAll(/type="hidden" name="users\[\]" value="(\d+)"/g)].map(([, id = '']) => id)
const selecting = (...ids: readonly string[]): string => ids.map((id) => `users[]=${id}`).join('&')
/** Addresses of the list that its links lead to. */
const links = (text: string): readonly URLSearchParams[] =>
  [...text.matchAll(/href="(\/users\?[^"]*)"/g)].map(
    ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), 'https://signon.example').searchParams,
  )

describe('selecting users in the list', () => {
  it('has a box for each, whose name says whom it selects', async () => {
    const { text } = await browser.get('/users?filter=crowd')
    equal([...text.matchAll(/name="users\[\]" type="checkbox"/g)].length, 25)
    match(text, /Select Crowd 10 \(crowd\.10@example\.gov\.uk\)/)
    match(text, /Change access of selected users/)
    deepEqual([ticked(text), hidden(text)], [[], []])
    doesNotMatch(text, /\d+ selected<\/span>/)
  })

  it('goes on over pages, filters and orders, and can be cleared', async () => {
    const { text } = await browser.get(`/users?filter=crowd&${selecting(idOf(0), idOf(1), idOf(29))}`)
    deepEqual(ticked(text), [idOf(0), idOf(1)])
    deepEqual(hidden(text), [idOf(29)])
    match(text, />3 selected</)
    const [clear, ...others] = links(text).toSorted(
      (one, other) => one.getAll('users[]').length - other.getAll('users[]').length,
    )
    deepEqual([clear?.getAll('users[]'), clear?.get('filter')], [[], 'crowd'])
    deepEqual(
      others.map((query) => query.getAll('users[]').length),
      // Without the search, without any filter, and the next page.
      [3, 3, 3],
    )
    const [, after = ''] = /value="([^"]+)" name="after"/.exec(text) ?? []
    const next = await browser.get(
      `/users?filter=crowd&${selecting(idOf(0), idOf(29))}&after=${encodeURIComponent(after)}`,
    )
    deepEqual([ticked(next.text), hidden(next.text)], [[idOf(29)], [idOf(0)]])
    doesNotMatch(next.text, /name="after"/)
  })

  it('leads to the page that changes the access of many', async () => {
    const { text } = await browser.get('/users?filter=crowd')
    match(text, /formaction="\/users\/access_changes\/new"/)
    const chosen = await browser.get(
      `/users/access_changes/new?filter=crowd&sort=name&${selecting(idOf(3), idOf(4))}`,
    )
    match(chosen.text, /2 users selected/)
  })

  it('takes what is no number, what came twice and what is too much for nobody', async () => {
    const odd = await browser.get(
      `/users?users[]=x&users[]=-1&users[]=1e3&users[]=${'9'.repeat(30)}&users[]=`,
    )
    equal(odd.status, 200)
    deepEqual(hidden(odd.text), [])
    const twice = await browser.get(`/users?filter=nobody&${selecting(idOf(0), idOf(0))}`)
    deepEqual(hidden(twice.text), [idOf(0)])
  })

  it('ends at two hundred, and says so', async () => {
    const many = selecting(...Array.from({ length: 201 }, (_, number) => String(number + 1000)))
    const { status, text } = await browser.get(`/users?filter=nobody&${many}`)
    equal(status, 200)
    equal(hidden(text).length, 200)
    match(text, /No more than 200 users can be selected here/)
    match(text, /<title>Error: /)
  })

  it('narrows nothing, and does not go into the file', async () => {
    const { text } = await browser.get(`/users?${selecting(idOf(0))}`)
    doesNotMatch(text, /Clear all filters/)
    doesNotMatch(text, /href="\/users\.csv\?[^"]*users%5B/)
    await browser.get(`/users.csv?${selecting(idOf(0))}`)
    const [event] = await test.rows<{ note: string | null }>(
      'select note from events order by id desc limit 1',
    )
    equal(event?.note, null)
  })
})
