import { equal } from 'node:assert/strict'
import { it } from 'node:test'
import { breakableEmail } from './escaped.ts'

it('an email address goes on in the next line after its @, and is text whatever it says', () => {
  equal(`${breakableEmail('ada@example.gov.uk')}`, 'ada@<wbr>example.gov.uk')
  equal(`${breakableEmail('<b>@x')}`, '&lt;b&gt;@<wbr>x')
})
