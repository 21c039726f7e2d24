import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { areHeaders, largestBatch, readBatch, rowFaults } from './batch.ts'
import type { OrganisationId } from './organisation.ts'
import { usersInWords } from './user.ts'

const headers = ['Name', 'Email', 'Organisation']
const rowsOf = (...table: readonly (readonly string[])[]) => {
  const read = readBatch(table)
  ok('rows' in read, JSON.stringify(read))
  return read.rows
}
const faultOf = (...table: readonly (readonly string[])[]) => {
  const read = readBatch(table)
  return 'fault' in read ? read.fault : undefined
}

describe('the rows of a batch', () => {
  it('are counted as spreadsheets do, and blank ones are passed over', () => {
    const rows = rowsOf(headers, ['Ada', 'ada@x', 'co'], [''], ['', ' ', ''], ['Ben', 'ben@x', ''])
    deepEqual(
      rows.map(({ number, name, organisationSlug }) => [number, name, organisationSlug]),
      [
        [2, 'Ada', 'co'],
        [5, 'Ben', null],
      ],
    )
    deepEqual(
      rowsOf([''], headers, ['Ada', 'ada@x']).map(({ number }) => number),
      [3],
    )
  })

  it('have their columns in any order, beside others, whatever the capitals', () => {
    const [row] = rowsOf(
      [' ROLE', 'e-mail', 'eMail ', ' name'],
      ['admin', 'no', ' ADA@Example.gov.uk', ' Ada '],
    )
    deepEqual(row, { number: 2, name: 'Ada', email: 'ada@example.gov.uk', organisationSlug: null })
    ok(areHeaders(['name', 'EMAIL']))
    equal(areHeaders(['Name;Email']), false)
  })

  it('may be shorter than their headers', () => {
    deepEqual(rowsOf(headers, ['Ada']), [{ number: 2, name: 'Ada', email: '', organisationSlug: null }])
  })

  it('have names of one line, without control characters', () => {
    equal(rowsOf(headers, ['Ada\r\n \tof\u0007 Lovelace', 'a@x'])[0]?.name, 'Ada of Lovelace')
  })

  it('need headers, each of them once, somebody, and not too many', () => {
    equal(faultOf(), `CSV must have headers including 'Name' and 'Email'`)
    equal(faultOf(['Ada', 'ada@x']), `CSV must have headers including 'Name' and 'Email'`)
    equal(faultOf(['Name', 'email', 'EMAIL']), `CSV must have the header 'Email' only once`)
    equal(faultOf(headers), 'CSV had no rows.')
    equal(faultOf(headers, ['', '']), 'CSV had no rows.')
    const row = ['Ada', 'ada@x']
    equal(rowsOf(headers, ...Array.from({ length: largestBatch }, () => row)).length, 5000)
    equal(
      faultOf(headers, ...Array.from({ length: largestBatch + 1 }, () => row)),
      'CSV must have 5,000 users at most. It has 5,001 users: split it into several files.',
    )
  })
})

describe('the faults of a batch', () => {
  const organisations = new Map([
    ['open', { id: 1 as OrganisationId, isClosed: false }],
    ['shut', { id: 2 as OrganisationId, isClosed: true }],
  ])
  const faults = (...table: readonly (readonly string[])[]) =>
    rowFaults(rowsOf(headers, ...table), organisations).map(({ number, words }) => `${number} ${words}`)

  it('are named row by row, with the words that they are about', () => {
    deepEqual(
      faults(
        ['', 'ada@example.gov.uk', 'open'],
        ['Ben', '', ''],
        ['Cat', 'cat@', ''],
        ['Dan', 'dan@gmail.com', ''],
        ['Eve', 'eve@example.gov.uk', 'nowhere'],
        ['Fay', 'fay@example.gov.uk', 'shut'],
        ['x'.repeat(256), 'gil@example.gov.uk', ''],
        ['Hal', 'hal@example.gov.uk', 'open'],
      ),
      [
        '2 Enter a name: “ada@example.gov.uk”',
        '3 Enter an email address: “Ben”',
        '4 Enter an email address in the correct format, like name@example.gov.uk: “cat@”',
        '5 Email not accepted. Please enter a workplace email to continue: “dan@gmail.com”',
        '6 There is no organisation with this slug: “nowhere”',
        '7 This organisation is closed: “shut”',
        `8 Name must be 255 characters or less: “${'x'.repeat(254)}…”`,
      ],
    )
  })

  it('name both rows of an address that is there twice, however it is written', () => {
    deepEqual(
      faults(
        ['Ada', 'ada.o’neil@example.gov.uk'],
        ['Ben', 'ben@example.gov.uk'],
        ['Ada', " ADA.O'NEIL@example.gov.uk "],
      ),
      ["4 This email address is in row 2 already. Keep one of the two rows: “ada.o'neil@example.gov.uk”"],
    )
    equal(faults(['Ada', ''], ['Ben', '']).length, 2)
  })

  it('are all of one row’s', () => {
    equal(faults(['', 'x', 'nowhere']).length, 3)
  })
})

describe('a number of users', () => {
  it('is written as people read it', () => {
    deepEqual([0, 1, 4812].map(usersInWords), ['0 users', '1 user', '4,812 users'])
  })
})
