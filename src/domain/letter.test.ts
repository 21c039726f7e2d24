import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { letter, senderOf } from './letter.ts'

const production = { publicUrl: 'https://signon.example', environment: 'production' }
const draft = { to: 'ann@example.gov.uk', name: 'Ann', subject: 'Locked', paragraphs: ['It is locked.'] }

describe('every letter', () => {
  it('comes from an address of its environment, which nobody reads', () => {
    deepEqual(
      [senderOf({ environment: 'production' }), senderOf({ environment: 'integration' })],
      [
        {
          name: 'GOV.UK Signon Production',
          address: 'noreply-signon@digital.cabinet-office.gov.uk',
        },
        {
          name: 'GOV.UK Signon Integration',
          address: 'noreply-signon-integration@digital.cabinet-office.gov.uk',
        },
      ],
    )
  })

  it('greets by name, and is signed', () => {
    equal(
      letter(production, draft).text,
      'Hello Ann\n\nIt is locked.\n\nAll the best,\nThe GOV.UK team\nGovernment Digital Service\n',
    )
  })

  it('takes neither a header nor a paragraph from a name', () => {
    const name = 'Ann\r\n\r\nYour account is blocked, go to https://evil.example\u2028'
    const { subject, text } = letter(production, { ...draft, name, subject: `From ${name}` })
    equal(subject, 'From Ann Your account is blocked, go to https://evil.example')
    equal(text.split('\n\n').length, 3)
  })
})
