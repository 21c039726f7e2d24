import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commands } from './all.ts'
import { WrongUsage } from './command.ts'
import { find } from './find.ts'

const found = (line: string) => {
  const request = find(commands, line.split(' ').filter(Boolean))
  return 'command' in request ? [request.command.words, request.rest] : request.help.join('\n')
}

const unknown = (line: string, message: RegExp) =>
  throws(
    () => found(line),
    (error) => error instanceof WrongUsage && message.test(`${error.message} ${error.hint}`),
    line,
  )

describe('finding a command', () => {
  it('takes the longest that fits, also behind --json', () => {
    deepEqual(found('migrate'), ['migrate', []])
    deepEqual(found('migrate --json'), ['migrate', ['--json']])
    deepEqual(found('migrate status'), ['migrate status', []])
    deepEqual(found('--json users show a@b.gov.uk'), ['users show', ['a@b.gov.uk']])
  })

  it('explains each command, each group, and all together', () => {
    const all = String(found('--help'))
    equal(found('help'), all)
    for (const { words, options, summary } of commands) {
      ok(all.includes(words), words)
      const help = String(found(`${words} --help`))
      ok(help.includes(summary), words)
      const common = ['web', 'worker', 'demo'].includes(words) ? 1 : 2
      equal(help.match(/^ {2}--/gm)?.length, Object.keys(options).length + common, words)
    }
    const group = String(found('api-tokens -h'))
    match(group, /api-tokens revoke ID/)
    equal(group.includes('users create'), false)
  })

  it('guesses what was meant', () => {
    unknown('user show', /‘user’\. Did you mean ‘users show’/)
    unknown('users creat', /‘users creat’\. Did you mean ‘users create’/)
    unknown('migrate statsu', /‘migrate statsu’\. Did you mean ‘migrate status’/)
    unknown('wbe', /‘wbe’\. Did you mean ‘web’/)
    unknown('users', /create, resend-invitation, show/)
    unknown('users --json', /create, resend-invitation, show/)
    unknown('users kick', /‘users kick’\. There are: create/)
    unknown('', /Say what to do\. See bin\/signon --help/)
  })

  it('repeats no more than it knows the meaning of', () => {
    unknown('hunter2 secret', /^(?!.*secret)/)
  })
})
