import { equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startSignon } from '#test/signon.ts'

const { rows } = await startSignon()

/** Rules about one value (docs/adr/0015), each with values that keep it and values that do not, as SQL. */
const rules: Readonly<Record<string, { readonly good: readonly string[]; readonly bad: readonly string[] }>> =
  {
    sha256_hash: { good: [`sha256('any')`], bad: [`'\\x'::bytea`, `'\\x00'::bytea || sha256('any')`] },
    user_agent: { good: [`''`, `repeat('é', 1000)`], bad: [`repeat('a', 1001)`] },
    session_level: { good: [`'password'`, `'full'`], bad: [`''`, `'Full'`] },
    session_method: {
      good: [`'password'`, `'code'`, `'remembered'`, `'recovery-code'`, `'passkey'`],
      bad: [`'telepathy'`],
    },
    actor_kind: { good: [`'person'`, `'console'`, `'application'`, `'signon'`], bad: [`'nobody'`] },
    attempt_count: { good: ['0', '6'], bad: ['-1'] },
  }

describe('Rules about one value', () => {
  for (const [type, { good, bad }] of Object.entries(rules))
    it(`hold for every ${type}`, async () => {
      for (const value of [...good, 'null']) await rows(`select (${value})::${type}`)
      for (const value of bad) await rejects(rows(`select (${value})::${type}`), { code: '23514' }, value)
    })

  it('are those of all columns that hold such a value', async () => {
    const plain = await rows<{ column: string }>(
      `select c.table_name || '.' || c.column_name as column from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
       where table_schema = 'public' and t.table_type = 'BASE TABLE' and c.domain_name is null
         and c.table_name in ('sessions', 'events', 'sign_in_states', 'authorizations', 'remembered_browsers')
         and (c.column_name like '%\\_hash' or c.column_name like '%\\_attempts'
           or c.column_name in ('user_agent', 'level', 'method', 'actor_kind'))`,
    )
    equal(plain.map(({ column }) => column).join(), '')
    const [months] = await rows<{ names: string }>(
      `select string_agg(distinct domain_name, ' ') as names from information_schema.columns where table_name ~ '^events_\\d'`,
    )
    match(months?.names ?? '', /^actor_kind user_agent$/)
  })
})
