import { equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, hour, minute } from '#kernel/clock.ts'
import { substituteUri } from './application.ts'
import { eventKinds, reservedEventNumbers } from './events.ts'
import { isLocked, locksNow, mayTry } from './lockout.ts'
import { lengthFault } from './password.ts'
import { safeReturnAddress } from './return-address.ts'
import { secondsUntilNextWindow, throttledCaller, windowStart } from './throttle.ts'
import { emailFault, normaliseEmail } from './user.ts'

const now = new Date('2026-03-29T00:30:00Z')

describe('an email address', () => {
  // reference/accounts-and-sign-in.md 1.2
  for (const good of [
    'foo@example.com',
    'foo_bar@example.COM',
    'foo@example-domain.com',
    'user-foo+bar@really.long.domain.co.uk',
    'mario’s.castle@wii.com',
    'x@notyahoo.com',
  ])
    it(`may be ${good}`, () => equal(emailFault(normaliseEmail(good)), undefined))
  for (const bad of [
    '',
    'foo@example.com,',
    'foo@example_domain.com',
    'foo@no-dot-domain',
    'not_an_email',
    'test@notvalid',
    'é@example.com',
    'x@yahoo.co.uk',
    'x@my-gmail.gov.uk',
    'a b@example.com',
    `${'x'.repeat(250)}@example.com`,
  ])
    it(`may not be ${bad.slice(0, 40)}`, () => equal(typeof emailFault(normaliseEmail(bad)), 'string'))

  it('is kept trimmed, in lower case, with a straight apostrophe', () => {
    equal(normaliseEmail('  Mario’s.Castle@Wii.com '), "mario's.castle@wii.com")
  })
})

describe('an application’s stored address', () => {
  // reference/oauth-and-apis.md 5
  for (const [stored, pattern, replacement, read] of [
    ['https://app.replace.me/callback', 'replace.me', 'new.domain', 'https://app.new.domain/callback'],
    ['https://app.keep.me/callback', 'replace.me', 'new.domain', 'https://app.keep.me/callback'],
    [
      'https://app.replace.me/callback',
      'replace.me',
      'addition.replace.me',
      'https://app.addition.replace.me/callback',
    ],
    [
      'https://app.addition.replace.me/',
      'replace.me',
      'addition.replace.me',
      'https://app.addition.replace.me/',
    ],
    ['https://a.b.c/', '.', '$&', 'https://a$&b.c/'],
  ] as const)
    it(`${stored} reads as ${read}`, () => equal(substituteUri(stored, { pattern, replacement }), read))

  it('reads as stored without a substitution', () =>
    equal(substituteUri('https://a.b/', undefined), 'https://a.b/'))
})

describe('a lock', () => {
  it('comes with the sixth attempt, which is still judged, and lasts an hour to the millisecond', () => {
    ok(mayTry({ failedAttempts: 6, lockedAt: null }, now))
    ok(!mayTry({ failedAttempts: 7, lockedAt: null }, now))
    ok(!locksNow({ failedAttempts: 5, lockedAt: null }, now))
    ok(locksNow({ failedAttempts: 6, lockedAt: null }, now))
    ok(isLocked(after(now, -hour + 1), now))
    ok(!isLocked(after(now, -hour), now))
    ok(!locksNow({ failedAttempts: 9, lockedAt: now }, now))
  })
})

describe('a password', () => {
  it('has 10 to 4,096 characters, whatever they are', () => {
    for (const good of ['x'.repeat(10), 'x'.repeat(4096), '🔑'.repeat(10), ' '.repeat(10)])
      equal(lengthFault(good, { isExempt: false }), undefined)
    for (const bad of ['', 'x'.repeat(9), 'x'.repeat(4097), '🔑'.repeat(9)])
      equal(typeof lengthFault(bad, { isExempt: false }), 'string')
  })

  it('has 15 at least when nothing else guards the account', () => {
    equal(lengthFault('x'.repeat(15), { isExempt: true }), undefined)
    match(lengthFault('x'.repeat(14), { isExempt: true }) ?? '', /15 characters or more/)
  })
})

describe('a return address', () => {
  it('is an address of our own of at most 2,048 bytes', () => {
    for (const good of [
      '/',
      '/users?x=1',
      '/oauth/authorize?redirect_uri=https%3A%2F%2Fa.example',
      `/${'x'.repeat(2047)}`,
    ])
      equal(safeReturnAddress(good), good)
    for (const bad of [
      undefined,
      '',
      'users',
      '//evil.example',
      '/\\evil',
      '/a b',
      '/\n/evil.example',
      'https://evil.example',
      `/${'x'.repeat(2048)}`,
      `/${'ü'.repeat(1024)}`,
    ])
      equal(safeReturnAddress(bad), undefined, bad)
  })
})

describe('a throttle', () => {
  it('counts in windows that do not depend on when somebody began', () => {
    const throttle = { name: 't', limit: 1, windowMilliseconds: 10 * minute }
    equal(
      windowStart(throttle, new Date('2026-01-01T10:19:59.999Z')).toISOString(),
      '2026-01-01T10:10:00.000Z',
    )
    equal(secondsUntilNextWindow(throttle, new Date('2026-01-01T10:19:59.999Z')), 1)
    equal(secondsUntilNextWindow(throttle, new Date('2026-01-01T10:10:00Z')), 600)
  })
})

describe('a caller that is throttled', () => {
  it('is an IPv4 address, or the /64 that an IPv6 address lies in', () => {
    equal(throttledCaller('192.0.2.1'), '192.0.2.1')
    equal(throttledCaller('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
    equal(throttledCaller('2001:0db8::9'), '2001:db8:0:0::/64')
    equal(throttledCaller('::1'), '0:0:0:0::/64')
    equal(throttledCaller('fe80::1:2:3:4'), 'fe80:0:0:0::/64')
    equal(throttledCaller(undefined), 'unknown')
  })
})

describe('the catalogue of events', () => {
  it('has every number from 1 once, but for the one that never was', () => {
    const numbers = [
      ...Object.values(eventKinds).map(({ number }) => number),
      ...reservedEventNumbers,
    ].toSorted((a, b) => a - b)
    const expected = Array.from({ length: numbers.length + 1 }, (_, index) => index + 1).filter(
      (number) => number !== 6,
    )
    equal(numbers.join(), expected.join())
  })
})
